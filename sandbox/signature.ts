import { createHash, timingSafeEqual } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import type { AccessKey } from './accounts/account';
import type { Caller } from './accounts/caller';
import type { World } from './accounts/world';
import { Refusal } from './http/refusal';
import type { IncomingRequest } from './http/request';
import { Sha256 } from './sha256';

interface Authorization {
  readonly accessKeyId: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

const toleranceMs = 5 * 60_000;

/**
 * Finds out who signed a request with Signature Version 4, in its Authorization header, and for which region.
 * @throws Refusal when it is not signed, or not so that AWS would accept it.
 */
export async function verifySignature(
  request: IncomingRequest,
  world: World,
): Promise<{ readonly caller: Caller; readonly region: string }> {
  const authorization = parseAuthorization(request.headers);
  const { caller, secretAccessKey, key } = findCaller(authorization.accessKeyId, request.headers, world);
  const signedAt = parseAmzDate(request.headers['x-amz-date']);
  checkTime(signedAt, world.clock.now());
  const expected = await sign(request, authorization, secretAccessKey, signedAt);
  if (!sameSignature(expected, authorization.signature)) {
    throw mismatch(
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access ' +
        'Key and signing method. Consult the service documentation for details.',
    );
  }
  if (caller.session && caller.session.expiration <= world.clock.now()) {
    throw new Refusal(403, 'ExpiredToken', 'The security token included in the request is expired');
  }
  const { region, service } = authorization;
  if (key) key.lastUsed = { at: world.clock.now(), service, region };
  return { caller, region };
}

function parseAuthorization(headers: IncomingRequest['headers']): Authorization {
  const { authorization } = headers;
  if (authorization === undefined) {
    throw new Refusal(403, 'MissingAuthenticationToken', 'Request is missing Authentication Token');
  }
  const [, credential, signedHeaders, signature] =
    /^AWS4-HMAC-SHA256\s+Credential=([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=(\w+)$/.exec(authorization) ?? [];
  const [accessKeyId, , region, service, terminator] = credential?.split('/') ?? [];
  if (!accessKeyId || !region || !service || terminator !== 'aws4_request' || !signedHeaders || !signature) {
    throw incomplete("Authorization header requires 'Credential', 'SignedHeaders' and 'Signature' parameters.");
  }
  return { accessKeyId, region, service, signedHeaders: signedHeaders.split(';'), signature };
}

function findCaller(
  accessKeyId: string,
  headers: IncomingRequest['headers'],
  world: World,
): { readonly caller: Caller; readonly secretAccessKey: string; readonly key?: AccessKey } {
  const token = headers['x-amz-security-token'];
  const session = world.sessions.get(accessKeyId);
  if (session && session.sessionToken === token) {
    const { principal, arn, userId, secretAccessKey } = session;
    const account = world.accounts.get(principal.account.id);
    if (account?.has(principal)) return { caller: { account, principal, arn, userId, session }, secretAccessKey };
  }
  const found = world.accessKey(accessKeyId);
  if (found?.key.status === 'Active' && found.key.propagatedAt <= world.clock.now() && token === undefined) {
    const { account, user, key } = found;
    const caller = { account, principal: user, arn: user.arn, userId: user.id, session: undefined };
    return { caller, secretAccessKey: key.secretAccessKey, key };
  }
  throw new Refusal(403, 'InvalidClientTokenId', 'The security token included in the request is invalid.');
}

function parseAmzDate(value: string | undefined): Date {
  const iso = value?.replace(/^(\d{4})(\d\d)(\d\dT\d\d)(\d\d)(\d\dZ)$/, '$1-$2-$3:$4:$5');
  const date = new Date(iso ?? NaN);
  if (Number.isNaN(date.getTime())) {
    throw incomplete("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
  }
  return date;
}

function checkTime(signedAt: Date, now: Date): void {
  const earliest = new Date(now.getTime() - toleranceMs);
  const latest = new Date(now.getTime() + toleranceMs);
  if (signedAt < earliest) {
    throw mismatch(
      `Signature expired: ${amzDate(signedAt)} is now earlier than ${amzDate(earliest)} (${amzDate(now)} - 5 min.)`,
    );
  }
  if (signedAt > latest) {
    throw mismatch(
      `Signature not yet current: ${amzDate(signedAt)} is still later than ${amzDate(latest)} (${amzDate(now)} + 5 min.)`,
    );
  }
}

function amzDate(date: Date): string {
  return date.toISOString().replace(/[-:]|\.\d{3}/g, '');
}

/** The signature that the holder of the secret would have made. */
async function sign(
  request: IncomingRequest,
  { accessKeyId, region, service, signedHeaders }: Authorization,
  secretAccessKey: string,
  signingDate: Date,
): Promise<string> {
  const signer = new SignatureV4({
    credentials: { accessKeyId, secretAccessKey },
    region,
    service,
    sha256: Sha256,
    applyChecksum: false,
    uriEscapePath: service !== 's3',
  });
  const headers = Object.fromEntries(signedHeaders.map((name) => [name, request.headers[name] ?? '']));
  const unsignedPayload = service === 's3' && headers['x-amz-content-sha256'] === 'UNSIGNED-PAYLOAD';
  if (signedHeaders.includes('x-amz-content-sha256') && !unsignedPayload) {
    // Signers trust this header; a body that was changed on its way must not pass.
    headers['x-amz-content-sha256'] = createHash('sha256').update(request.body).digest('hex');
  }
  const signed = await signer.sign(
    {
      method: request.method,
      protocol: 'http:',
      hostname: '',
      path: request.path,
      query: Object.fromEntries(request.query),
      headers,
      body: request.body,
    },
    { signingDate, signableHeaders: new Set(signedHeaders) },
  );
  return signed.headers.authorization?.split('Signature=')[1] ?? '';
}

function sameSignature(expected: string, actual: string): boolean {
  return expected.length === actual.length && timingSafeEqual(Buffer.from(expected), Buffer.from(actual));
}

function mismatch(message: string): Refusal {
  return new Refusal(403, 'SignatureDoesNotMatch', message);
}

function incomplete(message: string): Refusal {
  return new Refusal(400, 'IncompleteSignature', message);
}
