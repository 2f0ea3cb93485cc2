/**
 * Credentials that sign AWS requests. An IAM user's own access key is nothing but its two halves; temporary credentials
 * have a session token, and as a rule an expiration.
 */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
  /** How far this machine's clock was ahead of AWS's when AWS gave them, in milliseconds, where the answer says its time. */
  readonly clockAhead?: number;
}

/** Temporary credentials come with a session token; an IAM user's own keys never do. */
export function isTemporary(credentials: Credentials): boolean {
  return credentials.sessionToken !== undefined;
}

/** What of these credentials goes into headers and signatures. */
export function partsOf({ accessKeyId, secretAccessKey, sessionToken }: Credentials): string[] {
  return [accessKeyId, secretAccessKey, ...(sessionToken === undefined ? [] : [sessionToken])];
}

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_Credentials.html */
const SHORTEST_ACCESS_KEY_ID = 16;
/** AWS's have 40 characters. Of other vendors' secrets, MinIO's may be the shortest. */
const SHORTEST_SECRET = 8;

/**
 * The parts of these credentials that must never be printed. A placeholder, such as `test` for a local AWS, is too short to
 * be a secret: if it were masked, a log with that word would be unreadable.
 */
export function secretsOf({ accessKeyId, secretAccessKey, sessionToken = '' }: Credentials): string[] {
  const secrets = [secretAccessKey, sessionToken].filter(({ length }) => length >= SHORTEST_SECRET);
  return accessKeyId.length >= SHORTEST_ACCESS_KEY_ID ? [accessKeyId, ...secrets] : secrets;
}

/**
 * Whether a text can be part of credentials, or an ARN: printable ASCII without spaces. Nothing else that is answered
 * goes into files, variables and logs.
 */
export function isPlain(text: string | undefined): text is string {
  return text !== undefined && /^[\x21-\x7e]+$/.test(text);
}
