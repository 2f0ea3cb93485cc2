import { setTimeout } from 'node:timers/promises';
import {
  CreateAccessKeyCommand,
  DeleteAccessKeyCommand,
  DeleteRolePolicyCommand,
  DetachUserPolicyCommand,
  GetUserCommand,
  ListAccessKeysCommand,
  TagUserCommand,
} from '@aws-sdk/client-iam';
import type { Run } from '../../sandbox/runner/job';
import { iamClient } from '../sandbox/iam-client';
import { allow } from '../sandbox/sts-client';
import { githubRepository, keyInSecrets } from '../scenarios/identities';
import { ACCOUNT, REGION, Scenario, expectFailed } from '../scenarios/scenario';
import { AwsAccount, iamArn } from './aws-account';
import { beyondMoto } from './beyond-moto';
import { exportedBy, keyInputs, variables, type KeyVariables } from './credentials';
import type { UserKeys } from './local-aws';
import { Moto } from './moto';

let moto: Moto;
let account: AwsAccount;
beforeAll(async () => (moto = await Moto.start()));
beforeEach(async () => (account = await AwsAccount.start(moto)));
afterEach(() => {
  account.remove();
});
afterAll(() => moto.stop());

const session = (role: string, name: string, id = ACCOUNT) => `arn:aws:sts::${id}:assumed-role/${role}/${name}`;
const asInputs = ({ accessKeyId, secretAccessKey }: UserKeys) => ({
  'aws-access-key-id': accessKeyId,
  'aws-secret-access-key': secretAccessKey,
});

async function expectIdentity(arn: string, env: object): Promise<void> {
  expect(await account.aws('aws sts get-caller-identity', env)).toMatchObject({ Arn: arn });
}

const refuse = (inputs: Readonly<Record<string, string>>): Promise<Run> =>
  account.job.step({ with: { 'aws-region': REGION, ...inputs } });

beyondMoto([
  {
    what: 'assume-role, a web identity token that the role must allow',
    moto: 'gives a session for any token, and with its authorization on ends with status 500',
    coveredBy: [
      'scenarios/oidc-trust.test.ts',
      'a role for the jobs on a branch, its provider, and a deployment that assumes it',
    ],
  },
  {
    what: 'assume-role, session tags, which the role must allow',
    moto: 'does not look at them',
    coveredBy: ['scenarios/assume-role-keys.test.ts', 'a trust policy that does not allow tags'],
  },
  {
    what: 'assume-role, a session longer than the role allows',
    moto: 'gives it',
    coveredBy: ['scenarios/assume-role-keys.test.ts', 'a session longer than the role allows'],
  },
  {
    what: 'assume-role, session policies',
    moto: 'does not apply them',
    coveredBy: ['sandbox/assume-role.test.ts', 'narrow what the session may do'],
  },
  {
    what: 'assume-role, MFA that the role asks for',
    moto: 'knows no condition but the external ID',
    coveredBy: ['scenarios/mfa.test.ts', 'is named in the error when it is missing'],
  },
  {
    what: 'federation-token, a session that may do what its policies say',
    moto: 'answers with the same made-up credentials for everyone',
    coveredBy: ['scenarios/federation-token.test.ts', 'a federated session, with policies, tags and duration'],
  },
  {
    what: 'verify, what the caller may do',
    moto: 'does not know SimulatePrincipalPolicy',
    coveredBy: ['scenarios/verify.test.ts', 'is as expected: said line by line, asked once for each resource'],
  },
  {
    what: 'provision, the permissions boundary of a user',
    moto: 'does not know PutUserPermissionsBoundary, nor the parameter of CreateUser',
    coveredBy: [
      'scenarios/provision.test.ts',
      'all is made in the order in which one thing needs the other, with its tags',
    ],
  },
  {
    what: 'provision, an audience added to an OIDC provider',
    moto: 'does not know AddClientIDToOpenIDConnectProvider',
    coveredBy: ['sandbox/iam-oidc-providers.test.ts', 'client ids come and go'],
  },
  {
    what: 'rotate, an old key that AWS refuses once it is deactivated',
    moto: 'accepts inactive keys',
    coveredBy: ['sandbox/iam-access-keys.test.ts', 'a key works from its making to its end'],
  },
  {
    what: 'deprovision, a policy that others have attached',
    moto: 'deletes it all the same',
    coveredBy: ['scenarios/deprovision.test.ts', 'of a policy: versions, and everyone who has it attached'],
  },
]);

describe('access-keys', () => {
  test('keys that are good are exported, with one call', async () => {
    const ci = await moto.createUser('ci', account.admin, ['s3:ListAllMyBuckets']);
    const { outputs } = await account.step({ mode: 'access-keys', ...asInputs(ci) });
    expect(outputs).toMatchObject({ 'authenticated-arn': iamArn('user/ci'), 'aws-account-id': ACCOUNT });
    expect(moto.calls()).toEqual(['GetCallerIdentity']);
    await expectIdentity(iamArn('user/ci'), exportedBy(account.job));
  });

  test('a wrong secret and an unknown key are distinguished', async () => {
    const wrong = { ...account.admin, secretAccessKey: 'je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY' };
    expectFailed(await refuse(asInputs(wrong)), 'invalid-credentials');
    const unknown = { ...account.admin, accessKeyId: 'AKIAI44QH8DHBEXAMPLE' };
    expectFailed(await refuse(asInputs(unknown)), 'invalid-credentials');
  });
});

describe('assume-role', () => {
  test('with keys, by name: the session may do what the role may, and the keys may not', async () => {
    const ci = await moto.createUser('ci', account.admin, ['sts:AssumeRole']);
    await account.createRole('deploy', [iamArn('user/ci')], { actions: ['s3:ListAllMyBuckets'] });
    moto.calls();
    const { outputs } = await account.step({ 'role-to-assume': 'deploy', ...asInputs(ci) });
    expect(moto.calls()).toEqual(['GetCallerIdentity', 'AssumeRole']);
    expect(outputs['authenticated-arn']).toBe(session('deploy', 'GitHubActions'));
    const handed = exportedBy(account.job);
    await expectIdentity(session('deploy', 'GitHubActions'), handed);
    expect(await account.run('aws s3 ls', handed)).toMatchObject({ exitCode: 0, stderr: '' });
    const byKeys = { AWS_ACCESS_KEY_ID: ci.accessKeyId, AWS_SECRET_ACCESS_KEY: ci.secretAccessKey };
    expect((await account.run('aws s3 ls', byKeys)).stderr).toContain('(AccessDenied)');
    const { stderr } = await account.run('aws iam list-users', handed);
    expect(stderr).toContain('(AccessDenied)');
  });

  test.each([
    { why: 'whose keys may not', actions: ['s3:ListAllMyBuckets'], trusted: 'user/ci', inputs: {} },
    { why: 'whom the role does not name', actions: ['sts:AssumeRole'], trusted: 'user/other', inputs: {} },
    {
      why: 'with another external ID',
      actions: ['sts:AssumeRole'],
      trusted: 'user/ci',
      inputs: { 'role-external-id': 'theirs' },
    },
  ])('a user $why is refused, and gets nothing', async ({ actions, trusted, inputs }) => {
    const ci = await moto.createUser('ci', account.admin, actions);
    const conditions = { StringEquals: { 'sts:ExternalId': 'ours' } };
    const role = await account.createRole('deploy', [iamArn(trusted)], { conditions });
    moto.calls();
    const external = { 'role-external-id': 'ours', ...inputs };
    expectFailed(await refuse({ 'role-to-assume': role, ...external, ...asInputs(ci) }), 'role-refused');
    expect(moto.calls()).toEqual(['AssumeRole AccessDenied']);
  });

  test('the external ID that the role asks for', async () => {
    const ci = await moto.createUser('ci', account.admin, ['sts:AssumeRole']);
    const conditions = { StringEquals: { 'sts:ExternalId': 'ours' } };
    const role = await account.createRole('deploy', [iamArn('user/ci')], { conditions });
    await account.step({ 'role-to-assume': role, 'role-external-id': 'ours', ...asInputs(ci) });
    await expectIdentity(session('deploy', 'GitHubActions'), exportedBy(account.job));
  });

  test('a chain into another account, as a profile', async () => {
    const other = '210987654321';
    const ci = await moto.createUser('ci', account.admin, ['sts:AssumeRole']);
    const entry = await account.createRole('entry', [iamArn('user/ci')], { actions: ['sts:AssumeRole'] });
    const iam = iamClient(moto.url, await moto.administrator(other));
    const deploy = await account.createRole('deploy', [session('entry', 'run-1')], {
      iam,
      actions: ['s3:ListAllMyBuckets'],
    });
    moto.calls();
    const { outputs } = await account.step({
      'role-to-assume': `${entry}\n${deploy}`,
      'role-session-name': 'run-1',
      'aws-profile': 'deploy',
      ...asInputs(ci),
    });
    expect(moto.calls()).toEqual(['AssumeRole', 'AssumeRole']);
    expect(outputs['aws-account-id']).toBe(other);
    await expectIdentity(session('deploy', 'run-1', other), { AWS_PROFILE: 'deploy' });
    await account.finish();
    const { stderr } = await account.run('aws sts get-caller-identity', { AWS_PROFILE: 'deploy' });
    expect(stderr).toContain('The config profile (deploy) could not be found');
  });

  test('roles concurrently, of which one is refused', async () => {
    const ci = await moto.createUser('ci', account.admin, ['sts:AssumeRole']);
    const roles = Object.fromEntries(
      await Promise.all(
        ['one', 'two', 'closed'].map(async (name) => {
          const trusted = name === 'closed' ? 'user/other' : 'user/ci';
          return [name, await account.createRole(name, [iamArn(trusted)])] as const;
        }),
      ),
    );
    const inputs = { roles: JSON.stringify(roles), 'continue-on-role-error': 'true', ...asInputs(ci) };
    const { outputs, log } = await account.step(inputs);
    expect(outputs.profiles).toBe('["one","two"]');
    expect(log.join('\n')).toMatch(/Warning: .*closed/);
    for (const name of ['one', 'two']) await expectIdentity(session(name, 'GitHubActions'), { AWS_PROFILE: name });
  });

  test('with GitHub’s OIDC token', async () => {
    const github = await Scenario.start();
    const role = await account.createRole('deploy', [], { actions: ['s3:ListAllMyBuckets'] });
    moto.calls();
    await moto.authorize('off');
    const { outputs } = await account.step({ 'role-to-assume': role }, { ...github.sandbox.github.environment({}) });
    await moto.authorize('on');
    expect(moto.calls()).toEqual(['AssumeRoleWithWebIdentity']);
    expect(github.calls()).toEqual(['id-token']);
    await github.end();
    expect(outputs['authenticated-arn']).toBe(session('deploy', 'GitHubActions'));
    await expectIdentity(session('deploy', 'GitHubActions'), exportedBy(account.job));
    expect(await account.run('aws s3 ls', exportedBy(account.job))).toMatchObject({ exitCode: 0, stderr: '' });
  });

  test('with role-chaining, from what an earlier step left', async () => {
    const ci = await moto.createUser('ci', account.admin, ['sts:AssumeRole']);
    await account.createRole('deploy', [iamArn('user/ci')]);
    await account.step({ mode: 'access-keys', ...asInputs(ci) });
    await account.step({ 'role-to-assume': 'deploy', 'role-chaining': 'true' });
    await expectIdentity(session('deploy', 'GitHubActions'), exportedBy(account.job));
    await account.finish();
    expect(account.job.env.AWS_ACCESS_KEY_ID).toBe('');
  });
});

describe('session-token and federation-token', () => {
  test('export what AWS answered', async () => {
    const ci = await moto.createUser('ci', account.admin, ['sts:GetSessionToken', 'sts:GetFederationToken']);
    const byCommand = async (command: string) => {
      const keys = { AWS_ACCESS_KEY_ID: ci.accessKeyId, AWS_SECRET_ACCESS_KEY: ci.secretAccessKey };
      const { Credentials } = await account.aws(`aws sts ${command}`, keys);
      return variables(Credentials as object);
    };
    const { outputs } = await account.step({ mode: 'session-token', ...asInputs(ci) });
    expect(outputs['authenticated-arn']).toBe(iamArn('user/ci'));
    expect(exportedBy(account.job)).toEqual(await byCommand('get-session-token'));

    const federated = await account.step({ 'federated-user-name': 'nightly', ...asInputs(ci) });
    expect(federated.outputs['authenticated-arn']).toBe(`arn:aws:sts::${ACCOUNT}:federated-user/nightly`);
    expect(exportedBy(account.job)).toEqual(await byCommand('get-federation-token --name nightly'));
  });

  test('a user who may not make a federated session is refused', async () => {
    const ci = await moto.createUser('ci', account.admin, ['s3:ListAllMyBuckets']);
    expectFailed(await refuse({ 'federated-user-name': 'nightly', ...asInputs(ci) }), 'federation-refused');
  });
});

describe('verify', () => {
  test('whose credentials they are', async () => {
    const ci = await moto.createUser('ci', account.admin, ['s3:ListAllMyBuckets']);
    const inputs = { mode: 'verify', ...asInputs(ci) };
    await account.step({ ...inputs, 'expect-arn': iamArn('user/c?') });
    expect(account.job.env.AWS_ACCESS_KEY_ID).toBeUndefined();
    expectFailed(await refuse({ ...inputs, 'expect-arn': iamArn('user/admin') }), 'unexpected-identity');
  });
});

describe('provision, rotate and deprovision', () => {
  /** @param accessKey what the document says of the key of ci; undefined where it declares none */
  const documentOf = (accessKey?: string) => `
oidc-providers:
  github: {}
policies:
  deploy:
    document: { Version: "2012-10-17", Statement: { Effect: Allow, Action: "s3:ListAllMyBuckets", Resource: "*" } }
    description: What deployments may do
    tags: { team: platform }
  limits:
    document: { Version: "2012-10-17", Statement: { Effect: Allow, NotAction: "iam:*", Resource: "*" } }
users:
  ci:
    tags: { team: platform }
    policies: [deploy]
    inline-policies:
      assume: { Version: "2012-10-17", Statement: { Effect: Allow, Action: "sts:AssumeRole", Resource: "*" } }
    ${accessKey === undefined ? '' : `access-key: ${accessKey}`}
roles:
  deployer:
    description: Deploys
    trust: { user: ci }
    max-session-duration: 4h
    tags: { team: platform }
    policies: [deploy]
    permissions-boundary: limits
    inline-policies:
      logs: { Version: "2012-10-17", Statement: { Effect: Allow, Action: "logs:PutLogEvents", Resource: "*" } }
`;
  const withoutKey = { identities: documentOf() };
  const withKeyOfJob = { identities: documentOf('{ deliver: [environment] }') };
  const step = (mode: string, inputs: Readonly<Record<string, string>>) =>
    account.step({ mode, ...account.adminInputs, ...inputs });
  const writes = () => moto.calls().filter((call) => !/^(Get|List)/.test(call));
  const keysOfCi = async () => {
    const { AccessKeyMetadata = [] } = await account.iam.send(new ListAccessKeysCommand({ UserName: 'ci' }));
    return Object.fromEntries(AccessKeyMetadata.map(({ AccessKeyId = '', Status }) => [AccessKeyId, Status]));
  };

  test('made, used, the same the second time, and gone', async () => {
    const before = await account.state();
    moto.calls();
    expect((await step('provision', { 'dry-run': 'true', ...withKeyOfJob })).outputs.changed).toBe('true');
    expect(writes()).toEqual([]);
    expect((await step('provision', withKeyOfJob)).outputs.changed).toBe('true');
    const made = await account.state();
    expect(made).toMatchObject({
      users: [{ arn: iamArn('user/admin') }, { arn: iamArn('user/ci'), tags: { team: 'platform' } }],
      roles: [{ description: 'Deploys', maxSessionDuration: 14_400, boundary: iamArn('policy/limits') }],
      policies: [{ description: 'What deployments may do', attachments: 2 }, { arn: iamArn('policy/limits') }],
      oidcProviders: [{ clientIds: ['sts.amazonaws.com'] }],
    });

    const key = exportedBy(account.job);
    await expectIdentity(iamArn('user/ci'), key);
    expect(await account.run('aws s3 ls', key)).toMatchObject({ exitCode: 0, stderr: '' });
    const assumed = await account.step({ 'role-to-assume': 'deployer', ...keyInputs(key) });
    expect(assumed.outputs['authenticated-arn']).toBe(session('deployer', 'GitHubActions'));

    moto.calls();
    expect((await step('provision', withoutKey)).outputs.changed).toBe('false');
    expect(writes()).toEqual([]);
    expect(await account.state()).toEqual(made);

    expect((await step('deprovision', withKeyOfJob)).outputs.changed).toBe('true');
    expect(await account.state()).toEqual(before);
    expect((await step('deprovision', withKeyOfJob)).outputs.changed).toBe('false');
    await account.finish();
  });

  test('what was changed by hand is put right', async () => {
    await step('provision', withoutKey);
    const made = await account.state();
    const { iam } = account;
    await iam.send(new DetachUserPolicyCommand({ UserName: 'ci', PolicyArn: iamArn('policy/deploy') }));
    await iam.send(new TagUserCommand({ UserName: 'ci', Tags: [{ Key: 'team', Value: 'others' }] }));
    await iam.send(new DeleteRolePolicyCommand({ RoleName: 'deployer', PolicyName: 'logs' }));
    expect(await account.state()).not.toEqual(made);
    moto.calls();
    expect((await step('provision', withoutKey)).outputs.changed).toBe('true');
    expect(writes().sort()).toEqual(['AttachUserPolicy', 'PutRolePolicy', 'TagUser']);
    expect(await account.state()).toEqual(made);
  });

  test('what others made is left, unless it is to be taken over', async () => {
    await moto.createUser('ci', account.admin, []);
    const before = await account.state();
    expectFailed(await refuse({ mode: 'provision', ...withoutKey, ...account.adminInputs }), 'not-ours');
    expect(await account.state()).toEqual(before);
    await step('provision', { 'adopt-existing': 'true', ...withoutKey });
    const { User } = await account.iam.send(new GetUserCommand({ UserName: 'ci' }));
    expect(User?.Tags).toContainEqual({ Key: 'managed-by', Value: 'aws-identity-action' });
  });

  test('a key that was made just now, and not by this run, is waited for', async () => {
    await step('provision', withoutKey);
    const { AccessKey } = await account.iam.send(new CreateAccessKeyCommand({ UserName: 'ci' }));
    const { AccessKeyId = '' } = AccessKey ?? {};
    const theirs = { UserName: 'ci', AccessKeyId };
    // Whoever makes it takes it back once the step has seen it.
    moto.after('ListAccessKeys', () => account.iam.send(new DeleteAccessKeyCommand(theirs)));
    const { log } = await step('provision', withKeyOfJob);
    expect(log.join('\n')).toContain(`Waiting: the access key ${AccessKeyId} of the user ci was made at `);
    const own = exportedBy(account.job);
    expect(await keysOfCi()).toEqual({ [own.AWS_ACCESS_KEY_ID]: 'Active' });
    await expectIdentity(iamArn('user/ci'), own);
    await account.finish();
    expect(await keysOfCi()).toEqual({});
  });

  test('each run has a key for its job, of which the user has room for two; each goes with its job', async () => {
    await step('provision', withKeyOfJob);
    const first = exportedBy(account.job);
    moto.calls();
    expect((await step('provision', withKeyOfJob)).outputs.changed).toBe('true');
    expect(writes()).toEqual(['TagUser', 'CreateAccessKey', 'TagUser', 'UntagUser']);
    const second = exportedBy(account.job);
    const both = { [first.AWS_ACCESS_KEY_ID]: 'Active', [second.AWS_ACCESS_KEY_ID]: 'Active' };
    expect(await keysOfCi()).toEqual(both);
    for (const key of [first, second]) await expectIdentity(iamArn('user/ci'), key);

    expectFailed(await refuse({ mode: 'provision', ...withKeyOfJob, ...account.adminInputs }), 'access-keys-full');
    expect((await step('rotate', { 'rotate-now': 'true', ...withKeyOfJob })).outputs.changed).toBe('false');
    expect(await keysOfCi()).toEqual(both);

    await account.finish();
    expect(await keysOfCi()).toEqual({});
    for (const key of [first, second]) await expectRefused(key);
  });

  test('a key that lasts is kept, and replaced; the old one works for its grace, or ends at once', async () => {
    const github = await Scenario.start();
    const token = githubRepository(github);
    const env = { GITHUB_API_URL: github.sandbox.github.secrets.apiUrl };
    const withLastingKey = (mode: string, grace: string, inputs: Readonly<Record<string, string>> = {}) => {
      const identities = documentOf(`{ grace: ${grace}, deliver: [ { github-secrets: {} } ] }`);
      return account.step({ mode, identities, ...token, ...account.adminInputs, ...inputs }, env);
    };
    const keyAtGithub = () => {
      const { id = '', secret = '' } = keyInSecrets(github);
      return { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret };
    };
    await withLastingKey('provision', '24h');
    const first = keyAtGithub();
    await expectIdentity(iamArn('user/ci'), first);
    moto.calls();
    expect((await withLastingKey('provision', '24h')).outputs.changed).toBe('false');
    expect(writes()).toEqual([]);

    await withLastingKey('rotate', '24h', { 'rotate-now': 'true' });
    const second = keyAtGithub();
    const bothWork = { [first.AWS_ACCESS_KEY_ID]: 'Active', [second.AWS_ACCESS_KEY_ID]: 'Active' };
    expect(await keysOfCi()).toEqual(bothWork);
    for (const key of [first, second]) await expectIdentity(iamArn('user/ci'), key);

    expect((await withLastingKey('rotate', '24h')).outputs.changed).toBe('false');
    expect(await keysOfCi()).toEqual(bothWork);
    await overASecond();
    await withLastingKey('rotate', '1s');
    expect(await keysOfCi()).toEqual({ ...bothWork, [first.AWS_ACCESS_KEY_ID]: 'Inactive' });
    expect((await withLastingKey('rotate', '24h')).outputs.changed).toBe('false');
    await overASecond();
    await withLastingKey('rotate', '1s');
    expect(await keysOfCi()).toEqual({ [second.AWS_ACCESS_KEY_ID]: 'Active' });

    await withLastingKey('rotate', '24h', { 'rotate-now': 'true', 'delete-old-keys': 'true' });
    const third = keyAtGithub();
    expect(await keysOfCi()).toEqual({ [third.AWS_ACCESS_KEY_ID]: 'Active' });
    await expectIdentity(iamArn('user/ci'), third);
    await expectRefused(second);
    github.calls();
    await github.end();
  });

  test('what is ephemeral goes with the job', async () => {
    const before = await account.state();
    await step('provision', { ephemeral: 'true', ...withKeyOfJob });
    const key = exportedBy(account.job);
    await expectIdentity(iamArn('user/ci'), key);
    await account.finish();
    expect(await account.state()).toEqual(before);
    await expectRefused(key);
  });

  test('an administrator who may not learns what is missing', async () => {
    const helper = await moto.createUser('helper', account.admin, ['iam:GetUser', 'iam:CreateUser', 'iam:TagUser']);
    const alone = JSON.stringify({ users: { pulumi: { 'inline-policies': { s3: allow('s3:ListAllMyBuckets') } } } });
    const run = await refuse({ mode: 'provision', identities: alone, ...asInputs(helper) });
    expect(run.exitCode).toBe(1);
    expect(run.log.join('\n')).toContain('iam:PutUserPolicy');
  });

  /** A grace of a second is over then, though AWS's times are whole seconds. */
  async function overASecond() {
    await setTimeout(2_100);
  }

  async function expectRefused(key: KeyVariables) {
    const { stderr } = await account.run('aws sts get-caller-identity', key);
    expect(stderr).toContain('(InvalidClientTokenId)');
  }
});
