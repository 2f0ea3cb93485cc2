import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Role, User } from '../../sandbox/accounts/account';
import type { Job, Run } from '../../sandbox/runner/job';
import { codeOf } from '../sandbox/mfa-code';
import { allow, trust } from '../sandbox/sts-client';
import { roleForCertificates, trustCertificate } from './certificates';
import { githubRepository, identityJob, keyIn, LASTING_KEY, ownerOf, recordsOf, snapshot } from './identities';
import { ACCOUNT, EXAMPLE_KEYS, expectFailed, KEY_INPUTS, REGION, Scenario, textOf } from './scenario';

let scenario: Scenario;
beforeEach(async () => (scenario = await Scenario.start()));
afterEach(() => scenario.end());

const IN_ENVIRONMENT = {
  AWS_ACCESS_KEY_ID: EXAMPLE_KEYS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: EXAMPLE_KEYS.secretAccessKey,
};
const HOUR_MS = 3_600_000;
const TAGGED = ['sts:AssumeRole', 'sts:TagSession'];
const arnOf = (role: string) => `arn:aws:sts::${ACCOUNT}:assumed-role/${role}/GitHubActions`;

/** What the job has of any credentials after a step: in its variables, in outputs of the step, in a profile. */
function handedOn({ exported, outputs }: Run, { env, home }: Job) {
  const isCredential = (name: string) =>
    /^AWS_(?:ACCESS|SECRET|SESSION|PROFILE)|^aws-(?:access|secret|session)/i.test(name);
  return {
    exported: Object.keys(exported),
    outputs: Object.keys(outputs).filter(isCredential),
    variables: Object.keys(env).filter(isCredential),
    profile: existsSync(join(home, '.aws')),
  };
}

const NOTHING = { exported: [], outputs: [], variables: [], profile: false };

/** The role `provisioner`, which GitHub's tokens may assume, and may do anything. */
function provisioner(): Role {
  const role = scenario.createOidcRole('provisioner');
  role.policies = [allow('*')];
  return role;
}

/** The user `ci` with AWS's example keys, who may assume the role `entry`, from which another leads to `provisioner`. */
function chainOfUser({ mfa = false } = {}): { user: User; roles: string } {
  const { account } = scenario;
  const user = account.createUser('ci', {
    policies: [allow([...TAGGED, 'iam:ListMFADevices'])],
  });
  user.createAccessKey(EXAMPLE_KEYS);
  const proved: Parameters<typeof trust>[1] = mfa ? { Bool: { 'aws:MultiFactorAuthPresent': 'true' } } : {};
  const entry = account.createRole('entry', {
    trust: trust(user.arn, proved, TAGGED),
    policies: [allow(TAGGED)],
  });
  const last = account.createRole('provisioner', { trust: trust(entry.arn, {}, TAGGED), policies: [allow('*')] });
  return { user, roles: `${entry.arn}\n${last.arn}` };
}

const MODES = ['provision', 'rotate', 'verify', 'deprovision'] as const;

/** What a mode needs besides whom it works as. */
function inputsOf(mode: (typeof MODES)[number], token: Readonly<Record<string, string>>): Record<string, string> {
  if (mode === 'verify') return { mode, 'aws-region': REGION, 'expect-allowed': 'iam:CreateUser' };
  return { mode, 'aws-region': REGION, identities: LASTING_KEY, ...token };
}

describe('with GitHub’s token, as a role', () => {
  test.each(MODES)('%s is one step', async (mode) => {
    const role = provisioner();
    const token = githubRepository(scenario);
    const job = identityJob(scenario, { oidc: true });
    const as = { 'role-to-assume': role.arn };
    if (mode !== 'provision' && mode !== 'verify') {
      const before = await job.step({ with: { ...inputsOf('provision', token), ...as } });
      expect(before).toMatchObject({ exitCode: 0 });
      scenario.calls();
    }
    const main = await job.step({ with: { ...inputsOf(mode, token), ...as } });
    expect(main).toMatchObject({ exitCode: 0, stderr: '' });
    expect(main.outputs).toMatchObject({
      mode,
      'aws-account-id': ACCOUNT,
      'authenticated-arn': arnOf('provisioner'),
    });
    expect(main.summary).toContain(arnOf('provisioner'));
    // STS has said whose the session is: nobody asks.
    expect(scenario.calls().slice(0, 3)).toEqual([
      'id-token',
      'AssumeRoleWithWebIdentity',
      mode === 'verify' ? 'SimulatePrincipalPolicy' : expect.not.stringContaining('GetCallerIdentity'),
    ]);
    expect(handedOn(main, job)).toEqual(NOTHING);
    const posts = await job.finish();
    expect(posts.map(({ log }) => log)).toEqual(posts.map(() => ['Nothing to clean up.']));
  });

  test('the account is checked before anything is read, and hidden if that is asked for', async () => {
    const role = provisioner();
    const job = identityJob(scenario, { oidc: true });
    const inputs = { ...inputsOf('provision', githubRepository(scenario)), 'role-to-assume': role.arn };
    const refused = await job.step({ with: { ...inputs, 'allowed-account-ids': '111122223333' } });
    expectFailed(refused, 'invalid-input');
    expect(scenario.calls()).toEqual([]);
    const hidden = await job.step({ with: { ...inputs, 'mask-aws-account-id': 'true' } });
    expect(hidden).toMatchObject({ exitCode: 0, stderr: '' });
    expect(hidden.log.join('\n') + hidden.summary).not.toContain(ACCOUNT);
    scenario.calls();
  });
});

describe.each([false, true])('with the keys of a user, by a chain, with MFA: %s', (mfa) => {
  test.each(MODES)('%s is one step', async (mode) => {
    const { user, roles } = chainOfUser({ mfa });
    const device = user.createMfaDevice('ci');
    const token = githubRepository(scenario);
    const job = identityJob(scenario);
    const as = { ...KEY_INPUTS, 'role-to-assume': roles, ...(mfa && { 'mfa-secret': device.uri }) };
    if (mode !== 'provision' && mode !== 'verify') {
      await job.step({ with: { ...inputsOf('provision', token), ...as } });
      scenario.calls();
      scenario.pass(60_000);
    }
    const main = await job.step({ with: { ...inputsOf(mode, token), ...as } });
    expect(main).toMatchObject({
      exitCode: 0,
      stderr: '',
      outputs: { mode, 'authenticated-arn': arnOf('provisioner') },
    });
    expect(handedOn(main, job)).toEqual(NOTHING);
    expect(scenario.calls().slice(0, mfa ? 3 : 2)).toEqual([
      ...(mfa ? ['ListMFADevices'] : []),
      'AssumeRole',
      'AssumeRole',
    ]);
  });
});

test('a role that the document takes its rights from changes nothing as itself', async () => {
  const role = provisioner();
  role.policies = [];
  role.attachedPolicies.add('arn:aws:iam::aws:policy/AdministratorAccess');
  const before = snapshot(scenario.account);
  const identities = JSON.stringify({
    users: { ci: {} },
    roles: {
      provisioner: {
        trust: { github: { repository: 'octo/app', branch: 'main' } },
        policies: ['arn:aws:iam::aws:policy/ReadOnlyAccess'],
      },
    },
  });
  const main = await identityJob(scenario, { oidc: true }).step({
    with: { ...inputsOf('provision', {}), identities, 'role-to-assume': role.arn, 'adopt-existing': 'true' },
  });
  expectFailed(main, 'removes-itself');
  expect(textOf(main)).toContain('takes arn:aws:iam::aws:policy/AdministratorAccess from it');
  expect(snapshot(scenario.account)).toEqual(before);
  scenario.calls();
});

test('a role that the document takes everyone from who may assume it changes nothing as itself', async () => {
  const role = provisioner();
  const before = snapshot(scenario.account);
  const identities = JSON.stringify({
    users: { ci: {} },
    roles: { provisioner: { trust: { user: 'ci' } } },
  });
  const main = await identityJob(scenario, { oidc: true }).step({
    with: { ...inputsOf('provision', {}), identities, 'role-to-assume': role.arn, 'adopt-existing': 'true' },
  });
  expectFailed(main, 'removes-itself');
  expect(textOf(main)).toContain('everyone who is in it now: no later run could work as it');
  expect(snapshot(scenario.account)).toEqual(before);
  scenario.calls();
});

test('what an earlier step left in the job is a source, too', async () => {
  const { user, roles } = chainOfUser();
  const [entry = '', last = ''] = roles.split('\n');
  const job = identityJob(scenario, { env: IN_ENVIRONMENT });
  await job.step({ with: { 'aws-region': REGION, 'role-to-assume': entry, 'role-chaining': 'true' } });
  const before = { ...job.env };
  const main = await job.step({
    with: { ...inputsOf('provision', githubRepository(scenario)), 'role-to-assume': last, 'role-chaining': 'true' },
  });
  expect(main).toMatchObject({ exitCode: 0, stderr: '', outputs: { 'authenticated-arn': arnOf('provisioner') } });
  expect([main.exported, job.env]).toEqual([{}, before]);
  expect(user.accessKeys).toHaveLength(1);
  scenario.calls();
});

describe.each(MODES)('unset-current-credentials in %s', (mode) => {
  test('takes the credentials in the job away until post, and works as the role', async () => {
    const role = provisioner();
    const token = githubRepository(scenario);
    if (mode !== 'provision' && mode !== 'verify') {
      const first = identityJob(scenario, { oidc: true });
      await first.step({ with: { ...inputsOf('provision', token), 'role-to-assume': role.arn } });
    }
    const job = identityJob(scenario, { oidc: true, env: IN_ENVIRONMENT });
    const main = await job.step({
      with: { ...inputsOf(mode, token), 'role-to-assume': role.arn, 'unset-current-credentials': 'true' },
    });
    expect(main).toMatchObject({
      exitCode: 0,
      stderr: '',
      exported: { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' },
    });
    expect(job.env).toMatchObject({ AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' });
    await job.finish();
    expect(job.env).toMatchObject(IN_ENVIRONMENT);
    scenario.calls();
  });

  test('leaves no credentials to work with, where there are no others', async () => {
    chainOfUser();
    const job = identityJob(scenario, { env: IN_ENVIRONMENT });
    const main = await job.step({
      with: { ...inputsOf(mode, githubRepository(scenario)), 'unset-current-credentials': 'true' },
    });
    expect(main.exitCode).toBe(1);
    expect(textOf(main)).toContain('docs/troubleshooting.md#no-credentials');
    expect(textOf(main)).toContain('unset-current-credentials: true has emptied AWS_ACCESS_KEY_ID and');
    expect(textOf(main)).toContain('Fix: Omit unset-current-credentials');
    await job.finish();
  });
});

test('a role that does not let the user in: the error names it, and nothing has changed', async () => {
  const { user } = chainOfUser();
  const other = scenario.account.createRole('other', { trust: trust(`arn:aws:iam::${ACCOUNT}:user/someone`) });
  const before = snapshot(scenario.account);
  const main = await identityJob(scenario).step({
    with: { ...inputsOf('provision', githubRepository(scenario)), ...KEY_INPUTS, 'role-to-assume': other.arn },
  });
  expectFailed(main, 'role-refused');
  expect(textOf(main)).toContain(`${user.arn} is not authorized to perform: sts:AssumeRole on resource: ${other.arn}`);
  expect(snapshot(scenario.account)).toEqual(before);
  scenario.calls();
});

test('without credentials the way out is one that this step takes', async () => {
  const role = provisioner();
  const job = identityJob(scenario, { oidc: true });
  const inputs = inputsOf('provision', githubRepository(scenario));
  const main = await job.step({ with: inputs });
  expectFailed(main, 'no-credentials');
  expect(textOf(main)).toContain('To use OIDC, set role-to-assume.');
  expect(await job.step({ with: { ...inputs, 'role-to-assume': role.arn } })).toMatchObject({ exitCode: 0 });
  scenario.calls();
});

describe('a job that outlasts the session', () => {
  /** What ends with the job: a user, its policy, its key for the environment. */
  const document = JSON.stringify({
    users: {
      tester: {
        'inline-policies': { own: allow('s3:ListAllMyBuckets') },
        'access-key': { deliver: ['environment'] },
      },
    },
  });
  const inputs = { mode: 'provision', ephemeral: 'true', 'aws-region': REGION, identities: document };

  async function provisioned(job: Job, as: Readonly<Record<string, string>>) {
    const main = await job.step({ with: { ...inputs, ...as } });
    expect(main).toMatchObject({ exitCode: 0, stderr: '' });
    expect(ownerOf(scenario, keyIn(job))).toBe('tester');
    scenario.calls();
    scenario.pass(2 * HOUR_MS);
  }

  async function cleanedUp(job: Job) {
    const [post] = await job.finish();
    if (!post) throw new Error('the job had no step');
    expect(post).toMatchObject({ exitCode: 0, stderr: '' });
    return post;
  }

  test('post obtains another with GitHub’s token, hides it, and removes what main made', async () => {
    const role = provisioner();
    const before = snapshot(scenario.account);
    const job = identityJob(scenario, { oidc: true });
    await provisioned(job, { 'role-to-assume': role.arn });
    const masked = job.masks.size;
    const post = await cleanedUp(job);
    expect(textOf(post)).toContain('The session of the main step has ended');
    expect(textOf(post)).not.toContain('Warning');
    expect(scenario.calls().slice(0, 3)).toEqual(['id-token', 'AssumeRoleWithWebIdentity', 'DeleteAccessKey']);
    expect(snapshot(scenario.account)).toEqual(before);
    // The token, and the three parts of the session.
    expect(job.masks.size).toBe(masked + 4);
  });

  test('as the same role, whatever a later step has put into the variables that stand in for inputs', async () => {
    const role = provisioner();
    const other = scenario.createOidcRole('other');
    const before = snapshot(scenario.account);
    const job = identityJob(scenario, { oidc: true, env: { ROLE_TO_ASSUME: role.arn } });
    await provisioned(job, {});
    Object.assign(job.env, { ROLE_TO_ASSUME: other.arn, INLINE_SESSION_POLICY: '{}', ROLE_CHAINING: 'true' });
    expect(textOf(await cleanedUp(job))).not.toContain('Warning');
    expect(scenario.calls().slice(0, 2)).toEqual(['id-token', 'AssumeRoleWithWebIdentity']);
    expect(snapshot(scenario.account)).toEqual(before);
  });

  test('by a chain with MFA, proved with another code', async () => {
    const { user, roles } = chainOfUser({ mfa: true });
    const device = user.createMfaDevice('ci');
    const before = snapshot(scenario.account);
    const job = identityJob(scenario);
    await provisioned(job, { ...KEY_INPUTS, 'role-to-assume': roles, 'mfa-secret': device.uri });
    expect(textOf(await cleanedUp(job))).not.toContain('Warning');
    expect(scenario.calls().slice(0, 3)).toEqual(['ListMFADevices', 'AssumeRole', 'AssumeRole']);
    expect(snapshot(scenario.account)).toEqual(before);
  });

  test('with a certificate', async () => {
    const role = roleForCertificates(scenario.account, 'provisioner', { policies: [allow('*')] });
    const { inputs: certificate } = await trustCertificate(scenario, [role.arn]);
    const before = snapshot(scenario.account);
    const job = identityJob(scenario, { env: { AWS_ENDPOINT_URL_ROLESANYWHERE: scenario.sandbox.url } });
    await provisioned(job, { ...certificate, 'role-to-assume': role.arn });
    expect(textOf(await cleanedUp(job))).not.toContain('Warning');
    expect(scenario.calls().slice(0, 2)).toEqual(['CreateSession', 'DeleteAccessKey']);
    expect(snapshot(scenario.account)).toEqual(before);
  });

  test('from the credentials that main found in the job, and not from the key that it delivered', async () => {
    const { roles } = chainOfUser();
    const before = snapshot(scenario.account);
    const job = identityJob(scenario, { env: IN_ENVIRONMENT });
    await provisioned(job, { 'role-to-assume': roles, 'role-chaining': 'true' });
    expect(textOf(await cleanedUp(job))).not.toContain('Warning');
    expect(scenario.calls().slice(0, 2)).toEqual(['AssumeRole', 'AssumeRole']);
    expect(snapshot(scenario.account)).toEqual(before);
  });

  describe('post warns, and says what to delete', () => {
    async function warned(job: Job, why: string) {
      const said = textOf(await cleanedUp(job));
      expect(said).toMatch(/Warning: .*In IAM, something may be left of: user tester, access key/);
      expect(said).toContain(why);
      expect(said).toContain('The session of the main step has ended, and no other could be obtained. ');
      expect(said).toContain('  aws iam delete-access-key --user-name tester --access-key-id ID');
      expect(recordsOf(scenario, 'tester')).toEqual([expect.stringContaining('job:AKIA')]);
      expect(said).toContain('a step with mode: deprovision and the same document removes the rest.');
      expect(scenario.account.users.has('tester')).toBe(true);
    }

    test('where a code of an MFA device was given, which is good once', async () => {
      const { user, roles } = chainOfUser({ mfa: true });
      const device = user.createMfaDevice('ci');
      const job = identityJob(scenario);
      const code = codeOf(device, scenario.sandbox.clock.now());
      await provisioned(job, { ...KEY_INPUTS, 'role-to-assume': roles, 'mfa-code': code });
      await warned(job, 'The code in mfa-code is good once. With mfa-secret, MFA could be proved again.');
      expect(scenario.calls()).toEqual([]);
    });

    test('where the role lets the job in no longer', async () => {
      const role = provisioner();
      const job = identityJob(scenario, { oidc: true });
      await provisioned(job, { 'role-to-assume': role.arn });
      role.trust = trust(scenario.account.arn('iam', 'root'));
      await warned(job, 'Not authorized to perform sts:AssumeRoleWithWebIdentity');
      expect(scenario.calls()).toEqual(['id-token', 'AssumeRoleWithWebIdentity AccessDenied']);
    });

    test('where the session was given, and nothing else', async () => {
      const { roles } = chainOfUser();
      const job = identityJob(scenario, { env: IN_ENVIRONMENT });
      await job.step({ with: { 'aws-region': REGION, 'role-to-assume': roles, 'role-chaining': 'true' } });
      await provisioned(job, {});
      await warned(job, 'The credentials that sign the request are temporary and have expired.');
      expect(scenario.calls()).toEqual(['GetCallerIdentity ExpiredToken', 'GetCallerIdentity ExpiredToken']);
    });

    test('where the inputs lead to someone else by now', async () => {
      const { account } = scenario;
      const { roles } = chainOfUser();
      const other = account.createUser('other', { policies: [allow('*')] });
      const job = identityJob(scenario, { env: IN_ENVIRONMENT });
      await job.step({ with: { 'aws-region': REGION, 'role-to-assume': roles, 'role-chaining': 'true' } });
      await provisioned(job, {});
      const { accessKeyId, secretAccessKey } = other.createAccessKey();
      const profile = `[admin]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`;
      mkdirSync(join(job.home, '.aws'));
      writeFileSync(join(job.home, '.aws/credentials'), profile);
      Object.assign(job.env, { AWS_PROFILE: 'admin' });
      await warned(job, `The inputs of the step lead to ${other.arn} now, and main worked as ${arnOf('provisioner')}.`);
      expect(scenario.calls()).toEqual(['GetCallerIdentity ExpiredToken', 'GetCallerIdentity']);
    });
  });

  test('the last minutes of a session are used where no other can be had', async () => {
    const role = provisioner();
    const before = snapshot(scenario.account);
    const job = identityJob(scenario, { oidc: true });
    const main = await job.step({ with: { ...inputs, 'role-to-assume': role.arn } });
    expect(main).toMatchObject({ exitCode: 0 });
    scenario.calls();
    scenario.pass(HOUR_MS - 4 * 60_000);
    role.trust = trust(scenario.account.arn('iam', 'root'));
    const said = textOf(await cleanedUp(job));
    expect(said).toContain('No other could be obtained: its last minutes are used.');
    expect(said).not.toContain('Warning');
    expect(scenario.calls().slice(0, 4)).toEqual([
      'id-token',
      'AssumeRoleWithWebIdentity AccessDenied',
      'GetCallerIdentity',
      'DeleteAccessKey',
    ]);
    expect(snapshot(scenario.account).users).toEqual(before.users);
  });
});
