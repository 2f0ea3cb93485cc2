import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MfaDevice } from '../../sandbox/accounts/mfa-device';
import type { Job } from '../../sandbox/runner/job';
import { codeOf } from '../sandbox/mfa-code';
import { allow } from '../sandbox/sts-client';
import { ROLES_ANYWHERE_ACTIONS, trustCertificate } from '../scenarios/certificates';
import { ACCOUNT, EXAMPLE_KEYS, ISSUER, KEY_INPUTS, ROLE, type Scenario } from '../scenarios/scenario';

/** By whose proof a step works. */
export interface Door {
  readonly inputs: Readonly<Record<string, string>>;
  /** Variables of the job. */
  readonly env?: Readonly<Record<string, string>>;
  /** Puts into a job what it has to find there. */
  readonly furnish?: (job: Job) => void;
}

const TARGET = `arn:aws:iam::${ACCOUNT}:role/target`;
const MIDDLE = `arn:aws:iam::${ACCOUNT}:role/middle`;

/** The ways to an identity, each with what makes it ready in a local AWS. */
export const DOORS = {
  keys: () => ({ inputs: KEY_INPUTS }),
  'keys, with MFA': (scenario) => ({ inputs: { ...KEY_INPUTS, ...withMfa(scenario) } }),
  'keys, with a code of MFA': (scenario) => ({ inputs: { ...KEY_INPUTS, ...withCode(scenario) } }),
  'keys, then a role': () => ({ inputs: { ...KEY_INPUTS, 'role-to-assume': ROLE } }),
  'keys, then a role with MFA': (scenario) => ({
    inputs: { ...KEY_INPUTS, ...withMfa(scenario), 'role-to-assume': ROLE },
  }),
  'keys, then a role with a code of MFA': (scenario) => ({
    inputs: { ...KEY_INPUTS, ...withCode(scenario), 'role-to-assume': ROLE },
  }),
  'keys, then a chain': () => ({ inputs: { ...KEY_INPUTS, 'role-to-assume': chain(ROLE) } }),
  'keys of the job': () => ({ inputs: {}, env: KEYS_OF_JOB }),
  'keys of the job, then a role': () => ({ inputs: { 'role-to-assume': ROLE }, env: KEYS_OF_JOB }),
  OIDC: (scenario) => ({ inputs: { 'role-to-assume': ROLE }, env: oidc(scenario) }),
  'OIDC, then a chain': (scenario) => ({
    inputs: { 'role-to-assume': chain(ROLE) },
    env: oidc(scenario),
  }),
  'a token file': (scenario) => tokenFile(scenario),
  'a certificate': (scenario) => certificate(scenario, ROLE),
  'a certificate, then a role': (scenario) => certificate(scenario, `${ROLE}\n${TARGET}`),
  'a sign-in': (scenario) => signIn(scenario),
  'a sign-in, then a role': (scenario) => {
    const { inputs, ...others } = signIn(scenario);
    return { ...others, inputs: { ...inputs, 'role-to-assume': ROLE } };
  },
} as const satisfies Readonly<Record<string, (scenario: Scenario) => Door | Promise<Door>>>;

export type DoorName = keyof typeof DOORS;

/** Makes a local AWS in which every door leads to all rights. */
export function furnish({ account, sandbox }: Scenario): void {
  const policies = [allow('*')];
  account.createUser('ci', { policies }).createAccessKey(EXAMPLE_KEYS);
  const provider = account.createOidcProvider({ url: ISSUER, clientIds: ['sts.amazonaws.com'] });
  const session = ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'];
  const own = { Effect: 'Allow', Action: session, Principal: { AWS: account.arn('iam', 'root') } } as const;
  const web = {
    Effect: 'Allow',
    Action: ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession'],
    Principal: { Federated: provider.arn },
    Condition: {
      StringEquals: {
        'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
        'token.actions.githubusercontent.com:sub': 'repo:octo/app:ref:refs/heads/main',
      },
    },
  } as const;
  const certified = {
    Effect: 'Allow',
    Action: ROLES_ANYWHERE_ACTIONS,
    Principal: { Service: 'rolesanywhere.amazonaws.com' },
  } as const;
  for (const name of ['deploy', 'middle', 'target']) {
    account.createRole(name, { policies, trust: { Version: '2012-10-17', Statement: [own, web, certified] } });
  }
  sandbox.identityCenter.assign(account, 'Admin', policies);
  sandbox.terraform.createWorkspace('acme', 'prod');
}

const KEYS_OF_JOB = {
  AWS_ACCESS_KEY_ID: EXAMPLE_KEYS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: EXAMPLE_KEYS.secretAccessKey,
};

function chain(first: string): string {
  return [first, MIDDLE, TARGET].join('\n');
}

function withMfa(scenario: Scenario): Record<string, string> {
  return { 'mfa-secret': deviceOf(scenario).uri };
}

/** The code that the device shows when the job begins. */
function withCode(scenario: Scenario): Record<string, string> {
  const device = deviceOf(scenario);
  return { 'mfa-serial': device.serialNumber, 'mfa-code': codeOf(device, scenario.sandbox.clock.now()) };
}

function deviceOf({ account }: Scenario): MfaDevice {
  const user = account.users.get('ci');
  if (!user) throw new Error('There is no user ci');
  const [device = user.createMfaDevice('ci')] = user.mfaDevices.values();
  return device;
}

function oidc({ sandbox: { github } }: Scenario): Record<string, string> {
  return { ...github.environment() };
}

async function tokenFile(scenario: Scenario): Promise<Door> {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: url = '', ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer } = oidc(scenario);
  const answer = await fetch(`${url}&audience=sts.amazonaws.com`, { headers: { authorization: `Bearer ${bearer}` } });
  const { value } = (await answer.json()) as { value: string };
  return {
    inputs: { 'role-to-assume': ROLE, 'web-identity-token-file': 'token' },
    furnish: ({ workspace }) => {
      writeFileSync(join(workspace, 'token'), value);
    },
  };
}

async function certificate(scenario: Scenario, roles: string): Promise<Door> {
  const { inputs } = await trustCertificate(scenario, [ROLE, MIDDLE, TARGET]);
  return { inputs: { ...inputs, 'role-to-assume': roles } };
}

function signIn({ sandbox: { identityCenter } }: Scenario): Door {
  const inputs = {
    'sso-start-url': identityCenter.startUrl,
    'sso-region': identityCenter.region,
    'sso-account-id': ACCOUNT,
    'sso-role-name': 'Admin',
  };
  return { inputs };
}
