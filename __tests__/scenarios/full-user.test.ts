import type { Run } from '../../sandbox/runner/job';
import { allow } from '../sandbox/sts-client';
import {
  ADMIN,
  githubRepository,
  identityJob,
  identityScenario,
  keyInSecrets,
  leftUser,
  ownerOf,
  statusesOf,
  endOfKeys,
} from './identities';
import { expectFailed, type Scenario, textOf } from './scenario';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const HALVES = 'AWS_ACCESS_KEY_ID of octo/app and AWS_SECRET_ACCESS_KEY of octo/app';
const REFUSED = { error: { status: 403, code: 'AccessDenied', message: 'not allowed' } };
const NOW = { 'rotate-now': 'true' };
const LEAKED = { 'delete-old-keys': 'true' };

let scenario: Scenario;
let token: { readonly 'github-token': string };
beforeEach(async () => {
  scenario = await identityScenario();
  token = githubRepository(scenario);
});
afterEach(() => endOfKeys(scenario));

const documentOf = (accessKey: Record<string, unknown> = {}) =>
  JSON.stringify({
    users: { pulumi: { 'access-key': { deliver: ['github-secrets'], 'max-age': '30d', grace: '10d', ...accessKey } } },
  });
const run = (mode: string, inputs: Record<string, string> = {}): Promise<Run> =>
  identityJob(scenario).step({ with: { mode, ...ADMIN, ...token, identities: documentOf(), ...inputs } });
const keyOf = (id: string) => scenario.sandbox.world.accessKey(id)?.key;
const inSecrets = () => keyInSecrets(scenario).id ?? '';
/** The key in the secrets, as the inputs of a step. */
const own = () => {
  const { id = '', secret = '' } = keyInSecrets(scenario);
  return { 'aws-access-key-id': id, 'aws-secret-access-key': secret };
};

/** Secrets that hold the new key, and the one before, which was replaced two hours ago. */
async function replaced(): Promise<{ old: string; current: string; oldInputs: Record<string, string> }> {
  expect((await run('provision')).exitCode).toBe(0);
  scenario.pass(HOUR_MS);
  const oldInputs = own();
  expect((await run('rotate', NOW)).exitCode).toBe(0);
  scenario.pass(2 * HOUR_MS);
  scenario.calls();
  return { old: oldInputs['aws-access-key-id'], current: inSecrets(), oldInputs };
}

/** What a run says that has no room for a key that is due. */
async function saidWhenFull(mode = 'rotate', inputs: Record<string, string> = mode === 'rotate' ? NOW : {}) {
  const before = [statusesOf(scenario, 'pulumi'), keyInSecrets(scenario)];
  const main = await run(mode, inputs);
  expectFailed(main, 'access-keys-full');
  expect([statusesOf(scenario, 'pulumi'), keyInSecrets(scenario)]).toEqual(before);
  return textOf(main);
}

/** The step that is asked for leads to a new key in the secrets. */
async function expectNewKey(main: Promise<Run>, than: string): Promise<void> {
  const { exitCode, stderr } = await main;
  expect([exitCode, stderr]).toEqual([0, '']);
  expect(inSecrets()).not.toBe(than);
  expect(ownerOf(scenario, keyInSecrets(scenario))).toBe('pulumi');
}

/** What somebody does with a command of the AWS CLI that the error gives. */
function deleteAsSaid(said: string): void {
  const [, id = ''] = /aws iam delete-access-key --user-name pulumi --access-key-id (\w+)/.exec(said) ?? [];
  expect(keyOf(id)).toBeDefined();
  scenario.account.users.get('pulumi')?.deleteAccessKey(id);
}

describe('the step works with the key that was replaced', () => {
  beforeEach(async () => {
    expect((await run('provision')).exitCode).toBe(0);
    const user = scenario.account.users.get('pulumi');
    if (user) user.policies = [allow('*')];
  });

  test('it must take the new one first, and where that is', async () => {
    const { current, oldInputs } = await replaced();
    scenario.pass(31 * DAY_MS);
    const said = await saidWhenFull('rotate', { ...oldInputs, ...LEAKED });
    expect(said).toContain(`${current} is to be replaced: it is 31 days old, and max-age is 30 days`);
    expect(said).toContain('This step works with the key that was replaced at');
    expect(said).toContain(
      `Give it the new key as aws-access-key-id and aws-secret-access-key: ${current}, which is in ${HALVES}.`,
    );
    expect(said).not.toContain('Run the step again then');
    await expectNewKey(run('rotate', { ...own(), ...LEAKED }), current);
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [inSecrets()]: 'Active' });
  });

  test('and no place holds the new one: it must take other credentials', async () => {
    const { current, oldInputs } = await replaced();
    scenario.sandbox.github.secrets.remove('octo/app', 'AWS_SECRET_ACCESS_KEY');
    const said = await saidWhenFull('provision', oldInputs);
    expect(said).toContain(`${current} is to be replaced: AWS_SECRET_ACCESS_KEY of octo/app is not there.`);
    expect(said).toContain(
      'Run the step once with other credentials, such as an administrator’s, in mode: rotate with',
    );
    expect(said).toContain(`jobs that still work with the old one, or with ${current}, fail`);
    await expectNewKey(run('rotate', LEAKED), current);
  });
});

describe('the key in use is of no use while the one before has its grace', () => {
  test('somebody has deactivated it: that is said; deleting it makes room at once', async () => {
    const { old, current } = await replaced();
    const key = keyOf(current);
    if (key) key.status = 'Inactive';
    const said = await saidWhenFull('provision');
    expect(said).toContain(`${current} is to be replaced: somebody has deactivated it.`);
    expect(said).toContain(`--access-key-id ${current} --status Active`);
    deleteAsSaid(said);
    await expectNewKey(run('provision'), current);
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [old]: 'Active', [inSecrets()]: 'Active' });
  });

  test('its secret is gone: which one, is said', async () => {
    const { current } = await replaced();
    scenario.sandbox.github.secrets.remove('octo/app', 'AWS_ACCESS_KEY_ID');
    const said = await saidWhenFull('provision');
    expect(said).toContain(`${current} is to be replaced: AWS_ACCESS_KEY_ID of octo/app is not there.`);
    await expectNewKey(run('rotate', LEAKED), current);
  });
});

test('AWS may not be asked whether the key that was replaced is in use: the permission is named', async () => {
  const { old, current } = await replaced();
  scenario.pass(11 * DAY_MS);
  scenario.sandbox.faults.add({ action: 'GetAccessKeyLastUsed', ...REFUSED });
  const said = await saidWhenFull();
  expect(said).toContain(`${old}, replaced at`);
  expect(said).toContain('Allow the step iam:GetAccessKeyLastUsed, and run it again; or');
  scenario.sandbox.faults.clear();
  await expectNewKey(run('rotate', NOW), current);
});

describe('a key that no run has delivered', () => {
  /** A user with a delivered key and one of a person, made before or after it. */
  async function withOther(): Promise<{ current: string; other: string }> {
    expect((await run('provision')).exitCode).toBe(0);
    scenario.pass(HOUR_MS);
    const { accessKeyId = '' } = scenario.account.users.get('pulumi')?.createAccessKey() ?? {};
    scenario.pass(HOUR_MS);
    return { current: inSecrets(), other: accessKeyId };
  }

  test('is the one to delete, as the secrets hold the other', async () => {
    const { current, other } = await withOther();
    const said = await saidWhenFull();
    expect(said).toContain(`By the times at which they were written, ${HALVES} hold ${current}, and not ${other}.`);
    deleteAsSaid(said);
    await expectNewKey(run('rotate', NOW), current);
    expect(statusesOf(scenario, 'pulumi')).not.toHaveProperty(other);
  });

  test('may be in the secrets, if somebody has written them since: only who did it can tell', async () => {
    const { current, other } = await withOther();
    const { secrets } = scenario.sandbox.github;
    secrets.write('octo/app', 'AWS_ACCESS_KEY_ID', other);
    secrets.write('octo/app', 'AWS_SECRET_ACCESS_KEY', keyOf(other)?.secretAccessKey ?? '');
    const said = await saidWhenFull('provision');
    expect(said).toContain(
      `Somebody else has written ${HALVES} since, and which key is there, nobody else can tell: ask who did it.`,
    );
    expect(said).not.toContain('--status Inactive');
    scenario.account.users.get('pulumi')?.deleteAccessKey(current);
    expect(ownerOf(scenario, keyInSecrets(scenario))).toBe('pulumi');
    await expectNewKey(run('provision'), current);
  });

  test('may be in the secrets, as two are there and no run delivered one: the times of the secrets tell', async () => {
    const user = leftUser(scenario);
    const first = user.createAccessKey();
    const { secrets } = scenario.sandbox.github;
    secrets.write('octo/app', 'AWS_ACCESS_KEY_ID', first.accessKeyId);
    secrets.write('octo/app', 'AWS_SECRET_ACCESS_KEY', first.secretAccessKey);
    scenario.pass(DAY_MS);
    const second = user.createAccessKey();
    scenario.pass(DAY_MS);
    const now = await saidWhenFull('provision');
    expect(now).toContain(`${HALVES} do not hold ${second.accessKeyId}.`);
    deleteAsSaid(now);
    await expectNewKey(run('provision'), first.accessKeyId);
  });
});

test('what a key was last used for is asked only when it may go, and of both where an error describes them', async () => {
  const asked = () => scenario.calls().filter((call) => call.startsWith('GetAccessKeyLastUsed')).length;
  await replaced();
  for (const mode of ['provision', 'rotate']) {
    expect((await run(mode)).exitCode).toBe(0);
    expect(asked()).toBe(0);
  }
  await saidWhenFull();
  expect(asked()).toBe(2);
  scenario.pass(11 * DAY_MS);
  expect((await run('rotate', { 'dry-run': 'true' })).exitCode).toBe(0);
  expect(asked()).toBe(1);
});
