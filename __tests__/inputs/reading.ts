import { ActionError } from '../../src/errors/action-error';
import { readRequest } from '../../src/inputs/read-request';
import type { SessionRequest } from '../../src/inputs/request';
import pem from '../roles-anywhere/pem-inputs.json';

export const ROLE = 'arn:aws:iam::123456789012:role/deploy';
export const OTHER = 'arn:aws:iam::111122223333:role/deploy';
export const OIDC = {
  ACTIONS_ID_TOKEN_REQUEST_URL: 'https://token.example/?v=2',
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'bearer',
};
export const KEYS = {
  'aws-access-key-id': 'AKIAIOSFODNN7EXAMPLE',
  'aws-secret-access-key': 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};

const [{ certificate, privateKey } = { certificate: '', privateKey: '' }] = pem.inputs;
/** Of the account 123456789012. */
export const CERTIFICATE = {
  certificate,
  'certificate-private-key': privateKey,
  'trust-anchor-arn': 'arn:aws:rolesanywhere:eu-central-1:123456789012:trust-anchor/11111111',
  'roles-anywhere-profile-arn': 'arn:aws:rolesanywhere:eu-central-1:123456789012:profile/22222222',
};

/** What a request says of the step where inputs say nothing of it. */
export const SETTINGS = {
  connection: { region: 'eu-central-1', proxy: {}, userAgent: 'aws-identity-action' },
  retry: { maxAttempts: 12 },
  maskAccountId: false,
  allowedAccounts: [],
  expectArn: undefined,
  timeLimit: undefined,
  unsetCurrentCredentials: false,
};

/** The same, of a step that delivers one session. */
export const DELIVERED = {
  ...SETTINGS,
  delivery: { environment: 'credentials and region', outputs: false },
  useExistingCredentials: false,
};

/** Reads inputs, as under `with:`, and variables, which here win. */
export function read(inputs: Record<string, string>, env: Record<string, string> = {}) {
  const variables = Object.fromEntries(
    Object.entries({ 'aws-region': 'eu-central-1', ...inputs }).map(([name, value]) => [
      `INPUT_${name.toUpperCase()}`,
      value,
    ]),
  );
  return readRequest({ ...variables, ...env });
}

/** Reads inputs that ask for one session. */
export async function sessionRequest(...given: Parameters<typeof read>): Promise<SessionRequest> {
  const { request } = await read(...given);
  if (!('delivery' in request)) throw new Error(`The mode ${request.mode} delivers no session.`);
  return request;
}

/** What is said to be wrong; `none` when nothing is. */
export async function problemsOf(inputs: Record<string, string>, env?: Record<string, string>): Promise<string> {
  try {
    await read(inputs, env);
  } catch (error) {
    if (error instanceof ActionError && error.code === 'invalid-input') return error.message;
    throw error;
  }
  return 'none';
}
