/**
 * Credentials that sign AWS requests. An IAM user's own access key is nothing but its two halves; temporary credentials
 * have a session token, and as a rule an expiration.
 */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

/** Temporary credentials come with a session token; an IAM user's own keys never do. */
export function isTemporary(credentials: Credentials): boolean {
  return credentials.sessionToken !== undefined;
}

/** What must never be printed of these credentials. */
export function secretsOf(credentials: Credentials): string[] {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  return [accessKeyId, secretAccessKey, ...(sessionToken === undefined ? [] : [sessionToken])];
}

/**
 * Whether a text can be part of credentials, or an ARN: printable ASCII without spaces. Nothing else that is answered
 * goes into files, variables and logs.
 */
export function isPlain(text: string | undefined): text is string {
  return text !== undefined && /^[\x21-\x7e]+$/.test(text);
}
