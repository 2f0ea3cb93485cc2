import type { Failure } from '../../sandbox/faults';
import { allow, trust } from '../sandbox/sts-client';
import {
  ADMIN,
  OWNED,
  REPOSITORY,
  githubRepository,
  identityJob,
  identityScenario,
  keyInSecrets,
  snapshot,
  writes,
} from './identities';
import { ACCOUNT, ISSUER, PROVIDER, REGION, expectFailed, type Scenario } from './scenario';

const POLICY = `arn:aws:iam::${ACCOUNT}:policy/pipeline`;
const DOCUMENT = JSON.stringify({
  policies: { pipeline: { document: allow('s3:GetObject') } },
  users: {
    pulumi: {
      policies: ['pipeline'],
      'inline-policies': { own: allow('s3:ListAllMyBuckets') },
      'access-key': { deliver: ['github-secrets'] },
      'mfa-device': { deliver: [{ 'github-secret': 'MFA' }] },
    },
  },
  roles: { deploy: { trust: { user: 'pulumi' }, policies: ['pipeline'] } },
  'oidc-providers': { github: {} },
});

let scenario: Scenario;
beforeEach(async () => {
  scenario = await identityScenario();
});
afterEach(() => scenario.end());

const run = (mode: string, inputs: Record<string, string> = {}) =>
  identityJob(scenario).step({ with: { mode, ...ADMIN, identities: DOCUMENT, ...inputs } });
const deprovision = (inputs: Record<string, string> = {}) => run('deprovision', inputs);

/** What provision makes of the document, and what it was before. */
async function provisioned() {
  const before = snapshot(scenario.account);
  const token = githubRepository(scenario);
  expect((await run('provision', token)).exitCode).toBe(0);
  expect(snapshot(scenario.account)).not.toEqual(before);
  scenario.calls();
  return { before, token };
}

describe('what provision made', () => {
  test('is all taken down, with the secrets at GitHub; the second time there is nothing to do', async () => {
    const { before, token } = await provisioned();
    const main = await deprovision(token);
    expect([main.exitCode, main.stderr, main.outputs.changed]).toEqual([0, '', 'true']);
    expect(snapshot(scenario.account)).toEqual(before);
    expect(keyInSecrets(scenario)).toEqual({ id: undefined, secret: undefined });
    expect(scenario.sandbox.github.secrets.value(REPOSITORY, 'MFA')).toBeUndefined();
    expect(main.log.join('\n')).toContain(`Removed the GitHub secret AWS_SECRET_ACCESS_KEY of ${REPOSITORY}.`);
    expect(main.outputs['user-arns']).toBe(`{"pulumi":"arn:aws:iam::${ACCOUNT}:user/pulumi"}`);
    const calls = writes(scenario);
    expect([...calls].sort()).toEqual(
      [
        'DeleteAccessKey',
        'DeactivateMFADevice',
        'DeleteVirtualMFADevice',
        'DeleteUserPolicy',
        'DetachUserPolicy',
        'DeleteUser',
        'DetachRolePolicy',
        'DeleteRole',
        'DeletePolicy',
        'DeleteOpenIDConnectProvider',
        'DELETE secret',
        'DELETE secret',
        'DELETE secret',
      ].sort(),
    );
    // Whoever has the key can do nothing more while the rest is taken down.
    expect(calls.indexOf('DeleteAccessKey')).toBeLessThan(calls.indexOf('DetachUserPolicy'));

    const again = await deprovision(token);
    expect([again.exitCode, again.outputs.changed]).toEqual([0, 'false']);
    expect(again.log.join('\n')).toContain('is not there');
    expect(writes(scenario)).toEqual([]);
  });

  test('without a token the secrets stay', async () => {
    const { before } = await provisioned();
    expect((await deprovision()).exitCode).toBe(0);
    expect(snapshot(scenario.account)).toEqual(before);
    expect(keyInSecrets(scenario).id).toMatch(/^AKIA/);
    expect(scenario.calls().filter((call) => call.includes('secret'))).toEqual([]);
  });

  test('an environment that is gone has taken its secrets along: said, and the rest goes', async () => {
    const identities = JSON.stringify({
      users: { pulumi: { 'access-key': { deliver: [{ 'github-secrets': { environment: 'preview-1' } }] } } },
    });
    scenario.account.createUser('pulumi', { tags: OWNED }).createAccessKey();
    const token = githubRepository(scenario);
    const main = await identityJob(scenario).step({ with: { mode: 'deprovision', ...ADMIN, ...token, identities } });
    expect([main.exitCode, main.stderr]).toEqual([0, '']);
    expect(main.log.join('\n')).toMatch(
      /^Warning: The GitHub secret AWS_ACCESS_KEY_ID of octo\/app, environment preview-1 stays, if it is there at all/m,
    );
    expect(scenario.account.users.has('pulumi')).toBe(false);
    expect(writes(scenario)).toEqual(['DeleteAccessKey', 'DeleteUser']);
  });

  test('a dry run tells what would go, and changes nothing', async () => {
    const { token } = await provisioned();
    const before = snapshot(scenario.account);
    const main = await deprovision({ ...token, 'dry-run': 'true' });
    expect([main.exitCode, main.outputs.changed]).toEqual([0, 'true']);
    expect(snapshot(scenario.account)).toEqual(before);
    const plan = JSON.parse(main.outputs.plan ?? '') as { action: string; kind: string; name: string }[];
    expect(plan.map(({ action, kind, name }) => `${action} ${kind} ${name}`).sort()).toEqual([
      `delete GitHub secret AWS_ACCESS_KEY_ID of ${REPOSITORY}`,
      `delete GitHub secret AWS_SECRET_ACCESS_KEY of ${REPOSITORY}`,
      `delete GitHub secret MFA of ${REPOSITORY}`,
      'delete OIDC provider token.actions.githubusercontent.com',
      'delete policy pipeline',
      'delete role deploy',
      'delete user pulumi',
    ]);
    expect(main.log.join('\n')).toContain(
      'Plan (nothing is changed): 0 to create, 0 to change, 7 to delete, 0 to keep',
    );
    expect(writes(scenario)).toEqual([]);
  });

  test('an answer that is lost, and a thing that goes meanwhile, are no failures', async () => {
    const { before, token } = await provisioned();
    const { faults } = scenario.sandbox;
    for (const action of ['DeleteAccessKey', 'DetachRolePolicy', 'DeleteUser', 'DeletePolicy', 'DELETE secret']) {
      faults.add({ action, times: 1, resetAfter: true });
    }
    expect((await deprovision(token)).exitCode).toBe(0);
    expect(snapshot(scenario.account)).toEqual(before);
    scenario.calls();
  });

  test('a refusal in the middle: said, and the next run goes on', async () => {
    const { before, token } = await provisioned();
    const refused: Failure = { error: { status: 403, code: 'AccessDenied', message: 'denied by an SCP' } };
    scenario.sandbox.faults.add({ action: 'DeleteUser', times: 1, ...refused });
    const main = await deprovision(token);
    expectFailed(main, 'iam-refused');
    expect(main.log.join('\n')).toContain('iam:DeleteUser');
    expect(scenario.account.users.has('pulumi')).toBe(true);
    scenario.calls();
    expect((await deprovision(token)).exitCode).toBe(0);
    expect(snapshot(scenario.account)).toEqual(before);
    scenario.calls();
  });

  test('a token that GitHub refuses: nothing is taken down', async () => {
    await provisioned();
    const before = snapshot(scenario.account);
    expectFailed(await deprovision({ 'github-token': 'ghp_revoked' }), 'github-token-refused');
    expect(snapshot(scenario.account)).toEqual(before);
    expect(writes(scenario)).toEqual([]);
  });
});

describe('everything that AWS refuses to delete a thing for goes first', () => {
  test('of a user', async () => {
    const { account } = scenario;
    const before = snapshot(account);
    const user = account.createUser('pulumi', { tags: OWNED });
    const group = account.createGroup('builders');
    user.groups.add(group);
    user.createAccessKey();
    user.createAccessKey().status = 'Inactive';
    user.createLoginProfile();
    const certificate = user.uploadSigningCertificate('-----BEGIN CERTIFICATE-----');
    const sshKey = user.uploadSshPublicKey('ssh-rsa AAAA');
    const credential = user.createServiceSpecificCredential('codecommit.amazonaws.com');
    const device = user.createMfaDevice('phone');
    user.inlinePolicies.set('own', { text: '{}', document: allow('s3:GetObject') });
    user.attachedPolicies.add('arn:aws:iam::aws:policy/ReadOnlyAccess');
    const identities = JSON.stringify({ users: { pulumi: {} } });

    const main = await deprovision({ identities });
    expect([main.exitCode, main.stderr]).toEqual([0, '']);
    const said = main.log.join('\n');
    for (const line of [
      '- password',
      `- signing certificate ${certificate.id}`,
      `- SSH key ${sshKey.id}`,
      `- credential ${credential.id} for codecommit.amazonaws.com`,
      `- MFA device ${device.serialNumber}`,
      '- inline policy own',
      '- policy arn:aws:iam::aws:policy/ReadOnlyAccess',
      '- member of builders',
    ]) {
      expect(said).toContain(line);
    }
    account.groups.delete('builders');
    expect(account.membersOf(group)).toEqual([]);
    expect(snapshot(account)).toEqual(before);
    const calls = writes(scenario);
    expect([...calls].sort()).toEqual(
      [
        'DeleteAccessKey',
        'DeleteAccessKey',
        'DeleteLoginProfile',
        'DeleteSigningCertificate',
        'DeleteSSHPublicKey',
        'DeleteServiceSpecificCredential',
        'DeactivateMFADevice',
        'DeleteVirtualMFADevice',
        'DeleteUserPolicy',
        'DetachUserPolicy',
        'RemoveUserFromGroup',
        'DeleteUser',
      ].sort(),
    );
    expect(calls.at(-1)).toBe('DeleteUser');
  });

  test('of a role: its instance profile stays, without it', async () => {
    const { account } = scenario;
    const role = account.createRole('deploy', { tags: OWNED, trust: trust(account.arn('iam', 'root')) });
    const profile = account.createInstanceProfile('builders');
    profile.role = role;
    role.attachedPolicies.add('arn:aws:iam::aws:policy/ReadOnlyAccess');
    role.inlinePolicies.set('own', { text: '{}', document: allow('s3:GetObject') });
    const identities = JSON.stringify({ roles: { deploy: { trust: { account: ACCOUNT } } } });
    const main = await deprovision({ identities });
    expect(main.exitCode).toBe(0);
    expect(main.log.join('\n')).toContain('- instance profile builders');
    expect([account.roles.size, profile.role, account.instanceProfiles.size]).toEqual([0, undefined, 1]);
    const calls = writes(scenario);
    expect(calls.slice(0, 3).sort()).toEqual(['DeleteRolePolicy', 'DetachRolePolicy', 'RemoveRoleFromInstanceProfile']);
    expect(calls.slice(3)).toEqual(['DeleteRole']);
  });

  test('of a policy: versions, and everyone who has it attached', async () => {
    const { account } = scenario;
    const made = account.createManagedPolicy('pipeline', {
      path: '/',
      policy: { text: JSON.stringify(allow('s3:GetObject')), document: allow('s3:GetObject') },
      tags: OWNED,
    });
    for (let version = 2; version <= 5; version += 1) {
      made.addVersion({ text: JSON.stringify(allow('s3:*')), document: allow('s3:*') }, new Date());
    }
    const others = [
      account.createUser('other'),
      account.createRole('other', { trust: trust(account.arn('iam', 'root')) }),
      account.createGroup('other'),
    ];
    for (const other of others) other.attachedPolicies.add(POLICY);
    const identities = JSON.stringify({ policies: { pipeline: { document: allow('s3:GetObject') } } });
    const main = await deprovision({ identities });
    expect(main.exitCode).toBe(0);
    for (const line of ['- from user other', '- from role other', '- from group other']) {
      expect(main.log.join('\n')).toContain(line);
    }
    expect(account.managedPolicies.has(POLICY)).toBe(false);
    expect(others.flatMap(({ attachedPolicies }) => [...attachedPolicies])).toEqual([]);
    const calls = writes(scenario);
    expect([...calls].sort()).toEqual(
      [
        'DetachUserPolicy',
        'DetachRolePolicy',
        'DetachGroupPolicy',
        ...Array<string>(4).fill('DeletePolicyVersion'),
        'DeletePolicy',
      ].sort(),
    );
    expect(calls.at(-1)).toBe('DeletePolicy');
  });

  test('but a policy that bounds others is in use: said, and nothing is changed', async () => {
    const { account } = scenario;
    account.createManagedPolicy('pipeline', {
      path: '/',
      policy: { text: JSON.stringify(allow('s3:GetObject')), document: allow('s3:GetObject') },
      tags: OWNED,
    });
    account.createUser('pulumi', { tags: OWNED, permissionsBoundary: POLICY });
    const bounded = account.createUser('bounded', { permissionsBoundary: POLICY });
    const main = await deprovision();
    expectFailed(main, 'delete-conflict');
    expect(main.log.join('\n')).toContain(`the policy ${POLICY} is the permissions boundary of user bounded`);
    expect(bounded.permissionsBoundary).toBe(POLICY);
    expect(writes(scenario)).toEqual([]);
  });
});

describe('what is not this repository’s is left, and named', () => {
  const TAGS = [
    { case: 'not made by this action', tags: {}, said: 'left as it is: this action did not make it' },
    {
      case: 'of another repository',
      tags: { ...OWNED, 'managed-by-repository': 'octo/other' },
      said: 'left as it is: it is managed by octo/other',
    },
  ];

  test.each(TAGS)('$case', async ({ tags, said }) => {
    const { account } = scenario;
    const user = account.createUser('pulumi', { tags });
    user.createAccessKey();
    const device = user.createMfaDevice('pulumi');
    device.tags = tags;
    account.createRole('deploy', { tags, trust: trust(user.arn) });
    account.createManagedPolicy('pipeline', {
      path: '/',
      policy: { text: JSON.stringify(allow('s3:GetObject')), document: allow('s3:GetObject') },
      tags,
    });
    account.createOidcProvider({ url: ISSUER, clientIds: ['sts.amazonaws.com'], tags });
    const before = snapshot(account);

    const main = await deprovision();
    expect([main.exitCode, main.outputs.changed]).toEqual([0, 'false']);
    expect(snapshot(account)).toEqual(before);
    const plan = JSON.parse(main.outputs.plan ?? '') as object[];
    const left = (kind: string, name: string) => ({ action: 'leave', kind, name, details: [said] });
    expect(plan).toEqual([
      left('user', 'pulumi'),
      left('role', 'deploy'),
      { ...left('MFA device', device.serialNumber), details: ['left as it is: so is its user'] },
      left('policy', 'pipeline'),
      left('OIDC provider', PROVIDER.replace(/^.*oidc-provider\//, '')),
    ]);
    expect(main.log.join('\n')).toContain('5 left alone');
    expect(writes(scenario)).toEqual([]);
  });

  test('a user of ours that has a policy of others: the policy stays', async () => {
    const { account } = scenario;
    const user = account.createUser('pulumi', { tags: OWNED });
    account.createManagedPolicy('pipeline', {
      path: '/',
      policy: { text: JSON.stringify(allow('s3:GetObject')), document: allow('s3:GetObject') },
    });
    user.attachedPolicies.add(POLICY);
    const main = await deprovision();
    expect([main.exitCode, main.outputs.changed]).toEqual([0, 'true']);
    expect([account.users.has('pulumi'), account.managedPolicies.has(POLICY)]).toEqual([false, true]);
    expect(writes(scenario)).toEqual(['DetachUserPolicy', 'DeleteUser']);
  });

  test('so are the MFA device and the secrets of a user that is left', async () => {
    const { token } = await provisioned();
    const { account, sandbox } = scenario;
    const user = account.users.get('pulumi');
    if (user) user.tags = {};
    const main = await deprovision(token);
    expect(main.exitCode).toBe(0);
    expect(main.log.join('\n')).toContain('left as it is: so is its user');
    expect(keyInSecrets(scenario)).toEqual({
      id: user?.accessKeys[0]?.accessKeyId,
      secret: user?.accessKeys[0]?.secretAccessKey,
    });
    expect([...(user?.mfaDevices.values() ?? [])].map(({ seed }) => seed)).toEqual([
      sandbox.github.secrets.value(REPOSITORY, 'MFA'),
    ]);
    expect([account.users.has('pulumi'), account.roles.has('deploy')]).toEqual([true, false]);
    scenario.calls();
  });
});

test('credentials of another account are turned away before anything is read', async () => {
  const main = await deprovision({ 'allowed-account-ids': '111122223333', 'aws-region': REGION });
  expectFailed(main, 'account-not-allowed');
  expect(scenario.calls()).toEqual(['GetCallerIdentity']);
});
