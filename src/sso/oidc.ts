import { refusalOf } from '../aws/failure';
import { UnusualAnswerError } from '../network/failure';
import { fieldIn, textIn } from '../network/request';
import { numberOf, textOf } from './fields';
import type { Send } from './send';

/** The name by which the person is asked to let this action in. */
const CLIENT_NAME = 'aws-identity-action';
const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code';
/** What may be done with the token: to list the person's accounts and roles, and to get credentials of these. */
const SCOPES = ['sso:account:access'];
/** Seconds. https://www.rfc-editor.org/rfc/rfc8628#section-3.2 */
const USUAL_INTERVAL = 5;

/** A client that may start sign-ins. */
export interface RegisteredClient {
  readonly clientId: string;
  /** A secret. */
  readonly clientSecret: string;
}

/** A sign-in that a person is to approve. */
export interface DeviceAuthorization {
  /** By which the client asks for the token. A secret. */
  readonly deviceCode: string;
  /** What the page shows, to be compared. */
  readonly userCode: string;
  /** The page with the code filled in. */
  readonly url: string;
  /** Seconds in which it can be approved. */
  readonly expiresIn: number;
  /** Seconds between two requests for the token. */
  readonly interval: number;
}

/** With what a person's accounts and roles are reached. */
export interface AccessToken {
  /** A secret. */
  readonly accessToken: string;
  /** Seconds. */
  readonly expiresIn: number;
}

/**
 * Registers this action as a client, for sign-ins by device authorization alone: it gets no refresh token, with which
 * the sign-in would last longer than its access token.
 * https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/API_RegisterClient.html
 */
export async function registerClient(send: Send): Promise<RegisteredClient> {
  const data = await send({
    method: 'POST',
    path: '/client/register',
    body: { clientName: CLIENT_NAME, clientType: 'public', scopes: SCOPES, grantTypes: [DEVICE_CODE] },
  });
  return { clientId: textOf(data, 'clientId'), clientSecret: textOf(data, 'clientSecret') };
}

/**
 * https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/API_StartDeviceAuthorization.html
 *
 * @param startUrl the portal of AWS access that the person signs in at
 */
export async function startDeviceAuthorization(
  send: Send,
  { clientId, clientSecret }: RegisteredClient,
  startUrl: string,
): Promise<DeviceAuthorization> {
  const data = await send({
    method: 'POST',
    path: '/device_authorization',
    body: { clientId, clientSecret, startUrl },
  });
  const url = textIn(data, 'verificationUriComplete') ?? textOf(data, 'verificationUri');
  const interval = fieldIn(data, 'interval');
  // People click on it.
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) throw new UnusualAnswerError('URL to open');
  return {
    deviceCode: textOf(data, 'deviceCode'),
    userCode: textOf(data, 'userCode'),
    url,
    expiresIn: numberOf(data, 'expiresIn'),
    interval: typeof interval === 'number' && interval > 0 ? interval : USUAL_INTERVAL,
  };
}

/**
 * Asks for the token of a person who may have approved by now.
 * https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/API_CreateToken.html
 *
 * @returns `pending` as long as the person has not; `slow down` when that was asked too often
 */
export async function createToken(
  send: Send,
  { clientId, clientSecret }: RegisteredClient,
  { deviceCode }: Pick<DeviceAuthorization, 'deviceCode'>,
): Promise<AccessToken | 'pending' | 'slow down'> {
  const body = { clientId, clientSecret, grantType: DEVICE_CODE, deviceCode };
  try {
    const data = await send({ method: 'POST', path: '/token', body });
    return { accessToken: textOf(data, 'accessToken'), expiresIn: numberOf(data, 'expiresIn') };
  } catch (error) {
    const code = refusalOf(error)?.code;
    if (code === 'AuthorizationPending') return 'pending';
    if (code === 'SlowDown') return 'slow down';
    throw error;
  }
}
