import { Refusal } from '../http/refusal';
import type { Answer, IncomingRequest } from '../http/request';
import type { Route } from '../http/route';
import type { IdentityCenter, PendingSignIn } from './identity-center';
import { json, ssoRoute } from './route';

const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code';
const SLOWER_SECONDS = 5;

type Fields = Readonly<Record<string, unknown>>;

const OPERATIONS: ReadonlyMap<string, readonly [action: string, (body: Fields, center: IdentityCenter) => object]> =
  new Map([
    ['/client/register', ['RegisterClient', registerClient]],
    ['/device_authorization', ['StartDeviceAuthorization', startDeviceAuthorization]],
    ['/token', ['CreateToken', createToken]],
  ]);

/** The OAuth names of its errors. */
const OAUTH_ERRORS: Readonly<Record<string, string>> = { InternalServerException: 'server_error' };

/**
 * The OIDC service, where a sign-in becomes an access token; undefined for what is not for it.
 * https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/API_Operations.html
 */
export function oidcRoute({ method, path, body }: IncomingRequest, center: IdentityCenter): Route | undefined {
  const [action, act] = OPERATIONS.get(path) ?? [];
  if (method !== 'POST' || action === undefined || act === undefined) return undefined;
  const fields = fieldsOf(body);
  const params = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)]));
  return ssoRoute(action, params, refuse, () => act(fields, center));
}

function registerClient({ clientName, clientType }: Fields, center: IdentityCenter): object {
  if (typeof clientName !== 'string' || clientType !== 'public') {
    throw new Refusal(400, 'InvalidClientMetadataException', 'Invalid client metadata');
  }
  const issuedAt = Math.floor(center.world.clock.now().getTime() / 1000);
  return {
    authorizationEndpoint: null,
    ...center.register(),
    clientIdIssuedAt: issuedAt,
    clientSecretExpiresAt: issuedAt + 90 * 86_400,
    tokenEndpoint: null,
  };
}

function startDeviceAuthorization(body: Fields, center: IdentityCenter): object {
  const clientId = requireClient(body, center);
  if (body.startUrl !== center.startUrl) throw new Refusal(400, 'InvalidRequestException', 'Invalid request');
  const { deviceCode, userCode, interval } = center.start(clientId);
  const verificationUri = `${center.startUrl}/#/device`;
  return {
    deviceCode,
    expiresIn: center.codeLifetime,
    interval,
    userCode,
    verificationUri,
    verificationUriComplete: `${verificationUri}?user_code=${userCode}`,
  };
}

function createToken(body: Fields, center: IdentityCenter): object {
  const clientId = requireClient(body, center);
  if (body.grantType !== DEVICE_CODE) {
    throw new Refusal(400, 'UnsupportedGrantTypeException', 'Unsupported grant type');
  }
  const pending = center.pending.get(String(body.deviceCode));
  if (pending?.clientId !== clientId) throw new Refusal(400, 'InvalidGrantException', 'Invalid grant');
  return answerTo(pending, center);
}

function answerTo(pending: PendingSignIn, center: IdentityCenter): object {
  const now = center.world.clock.now();
  const { askedAt } = pending;
  pending.askedAt = now;
  if (now >= pending.expiresAt) throw new Refusal(400, 'ExpiredTokenException', 'Device code expired');
  // A client's own waits are never exact.
  if (askedAt && now.getTime() - askedAt.getTime() < pending.interval * 900) {
    pending.interval += SLOWER_SECONDS;
    throw new Refusal(400, 'SlowDownException', 'Slow down');
  }
  switch (center.answerTo(pending)) {
    case 'nothing':
      throw new Refusal(400, 'AuthorizationPendingException', 'Authorization is still pending');
    case 'refuse':
      throw new Refusal(400, 'AccessDeniedException', 'denied');
    case 'approve':
      return {
        accessToken: center.signIn(pending),
        expiresIn: center.tokenLifetime,
        idToken: null,
        refreshToken: null,
        tokenType: 'Bearer',
      };
  }
}

/** The registered client that a request names and authenticates. */
function requireClient({ clientId, clientSecret }: Fields, center: IdentityCenter): string {
  if (typeof clientId === 'string' && clientSecret !== undefined && center.clients.get(clientId) === clientSecret) {
    return clientId;
  }
  throw new Refusal(401, 'InvalidClientException', 'Invalid client');
}

function refuse({ status, code, message }: Refusal): Answer {
  const name = code.replace(/Exception$/, '').replace(/\B[A-Z]/g, '_$&');
  const body = { error: OAUTH_ERRORS[code] ?? name.toLowerCase(), error_description: message };
  return json(status, body, {
    'x-amzn-ErrorType': `${code}:http://internal.amazon.com/coral/com.amazonaws.sso.oidc/`,
  });
}

function fieldsOf(body: string): Fields {
  try {
    return Object(JSON.parse(body)) as Fields;
  } catch {
    return {};
  }
}
