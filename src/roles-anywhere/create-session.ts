import { dateOf } from '../aws/answer-date';
import { isPlain } from '../aws/credentials';
import { requestOfAws } from '../aws/json-request';
import type { Agents } from '../network/agents';
import { UnusualAnswerError } from '../network/failure';
import { fieldIn, textIn } from '../network/request';
import { identityIn, type StsSession } from '../sts/answer';
import type { ClientCertificate } from './certificate';
import { signedHeaders } from './sign';

export interface CreateSessionSettings {
  readonly certificate: ClientCertificate;
  readonly trustAnchorArn: string;
  readonly profileArn: string;
  readonly roleArn: string;
  /** Seconds, 900 to 43200. */
  readonly duration: number;
  /** If omitted, AWS takes the serial number of the certificate. Only some profiles let it be chosen. */
  readonly sessionName: string | undefined;
}

/** Where a request goes, and by which time it is signed. */
export interface SigningContext {
  readonly endpoint: URL;
  readonly region: string;
  readonly agents: Agents;
  readonly userAgent: string;
  /** Milliseconds since 1970. */
  readonly time: () => number;
}

/**
 * Assumes a role with a certificate.
 * https://docs.aws.amazon.com/rolesanywhere/latest/userguide/authentication-create-session.html
 *
 * @throws JsonRefusal when AWS refuses it, UnusualAnswerError when its answer lacks what it must hold
 */
export async function createSession(
  { endpoint, region, agents, userAgent, time }: SigningContext,
  settings: CreateSessionSettings,
  signal: AbortSignal,
): Promise<StsSession> {
  const { certificate, trustAnchorArn, profileArn, roleArn, duration, sessionName } = settings;
  const url = new URL(endpoint);
  url.pathname = `${url.pathname.replace(/\/$/, '')}/sessions`;
  const body = JSON.stringify({
    durationSeconds: duration,
    profileArn,
    roleArn,
    trustAnchorArn,
    ...(sessionName !== undefined && { roleSessionName: sessionName }),
  });
  const request = { method: 'POST', url, contentType: 'application/json', body } as const;
  const headers = { ...signedHeaders(request, certificate, { region, time: time() }), 'user-agent': userAgent };
  const answer = await requestOfAws({ method: 'POST', url, headers, body, signal }, agents);
  const sets = fieldIn(answer.data, 'credentialSet');
  const [set] = Array.isArray(sets) ? (sets as readonly unknown[]) : [];
  return sessionIn(set, dateOf(answer), time());
}

function sessionIn(set: unknown, answered: number | undefined, now: number): StsSession {
  const credentials = fieldIn(set, 'credentials');
  const [accessKeyId, secretAccessKey, sessionToken, expiration] = [
    'accessKeyId',
    'secretAccessKey',
    'sessionToken',
    'expiration',
  ].map((name) => textIn(credentials, name));
  if (!isPlain(accessKeyId) || !isPlain(secretAccessKey) || !isPlain(sessionToken)) {
    throw new UnusualAnswerError('credentials');
  }
  const ends = new Date(expiration ?? Number.NaN);
  return {
    credentials: {
      accessKeyId,
      secretAccessKey,
      sessionToken,
      ...(!Number.isNaN(ends.getTime()) && { expiration: ends }),
      ...(answered !== undefined && { clockAhead: now - answered }),
    },
    identity: identityIn(textIn(fieldIn(set, 'assumedRoleUser'), 'arn')),
  };
}
