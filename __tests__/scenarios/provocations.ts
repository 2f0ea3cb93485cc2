import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { User, VendorName } from '../../sandbox/accounts/account';
import type { Failure } from '../../sandbox/faults';
import type { PolicyDocument } from '../../sandbox/policy/document';
import { CertificateAuthority, type CertificateSettings } from '../../sandbox/roles-anywhere/certificate-authority';
import type { Run } from '../../sandbox/runner/job';
import { copyAction } from '../../sandbox/runner/processes';
import type { ErrorCode } from '../../src/errors/action-error';
import { placeDigests } from '../../src/provisioning/access-keys/destinations';
import { ForwardProxy } from '../network/forward-proxy';
import { allow, deny, trust } from '../sandbox/sts-client';
import {
  certificateJob,
  roleForCertificates,
  testAuthority,
  trustCertificate,
  type ByCertificate,
} from './certificates';
import {
  ADMIN,
  OWNED,
  REPOSITORY,
  age,
  githubRepository,
  identityJob,
  leftUser,
  recordTags,
  terraformWorkspace,
  WORKSPACE,
  onPullRequest,
} from './identities';
import { NO_SUCH_HOST } from './node-options';
import { ACCOUNT, EXAMPLE_KEYS, KEY_INPUTS, REGION, ROLE, type JobSettings, type Scenario } from './scenario';

/** Brings a failure about, and returns the step that ends with it. */
export type Provocation = (scenario: Scenario) => Promise<Run>;

type Inputs = Readonly<Record<string, string>>;
type Environment = Record<string, string>;

const IN_ROLE: Inputs = { 'aws-region': REGION, 'role-to-assume': ROLE };
const IN_ADMIN: Inputs = { 'sso-account-id': ACCOUNT, 'sso-role-name': 'Admin' };
const SESSION_POLICY = { 'inline-session-policy': JSON.stringify(allow('s3:*')) };
const TEMPORARY: Environment = {
  AWS_ACCESS_KEY_ID: 'ASIAIOSFODNN7EXAMPLE',
  AWS_SECRET_ACCESS_KEY: EXAMPLE_KEYS.secretAccessKey,
  AWS_SESSION_TOKEN: 'AQoEXAMPLEH4aoAH0gNCAPyJxz4BlCFFxWNE1OPTgk5TthT',
};
const SPOILT: Environment = { ...TEMPORARY, AWS_ACCESS_KEY_ID: `${EXAMPLE_KEYS.accessKeyId}\n` };
/** The role `deploy`, assumed with OIDC. */
function byOidc(inputs: Inputs = {}, prepare?: (scenario: Scenario) => void, env: Environment = {}): Provocation {
  return (scenario) => {
    scenario.createOidcRole();
    prepare?.(scenario);
    return scenario.job({ oidc: true, env }).step({ with: { ...IN_ROLE, ...inputs } });
  };
}

/** The role `deploy`, assumed with the keys of the user `ci`. */
function byKeys(inputs: Inputs = {}, prepare?: (scenario: Scenario) => void, settings: JobSettings = {}): Provocation {
  return (scenario) => {
    scenario.createUserAndRole();
    prepare?.(scenario);
    return scenario.job(settings).step({ with: { ...IN_ROLE, ...KEY_INPUTS, ...inputs } });
  };
}

/** The user `ci` without a role, with the keys given, and a device with the name of the user. */
function asUser(
  inputs: Inputs,
  { policies = [allow(['sts:*', 'iam:ListMFADevices'])], prepare }: UserSettings = {},
): Provocation {
  return (scenario) => {
    const user = scenario.account.createUser('ci', { policies });
    user.createAccessKey(EXAMPLE_KEYS);
    prepare?.(scenario);
    return identityJob(scenario).step({ with: { 'aws-region': REGION, ...KEY_INPUTS, ...inputs } });
  };
}

interface UserSettings {
  readonly policies?: readonly PolicyDocument[];
  readonly prepare?: (scenario: Scenario) => void;
}

interface DocumentSettings {
  readonly mode?: string;
  readonly inputs?: Inputs;
  readonly policies?: readonly PolicyDocument[];
  readonly env?: Environment;
  readonly prepare?: (scenario: Scenario) => void;
}

/** An identity document, applied by an administrator whose token may write secrets. */
function byDocument(document: string, settings: DocumentSettings = {}): Provocation {
  const { mode = 'provision', inputs = {}, policies = [allow('*')], env = {}, prepare } = settings;
  return (scenario) => {
    scenario.account.createUser('admin', { policies }).createAccessKey(EXAMPLE_KEYS);
    const token = {
      ...(document.includes('github-secret') && githubRepository(scenario)),
      ...(document.includes('terraform-cloud') && terraformWorkspace(scenario)),
    };
    prepare?.(scenario);
    return identityJob(scenario, { env }).step({ with: { mode, ...ADMIN, identities: document, ...token, ...inputs } });
  };
}

/** A plan, commented with a token of these rights on a pull request that is not there. */
function commenting(rights: Parameters<Scenario['sandbox']['github']['secrets']['token']>[0]): Provocation {
  return (scenario) => {
    scenario.account.createUser('admin', { policies: [allow('*')] }).createAccessKey(EXAMPLE_KEYS);
    const job = identityJob(scenario);
    const plan = { mode: 'provision', ...ADMIN, identities: 'users: { reporter: {} }', 'dry-run': 'true' };
    const token = scenario.sandbox.github.secrets.token(rights);
    return job.step({
      with: { ...plan, 'plan-comment': 'true', 'github-token': token },
      env: onPullRequest(job, { number: 7 }),
    });
  };
}

/** A user that another run made for itself alone, in an hour that is not over yet. */
function madeByAnotherRun({ account, sandbox }: Scenario): void {
  const until = new Date(sandbox.clock.now().getTime() + 3_600_000).toISOString();
  account.createUser('reporter', {
    tags: { ...OWNED, 'aws-identity-action:ephemeral': `run=${REPOSITORY}:42.1:0a1b2c3d until=${until}` },
  });
}

/** The device of a user that another run began to make a minute ago. */
function deviceOfAnotherRun({ account, sandbox }: Scenario): void {
  const at = new Date(sandbox.clock.now().getTime() - 60_000).toISOString();
  account.createMfaDevice('reporter').tags = {
    ...OWNED,
    'aws-identity-action:making': `run=${REPOSITORY}:42.1:0a1b2c3d at=${at}`,
  };
}

/** AWS itself, for what it is known to refuse: nothing is sent there. The local AWS would be asked. */
const AWS = `http://sts.${REGION}.amazonaws.com`;

/** The role `deploy`, assumed from the session of the role `entry` that an earlier step left. */
function byChaining(inputs: Inputs = {}, prepare?: (scenario: Scenario) => void): Provocation {
  return async (scenario) => {
    const entry = scenario.createOidcRole('entry');
    scenario.account.createRole('deploy', {
      maxSessionDuration: 43_200,
      trust: trust(entry.arn, {}, ['sts:AssumeRole', 'sts:TagSession']),
    });
    const job = scenario.job({ oidc: true });
    await job.step({ with: { 'aws-region': REGION, 'role-to-assume': entry.arn } });
    prepare?.(scenario);
    return job.step({ with: { ...IN_ROLE, 'role-chaining': 'true', ...inputs } });
  };
}

/** The role `deploy`, assumed with a certificate. */
function byCertificate(
  prepare: (scenario: Scenario, by: ByCertificate) => Inputs | undefined | Promise<Inputs> = () => undefined,
): Provocation {
  return async (scenario) => {
    roleForCertificates(scenario.account, 'deploy', { maxSessionDuration: 3600 });
    const by = await trustCertificate(scenario, [ROLE], { profile: { durationSeconds: 43_200 } });
    const inputs = { ...IN_ROLE, ...by.inputs, ...(await prepare(scenario, by)) };
    return certificateJob(scenario).step({ with: inputs });
  };
}

/** The inputs for another certificate of the same authority. */
async function withCertificate(settings: CertificateSettings): Promise<Inputs> {
  const { certificate, privateKey } = await (await testAuthority()).issue(settings);
  return { certificate, 'certificate-private-key': privateKey };
}

/** The role `deploy`, assumed with a token from a file. */
function byTokenFile(text: string, prepare?: (scenario: Scenario) => void): Provocation {
  return (scenario) => {
    scenario.createOidcRole();
    prepare?.(scenario);
    const job = scenario.job();
    writeFileSync(join(job.workspace, 'token'), text);
    return job.step({ with: { ...IN_ROLE, 'web-identity-token-file': 'token' } });
  };
}

/** The permission set `Admin`, for a person who signs in. */
function byPerson(inputs: Inputs, prepare?: (scenario: Scenario) => void): Provocation {
  return (scenario) => {
    const { url, identityCenter } = scenario.sandbox;
    identityCenter.assign(scenario.account, 'Admin');
    prepare?.(scenario);
    const portal = { 'aws-region': REGION, 'sso-start-url': identityCenter.startUrl, 'sso-region': 'eu-west-1' };
    const env = { AWS_ENDPOINT_URL_SSO: url, AWS_ENDPOINT_URL_SSO_OIDC: url };
    return scenario.job({ env }).step({ with: { mode: 'verify', ...portal, ...inputs } });
  };
}

/** What AWS answers to each such call, in its own words. */
function answers(action: string, code: string, message: string, { status = 400, skip = 0 } = {}) {
  return ({ sandbox: { faults } }: Scenario) => {
    faults.add({ action, skip, error: { status, code, message } });
  };
}

function fails(action: string, failure: Failure) {
  return ({ sandbox: { faults } }: Scenario) => {
    faults.add({ action, ...failure });
  };
}

/** What answers is another vendor's. */
function isOf(vendor: VendorName) {
  return ({ sandbox: { settings } }: Scenario) => {
    settings.vendor = vendor;
  };
}

function html(status: number): Failure {
  return { raw: { status, headers: { 'content-type': 'text/html' }, body: '<html>Log in to the network</html>' } };
}

const WITH_KEY = 'users: { pulumi: { access-key: { deliver: [environment] } } }';
const WITH_SECRETS = 'users: { pulumi: { access-key: { deliver: [github-secrets] } } }';
const DUE = 'users: { pulumi: { access-key: { max-age: 90d, deliver: [github-secrets] } } }';
const WITH_VARIABLES =
  'users: { pulumi: { access-key: { deliver: [terraform-cloud: { organization: acme, workspace: prod }] } } }';
const DEVICE = 'users: { reporter: { mfa-device: { deliver: [{ github-secret: REPORTER_MFA }] } } }';
const BOUNDARY =
  'policies: { limits: { document: { Version: "2012-10-17", Statement: { Effect: Allow, Action: "s3:*", Resource: "*" } } } }';

/** The user `pulumi`, whose delivered key is old enough to be rotated. */
function dueKey(scenario: Scenario): User {
  const user = leftUser(scenario);
  const { accessKeyId, secretAccessKey } = user.createAccessKey();
  user.tags = { ...user.tags, ...recordTags({ [`delivered:${accessKeyId}`]: `at=${ago(scenario, 91)}` }) };
  age(user, 91);
  const { secrets } = scenario.sandbox.github;
  secrets.write(REPOSITORY, 'AWS_ACCESS_KEY_ID', accessKeyId);
  secrets.write(REPOSITORY, 'AWS_SECRET_ACCESS_KEY', secretAccessKey);
  return user;
}

/** The same, and that it replaced one whose grace is over, which is used when the step is about to end it. */
function usedKey(scenario: Scenario): void {
  const user = dueKey(scenario);
  const [current] = user.accessKeys;
  const replaced = user.createAccessKey();
  const id = current?.accessKeyId ?? '';
  user.tags = {
    ...user.tags,
    ...recordTags({ [`delivered:${id}`]: `at=${ago(scenario, 2)} replaces=${replaced.accessKeyId}` }),
  };
  age(user, 2);
  const use = () => {
    replaced.lastUsed = { at: scenario.sandbox.clock.now(), service: 's3', region: 'eu-central-1' };
  };
  scenario.sandbox.faults.add({ action: 'GetAccessKeyLastUsed', skip: 1, times: 1, first: use });
}

/** A key of the user `pulumi` that run 42 is about to deliver. */
function keyInWork(scenario: Scenario): void {
  const user = leftUser(scenario);
  const { accessKeyId } = user.createAccessKey();
  const record = `run=${REPOSITORY}:42.1:0a1b2c3d at=${ago(scenario, 0)}`;
  user.tags = { ...user.tags, ...recordTags({ [`made:${accessKeyId}`]: record }) };
}

function ago({ sandbox: { clock } }: Scenario, days: number): string {
  return new Date(clock.now().getTime() - days * 86_400_000).toISOString();
}

/** Every failure that the action knows, and how to bring it about: once for each of the words that its page quotes. */
export const PROVOCATIONS: Readonly<Record<ErrorCode, readonly Provocation[]>> = {
  'access-denied': [
    asUser(
      { mode: 'session-token' },
      {
        prepare: ({ sandbox: { settings } }) => {
          const parts = [allow('*'), deny('sts:GetSessionToken')];
          settings.vpcEndpointPolicy = { Statement: parts.flatMap(({ Statement }) => Statement) };
        },
      },
    ),
  ],
  'access-key-not-accepted': [
    byDocument(WITH_KEY, {
      prepare: (scenario) => {
        leftUser(scenario);
        scenario.sandbox.settings.propagationMs = 3_600_000;
      },
    }),
  ],
  'access-key-unknown': [
    byDocument(WITH_SECRETS, {
      prepare: (scenario) => {
        leftUser(scenario);
        fails('CreateAccessKey', { resetAfter: true })(scenario);
      },
    }),
  ],
  'access-keys-full': [
    byDocument(WITH_KEY, {
      prepare: (scenario) => {
        const user = leftUser(scenario);
        user.createAccessKey();
        user.createAccessKey();
        age(user, 1);
      },
    }),
    byDocument(WITH_KEY, {
      prepare: (scenario) => {
        const user = leftUser(scenario);
        const until = ago(scenario, -1);
        for (const run of ['42', '43']) {
          const { accessKeyId } = user.createAccessKey();
          const record = `run=${REPOSITORY}:${run}.1:0a1b2c3d until=${until}`;
          user.tags = { ...user.tags, ...recordTags({ [`job:${accessKeyId}`]: record }) };
        }
      },
    }),
    byDocument(DUE, {
      mode: 'rotate',
      prepare: (scenario) => {
        usedKey(scenario);
        scenario.sandbox.faults.clear();
        const [, replaced] = scenario.account.users.get('pulumi')?.accessKeys ?? [];
        if (replaced) replaced.lastUsed = { at: scenario.sandbox.clock.now(), service: 's3', region: 'eu-central-1' };
      },
    }),
  ],
  'account-not-allowed': [asUser({ 'allowed-account-ids': '111122223333' })],
  'action-timeout': [
    byOidc({ 'action-timeout-s': '1' }, fails('AssumeRoleWithWebIdentity', { hang: true })),
    byDocument(WITH_SECRETS, { inputs: { 'action-timeout-s': '20' } }),
  ],
  'another-run': [
    byDocument(DEVICE, { prepare: deviceOfAnotherRun }),
    byDocument(WITH_SECRETS, { prepare: keyInWork }),
    byDocument(WITH_SECRETS, {
      prepare: (scenario) => {
        leftUser(scenario).createAccessKey();
      },
    }),
    byDocument(WITH_SECRETS, {
      prepare: (scenario) => {
        const user = leftUser(scenario);
        const make = () => {
          user.createAccessKey();
          user.createAccessKey();
        };
        scenario.sandbox.faults.add({ action: 'CreateAccessKey', first: make });
      },
    }),
    byDocument(DUE.replace('max-age: 90d', 'max-age: 900d'), { mode: 'rotate', prepare: usedKey }),
    byDocument(WITH_SECRETS, {
      mode: 'deprovision',
      prepare: (scenario) => {
        const user = leftUser(scenario);
        scenario.sandbox.faults.add({ action: 'DeleteUser', first: () => void user.createAccessKey() });
      },
    }),
    byDocument(WITH_SECRETS, {
      mode: 'deprovision',
      prepare: (scenario) => {
        const user = dueKey(scenario);
        const id = user.accessKeys[0]?.accessKeyId ?? '';
        const now = ago(scenario, 0);
        const location = { of: 'repository', repository: REPOSITORY } as const;
        const places = placeDigests([{ to: 'github-secrets', prefix: '', location }]).join(':');
        const words = `at=${now} written=${now} places=${places}`;
        user.tags = { ...user.tags, ...recordTags({ [`delivered:${id}`]: words }) };
        const write = () => {
          scenario.sandbox.github.secrets.write(REPOSITORY, 'AWS_ACCESS_KEY_ID', 'again');
        };
        // Each of the two is asked about for the plan, before its removal, and after it.
        scenario.sandbox.faults.add({ action: 'GET secret', skip: 4, first: write });
      },
    }),
  ],
  'certificate-insufficient': [byCertificate(() => withCertificate({ keyUsage: 'none' }))],
  'certificate-not-valid': [
    byCertificate(() => withCertificate({ notAfter: new Date(Date.now() - 60_000) })),
    byCertificate(({ sandbox: { clock } }) => {
      clock.advance(91 * 86_400_000);
    }),
  ],
  'certificate-revoked': [
    byCertificate(({ sandbox: { rolesAnywhere } }, { trustAnchor, issued }) => {
      rolesAnywhere.revoke(trustAnchor, issued.certificate);
    }),
  ],
  'certificate-signature-refused': [
    byCertificate((scenario) => {
      answers('CreateSession', 'AccessDeniedException', 'Invalid signature', { status: 403 })(scenario);
    }),
  ],
  'certificate-untrusted': [
    byCertificate(async () => {
      const { certificate, privateKey } = await (await CertificateAuthority.create()).issue();
      return { certificate, 'certificate-private-key': privateKey };
    }),
  ],
  'clock-skew': [
    byCertificate(({ sandbox: { clock } }) => {
      clock.advance(17 * 60_000);
    }),
    byKeys({}, ({ sandbox: { clock } }) => {
      clock.advance(17 * 60_000);
    }),
    (scenario) => {
      scenario.sandbox.clock.advance(-17 * 60_000);
      return byKeys()(scenario);
    },
    asUser(
      { mode: 'session-token', 'mfa-code': '000000' },
      {
        prepare: ({ account, sandbox: { clock } }) => {
          account.users.get('ci')?.createMfaDevice('ci');
          clock.advance(2 * 60_000);
        },
      },
    ),
  ],
  'connection-failed': [
    byKeys({ 'sts-endpoint': 'http://127.0.0.1:1', 'disable-retry': 'true' }),
    byKeys({ 'disable-retry': 'true' }, fails('AssumeRole', { reset: true })),
    byKeys({ 'disable-retry': 'true' }, fails('AssumeRole', { resetBody: true })),
    byKeys({ 'sts-endpoint': 'https://sts.eu-centrl-1.amazonaws.com' }, undefined, {
      env: NO_SUCH_HOST,
      asProcess: true,
    }),
    byOidc({ 'disable-retry': 'true' }, undefined, {
      ACTIONS_ID_TOKEN_REQUEST_URL: 'http://127.0.0.1:1/?api-version=2',
    }),
  ],
  'credential-process-path': [
    (scenario) => {
      scenario.createOidcRole();
      const job = scenario.job({ oidc: true });
      const uses = copyAction(join(job.folder, '$actions'));
      return job.step({ uses, with: { ...IN_ROLE, 'aws-profile': 'deploy', 'refresh-credentials': 'true' } });
    },
  ],
  'delete-conflict': [
    byDocument(BOUNDARY, {
      mode: 'deprovision',
      prepare: ({ account }) => {
        const { arn } = account.createManagedPolicy('limits', {
          path: '/',
          policy: { text: JSON.stringify(allow('s3:*')), document: allow('s3:*') },
          tags: OWNED,
        });
        account.createUser('someone', { permissionsBoundary: arn });
      },
    }),
    byDocument('users: { pulumi: {} }', {
      mode: 'deprovision',
      prepare: (scenario) => {
        leftUser(scenario);
        answers('DeleteUser', 'DeleteConflict', 'Cannot delete entity, must delete login profile first.', {
          status: 409,
        })(scenario);
      },
    }),
  ],
  'delivery-incomplete': [
    byDocument(WITH_SECRETS, {
      prepare: answers('PUT secret', 'Forbidden', 'Resource not accessible by integration', { status: 403, skip: 1 }),
    }),
  ],
  'delivery-overtaken': [
    byDocument(WITH_SECRETS, {
      prepare: (scenario) => {
        leftUser(scenario);
        const write = () => {
          scenario.pass(5_000);
          scenario.sandbox.github.secrets.write(REPOSITORY, 'AWS_ACCESS_KEY_ID', 'of someone else');
        };
        // The look after the delivery.
        scenario.sandbox.faults.add({ action: 'ListAccessKeys', skip: 2, times: 1, first: write });
      },
    }),
    byDocument(DEVICE, {
      // As if someone else had written it in between.
      prepare({ sandbox: { faults } }) {
        const updated_at = '2099-01-01T00:00:00Z';
        const body = JSON.stringify({ name: 'REPORTER_MFA', created_at: updated_at, updated_at });
        faults.add({ action: 'GET secret', raw: { status: 200, headers: {}, body } });
      },
    }),
  ],
  'ephemeral-of-another-run': [
    byDocument('users: { reporter: {} }', { prepare: madeByAnotherRun }),
    byDocument('users: { reporter: {} }', { mode: 'deprovision', prepare: madeByAnotherRun }),
  ],
  'federation-refused': [asUser({ 'federated-user-name': 'report', ...SESSION_POLICY }, { policies: [allow('s3:*')] })],
  'github-secret-refused': [
    byDocument(WITH_SECRETS, {
      prepare: answers('GET public-key', 'Forbidden', 'Resource not accessible', { status: 403 }),
    }),
    byDocument('users: { pulumi: { access-key: { deliver: [{ github-secrets: { environment: none } }] } } }'),
  ],
  'github-token-refused': [byDocument(WITH_SECRETS, { inputs: { 'github-token': 'ghs_EXAMPLE' } })],
  'iam-limit': [
    byDocument('users: { pulumi: {} }', {
      prepare: answers('CreateUser', 'LimitExceeded', 'Cannot exceed quota for UsersPerAccount: 5000', { status: 409 }),
    }),
  ],
  'iam-refused': [byDocument('users: { reporter: {} }', { policies: [allow('*'), deny('iam:CreateUser')] })],
  'id-token-permission-missing': [(scenario) => scenario.job().step({ with: IN_ROLE })],
  'id-token-refused': [byOidc({}, undefined, { ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'not-it' })],
  'identity-provider-missing': [
    byOidc({}, ({ account }) => {
      account.oidcProviders.clear();
    }),
  ],
  'identity-provider-unreachable': [
    byOidc(
      { 'disable-retry': 'true' },
      answers('AssumeRoleWithWebIdentity', 'IDPCommunicationError', 'The identity provider could not be reached.'),
    ),
    byOidc({ 'disable-retry': 'true' }, ({ sandbox: { world } }) => {
      world.issuerKeys.clear();
    }),
    byOidc(
      {},
      answers(
        'AssumeRoleWithWebIdentity',
        'InvalidIdentityToken',
        "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint",
      ),
    ),
    byDocument('oidc-providers: { idp: { issuer: "https://idp.example.com", audiences: [aws] } }', {
      inputs: { 'disable-retry': 'true' },
      prepare: answers('CreateOpenIDConnectProvider', 'OpenIdIdpCommunicationError', 'It could not be reached.'),
    }),
  ],
  'incorrect-audience': [byOidc({ audience: 'other.example.com' })],
  'invalid-credentials': [
    byKeys({ 'aws-secret-access-key': 'wrong/EXAMPLEKEY' }),
    byKeys({ 'aws-access-key-id': 'AKIAI44QH8DHBEXAMPLE' }),
    byKeys({}, answers('AssumeRole', 'UnrecognizedClient', 'The security token included in the request is invalid.')),
  ],
  'invalid-id-token': [
    byTokenFile('not.a.token'),
    byOidc({}, answers('AssumeRoleWithWebIdentity', 'IDPRejectedClaim', 'The identity provider rejected the claim.')),
  ],
  'invalid-input': [
    byOidc({
      'sts-endpoint': AWS,
      'role-to-assume': `${ROLE}\n${ROLE}`,
      'role-duration-seconds': '7200',
    }),
    byOidc({ 'role-duration-seconds': '1h' }),
    byOidc({ 'alowed-account-ids': ACCOUNT }),
    byOidc({ 'aws-region': 'eu_central_1', 'role-duration-seconds': '1h', 'aws-profile': '' }),
  ],
  'mfa-code-refused': [
    asUser(
      { mode: 'session-token', 'mfa-code': '000000' },
      { prepare: ({ account }) => account.users.get('ci')?.createMfaDevice('ci') },
    ),
  ],
  'mfa-device-unknown': [
    asUser({ mode: 'session-token', 'mfa-code': '000000', 'mfa-serial': `arn:aws:iam::${ACCOUNT}:mfa/other` }),
  ],
  'mfa-lookup-failed': [
    asUser({ mode: 'session-token', 'mfa-code': '000000' }, { policies: [allow('sts:*')] }),
    asUser({ mode: 'session-token', 'mfa-code': '000000' }),
  ],
  'name-taken': [
    byDocument('users: { reporter: {} }', { prepare: ({ account }) => account.createUser('Reporter') }),
    byDocument(`policies: { report: { document: ${JSON.stringify(allow('s3:GetObject'))} } }`, {
      prepare({ account, sandbox: { faults } }) {
        account.createManagedPolicy('report', {
          path: '/',
          policy: { text: JSON.stringify(allow('s3:GetObject')), document: allow('s3:GetObject') },
        });
        const error = { status: 404, code: 'NoSuchEntity', message: 'Policy report does not exist.' };
        faults.add({ action: 'GetPolicy', times: 1, error });
      },
    }),
    byDocument('users: { reporter: {} }', {
      prepare: answers('CreateUser', 'EntityAlreadyExists', 'User with name reporter already exists.', { status: 409 }),
    }),
    byDocument('users: { reporter: {} }', {
      prepare({ account, sandbox: { faults } }) {
        const first = () =>
          void account.createUser('reporter', { tags: { ...OWNED, 'managed-by-repository': 'octo/x' } });
        faults.add({ action: 'CreateUser', times: 1, first });
        faults.add({ action: 'CreateUser', times: 1, reset: true });
      },
    }),
  ],
  'no-answer': [
    byOidc({}, fails('AssumeRoleWithWebIdentity', { hang: true })),
    byOidc({}, fails('id-token', { hang: true })),
  ],
  'no-credentials': [
    (scenario) => scenario.job().step({ with: { ...IN_ROLE, 'role-chaining': 'true' } }),
    (scenario) => scenario.job({ env: SPOILT }).step({ with: { ...IN_ROLE, 'role-chaining': 'true' } }),
  ],
  'not-found': [
    'arn:aws:iam::aws:policy/NoSuchAccess',
    'arn:aws:iam:::policy/x',
    'arn:aws:iam::999988887777:policy/x',
  ].map((policy) => byDocument(`users: { ci: { policies: ["${policy}"] } }`)),
  'not-ours': [byDocument('users: { reporter: {} }', { prepare: ({ account }) => account.createUser('reporter') })],
  'old-key-not-retired': [
    byDocument(DUE, {
      mode: 'rotate',
      inputs: { 'delete-old-keys': 'true' },
      policies: [allow('*'), deny('iam:DeleteAccessKey')],
      prepare: (scenario) => {
        dueKey(scenario);
      },
    }),
  ],
  'packed-policy-too-large': [
    byOidc(SESSION_POLICY, ({ sandbox: { settings } }) => {
      settings.packedPolicyLimit = 10;
    }),
  ],
  'path-differs': [
    byDocument('users: { pulumi: { path: /machine/ } }', {
      prepare: (scenario) => {
        leftUser(scenario);
      },
    }),
  ],
  'plan-comment-refused': [commenting({ see: [REPOSITORY] }), commenting({ comment: [REPOSITORY] })],
  'policy-malformed': [
    byDocument('roles: { deployer: { trust: { user: ghost } } }'),
    byDocument(
      'roles: { a: { path: /x/, trust: { user: ghost } }, b: { trust: { Version: "2012-10-17", Statement: ' +
        `{ Effect: Allow, Action: "sts:AssumeRole", Principal: { AWS: "arn:aws:iam::${ACCOUNT}:role/a" } } } } }`,
    ),
  ],
  'profile-files': [
    (scenario) => {
      scenario.createOidcRole();
      const job = scenario.job({ oidc: true });
      mkdirSync(join(job.home, '.aws'));
      writeFileSync(join(job.home, '.aws/credentials'), '[deploy]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n');
      return job.step({ with: { ...IN_ROLE, 'aws-profile': 'deploy' } });
    },
  ],
  'proxy-failed': [
    async (scenario) => {
      const proxy = await ForwardProxy.start();
      proxy.demand = 'Basic EXAMPLE';
      const job = scenario.job({ env: { AWS_ENDPOINT_URL_STS: 'http://aws.example' } });
      const run = await job.step({ with: { ...IN_ROLE, ...KEY_INPUTS, 'http-proxy': proxy.url } });
      proxy.close();
      return run;
    },
    async (scenario) => {
      const proxy = await ForwardProxy.start();
      const { url } = proxy;
      proxy.close();
      const job = scenario.job({ env: { AWS_ENDPOINT_URL_STS: 'https://aws.example', HTTPS_PROXY: url } });
      return job.step({ with: { ...IN_ROLE, ...KEY_INPUTS } });
    },
  ],
  'region-disabled': [byKeys({}, ({ account }) => account.disabledRegions.add(REGION))],
  'removes-itself': [
    byDocument('users: { admin: {} }', {
      mode: 'deprovision',
      prepare({ account }) {
        const admin = account.users.get('admin');
        if (admin) admin.tags = OWNED;
      },
    }),
  ],
  'role-refused': [
    byKeys({ 'role-to-assume': `arn:aws:iam::${ACCOUNT}:role/other` }),
    byKeys({ 'source-identity': 'actor' }),
    byCertificate(({ account }) => {
      roleForCertificates(account, 'deploy', { actions: ['sts:AssumeRole'] });
    }),
  ],
  'roles-anywhere-profile-refused': [
    byCertificate((_, { profile }) => {
      profile.enabled = false;
    }),
    byCertificate(({ account }) => ({ 'role-to-assume': roleForCertificates(account, 'other').arn })),
  ],
  'roles-failed': [
    (scenario) => {
      scenario.createOidcRole();
      const arn = (account: string, role: string) => `arn:aws:iam::${account}:role/${role}`;
      const roles = { a: ROLE, b: arn(ACCOUNT, 'none'), c: arn(ACCOUNT, 'neither') };
      return scenario.job({ oidc: true }).step({ with: { 'aws-region': REGION, roles: JSON.stringify(roles) } });
    },
  ],
  'runner-files': [
    ...['GITHUB_ENV', 'GITHUB_OUTPUT', 'GITHUB_STATE'].map((name): Provocation => (scenario) => {
      scenario.createOidcRole();
      const job = scenario.job({ oidc: true });
      return job.step({ with: IN_ROLE, files: { [name]: join(job.folder, 'missing') } });
    }),
    // What stands in a variable is kept there for post.
    byOidc({}, undefined, { RUNNER_TEMP: '/dev/null', AWS_REGION: 'eu-west-1' }),
  ],
  'session-policy-malformed': [byOidc({ 'inline-session-policy': '{"Statement":"none"}' })],
  'session-tagging-refused': [
    (scenario) => {
      scenario.createUserAndRole({ actions: ['sts:AssumeRole'] });
      return scenario.job().step({ with: { ...IN_ROLE, ...KEY_INPUTS } });
    },
    byCertificate(() => withCertificate({ subject: 'CN=deploy (new)' })),
  ],
  'session-too-long': [
    byOidc({ 'role-duration-seconds': '7200' }),
    byCertificate(() => ({ 'role-duration-seconds': '7200' })),
  ],
  'session-too-long-for-chain': [
    byChaining({ 'sts-endpoint': AWS, 'role-duration-seconds': '7200' }),
    byChaining(
      {},
      answers(
        'AssumeRole',
        'ValidationError',
        'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
      ),
    ),
  ],
  'sign-in-ended': [
    byPerson(
      IN_ADMIN,
      answers('GetRoleCredentials', 'UnauthorizedException', 'Session token not found or invalid', { status: 401 }),
    ),
    byPerson(IN_ADMIN, ({ sandbox: { identityCenter } }) => {
      identityCenter.tokenLifetime = 0;
    }),
  ],
  'sign-in-lost': [
    byPerson(IN_ADMIN, ({ sandbox: { faults } }) => {
      faults.add({ action: 'CreateToken', times: 1, resetAfter: true });
    }),
  ],
  'sign-in-not-approved': [
    byPerson(IN_ADMIN, ({ sandbox: { identityCenter } }) => {
      identityCenter.person.does = 'nothing';
      identityCenter.codeLifetime = 2;
    }),
  ],
  'sign-in-refused': [
    byPerson(IN_ADMIN, ({ sandbox: { identityCenter } }) => {
      identityCenter.person.does = 'refuse';
    }),
  ],
  'simulation-refused': [asUser({ mode: 'verify', 'expect-allowed': 's3:ListAllMyBuckets' }, { policies: [] })],
  'source-credentials-expired': [
    byChaining({}, ({ sandbox: { world } }) => {
      for (const [id, session] of world.sessions) world.sessions.set(id, { ...session, expiration: session.issuedAt });
    }),
  ],
  'source-not-renewable': [
    (scenario) => {
      const inputs = { ...IN_ROLE, 'role-chaining': 'true', 'aws-profile': 'deploy', 'refresh-credentials': 'true' };
      return scenario.job({ env: TEMPORARY }).step({ with: inputs });
    },
    (scenario) => {
      const job = scenario.job({ env: { AWS_PROFILE: 'deploy' } });
      mkdirSync(join(job.home, '.aws'));
      writeFileSync(join(job.home, '.aws/config'), '[profile deploy]\nrole_arn = x\nsource_profile = entry\n');
      const inputs = { ...IN_ROLE, 'role-chaining': 'true', 'aws-profile': 'entry', 'refresh-credentials': 'true' };
      return job.step({ with: inputs });
    },
  ],
  'sso-role-not-named': [
    byPerson({}, ({ account, sandbox: { identityCenter } }) => {
      identityCenter.assign(account, 'Read');
    }),
  ],
  'sso-role-refused': [byPerson({ ...IN_ADMIN, 'sso-role-name': 'Read' }), byPerson({ 'sso-role-name': 'Read' })],
  'sso-start-url-refused': [byPerson({ ...IN_ADMIN, 'sso-start-url': 'https://other.awsapps.com/start' })],
  'temporary-source': [
    async (scenario) => {
      scenario.account.createUser('admin', { policies: [allow('*')] }).createAccessKey(EXAMPLE_KEYS);
      const job = identityJob(scenario);
      await job.step({ with: { mode: 'session-token', 'aws-region': REGION, ...KEY_INPUTS } });
      const document = { mode: 'provision', identities: 'users: { pulumi: {} }' };
      return job.step({ with: { 'aws-region': REGION, ...document } });
    },
    (scenario) => scenario.job({ env: TEMPORARY }).step({ with: { mode: 'session-token', 'aws-region': REGION } }),
    async (scenario) => {
      scenario.createUserAndRole().user.policies = [allow('sts:*')];
      const job = scenario.job();
      const federated = { 'federated-user-name': 'report', ...SESSION_POLICY };
      await job.step({ with: { 'aws-region': REGION, ...KEY_INPUTS, ...federated } });
      return job.step({ with: { ...IN_ROLE, 'role-chaining': 'true' } });
    },
  ],
  'terraform-token-refused': [byDocument(WITH_VARIABLES, { inputs: { 'terraform-token': 'EXAMPLE.atlasv1.EXAMPLE' } })],
  'terraform-variable-refused': [
    async (scenario) => {
      const see = { 'terraform-token': scenario.sandbox.terraform.token({ see: [WORKSPACE] }) };
      return byDocument(WITH_VARIABLES, { inputs: see })(scenario);
    },
    byDocument(
      'users: { pulumi: { access-key: { deliver: [terraform-cloud: { organization: acme, workspace: no }] } } }',
    ),
    byDocument(WITH_VARIABLES, {
      prepare: ({ sandbox: { faults } }) => {
        faults.add({
          action: 'POST var',
          error: { status: 422, code: 'Invalid', message: 'Key has already been taken' },
        });
      },
    }),
  ],
  throttled: [
    byKeys({ 'disable-retry': 'true' }, answers('AssumeRole', 'Throttling', 'Rate exceeded')),
    byDocument(WITH_SECRETS, {
      inputs: { 'disable-retry': 'true' },
      prepare: answers('GET public-key', 'Forbidden', 'API rate limit exceeded', { status: 403 }),
    }),
  ],
  'service-unavailable': [
    byKeys({ 'disable-retry': 'true' }, answers('AssumeRole', 'ServiceUnavailable', 'Try later', { status: 503 })),
    byDocument(WITH_SECRETS, {
      inputs: { 'disable-retry': 'true' },
      prepare: answers('GET public-key', 'ServerError', 'Server Error', { status: 500 }),
    }),
  ],
  'trust-anchor-refused': [
    byCertificate(({ sandbox: { rolesAnywhere } }, { trustAnchor }) => {
      rolesAnywhere.trustAnchors.delete(trustAnchor.arn);
    }),
    byCertificate((_, { trustAnchor }) => {
      trustAnchor.enabled = false;
    }),
  ],
  unexpected: [byKeys({}, answers('AssumeRole', 'NoSuchWords', 'Words that nobody knows'))],
  'unexpected-identity': [asUser({ mode: 'verify', 'expect-arn': `arn:aws:iam::${ACCOUNT}:user/other` })],
  'unexpected-permissions': [
    asUser(
      { mode: 'verify', 'expect-allowed': 's3:ListAllMyBuckets', 'expect-denied': 'iam:CreateUser' },
      { policies: [allow('iam:SimulatePrincipalPolicy')] },
    ),
  ],
  'unusual-answer': [
    byKeys({}, fails('AssumeRole', html(200))),
    byKeys({ 'disable-retry': 'true' }, fails('AssumeRole', html(502))),
    byKeys({ 'role-to-assume': 'deploy' }, isOf('MinIO')),
    asUser({ mode: 'session-token' }, { prepare: isOf('SeaweedFS') }),
  ],
  'web-identity-expired': [
    byOidc({}, ({ sandbox: { github } }) => {
      github.tokenLifetimeSeconds = -600;
    }),
  ],
  'web-identity-refused': [byOidc({ 'role-to-assume': `arn:aws:iam::${ACCOUNT}:role/other` })],
};
