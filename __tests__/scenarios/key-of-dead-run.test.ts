import type { Run } from '../../sandbox/runner/job';
import {
  ADMIN,
  LASTING_KEY,
  REPOSITORY,
  githubRepository,
  identityJob,
  identityScenario,
  keyInSecrets,
  leftUser,
  ownerOf,
  recordsOf,
  statusesOf,
  writes,
} from './identities';
import { expectFailed, type Scenario, textOf } from './scenario';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

let scenario: Scenario;
let token: { readonly 'github-token': string };
beforeEach(async () => {
  scenario = await identityScenario();
  token = githubRepository(scenario, { readsRuns: true });
});
afterEach(() => scenario.end());

const run = (mode: string, inputs: Record<string, string> = {}): Promise<Run> =>
  identityJob(scenario).step({ with: { mode, ...ADMIN, ...token, identities: LASTING_KEY, ...inputs } });

/** Run 11, which is killed right after a call, and whose post step never comes. */
async function killedAt(action: string, skip: number, mode: string, inputs: Record<string, string> = {}) {
  const after = new Promise<void>((holdAfter) => {
    scenario.sandbox.faults.add({ action, skip, times: 1, holdAfter });
  });
  await identityJob(scenario, { env: { GITHUB_RUN_ID: '11' } }).step({
    with: { mode, ...ADMIN, ...token, identities: LASTING_KEY, ...inputs },
    kill: { after, signal: 'SIGKILL' },
  });
}

interface Key {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

function writeByHand({ accessKeyId, secretAccessKey }: Key, halves: readonly ('id' | 'secret')[]) {
  const { secrets } = scenario.sandbox.github;
  if (halves.includes('id')) secrets.write(REPOSITORY, 'AWS_ACCESS_KEY_ID', accessKeyId);
  if (halves.includes('secret')) secrets.write(REPOSITORY, 'AWS_SECRET_ACCESS_KEY', secretAccessKey);
}

function usedNow(id: string) {
  const found = scenario.sandbox.world.accessKey(id)?.key;
  if (found) found.lastUsed = { at: scenario.sandbox.clock.now(), service: 's3', region: 'eu-central-1' };
}

describe('a run died while it delivered a key, and a person wrote its secrets an hour later', () => {
  let old: Key;
  let left: string;
  beforeEach(async () => {
    expect((await run('provision')).exitCode).toBe(0);
    const [first] = scenario.account.users.get('pulumi')?.accessKeys ?? [];
    if (!first) throw new Error('no key');
    old = first;
    scenario.pass(HOUR_MS);
  });

  const killedRotation = async (puts: number) => {
    await killedAt('PUT secret', puts - 1, 'rotate', { 'rotate-now': 'true' });
    left = Object.keys(statusesOf(scenario, 'pulumi')).find((id) => id !== old.accessKeyId) ?? '';
    scenario.pass(HOUR_MS);
    scenario.calls();
  };

  test.each([
    { what: 'one half, and the old pair is put back', puts: 1, halves: ['id', 'secret'] as const },
    { what: 'both halves, and the old pair is put back', puts: 2, halves: ['id', 'secret'] as const },
    { what: 'one half, and the old secret is put back', puts: 1, halves: ['secret'] as const },
    { what: 'both halves, and the old secret is put back', puts: 2, halves: ['secret'] as const },
  ])('$what: what nobody has goes, and all is delivered again', async ({ puts, halves }) => {
    await killedRotation(puts);
    writeByHand(old, halves);
    const main = await run('provision');
    expect([main.exitCode, main.stderr]).toEqual([0, '']);
    expect(textOf(main)).toContain(`Deleted the access key ${left} of pulumi`);
    expect(textOf(main)).toMatch(new RegExp(`${old.accessKeyId} is replaced: .* written by someone else since`));
    const { id = '' } = keyInSecrets(scenario);
    expect(ownerOf(scenario, keyInSecrets(scenario))).toBe('pulumi');
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [old.accessKeyId]: 'Active', [id]: 'Active' });
    scenario.calls();
    for (let day = 0; day < 4; day += 1) {
      scenario.pass(25 * HOUR_MS);
      expect((await run('provision')).exitCode).toBe(0);
    }
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [id]: 'Active' });
    expect(ownerOf(scenario, keyInSecrets(scenario))).toBe('pulumi');
    scenario.calls();
  });

  test('a job may work with the key that it had delivered: that has its grace, and the run says so', async () => {
    await killedRotation(2);
    usedNow(left);
    writeByHand(old, ['id', 'secret']);
    const main = await run('provision');
    expect(main.exitCode).toBe(1);
    expect(textOf(main)).toContain('docs/troubleshooting.md#access-keys-full');
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [old.accessKeyId]: 'Active', [left]: 'Active' });
    expect(recordsOf(scenario, 'pulumi')).toContain(`replaced:${left}`);
    scenario.pass(25 * HOUR_MS);
    expect((await run('provision')).exitCode).toBe(0);
    const { id = '' } = keyInSecrets(scenario);
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [old.accessKeyId]: 'Active', [id]: 'Active' });
    expect(ownerOf(scenario, keyInSecrets(scenario))).toBe('pulumi');
    scenario.calls();
  });

  test("deprovision leaves a person's secrets, also when another run has looked before", async () => {
    await killedRotation(2);
    usedNow(left);
    writeByHand(scenario.account.createUser('other').createAccessKey(), ['id', 'secret']);
    expect((await run('provision')).exitCode).toBe(1);
    expect((await run('deprovision')).exitCode).toBe(0);
    expect(ownerOf(scenario, keyInSecrets(scenario))).toBe('other');
    expect(scenario.account.users.has('pulumi')).toBe(false);
    scenario.calls();
  });
});

test('a run died after it had delivered a first key, and both halves are of another user since', async () => {
  await killedAt('PUT secret', 1, 'provision');
  const left = keyInSecrets(scenario).id ?? '';
  scenario.pass(HOUR_MS);
  writeByHand(scenario.account.createUser('other').createAccessKey(), ['id', 'secret']);
  scenario.calls();
  const main = await run('provision');
  expect(main.exitCode).toBe(0);
  expect(textOf(main)).toContain(`Deleted the access key ${left} of pulumi: a run that is over made it, and no place`);
  expect(ownerOf(scenario, keyInSecrets(scenario))).toBe('pulumi');
  expect(Object.keys(statusesOf(scenario, 'pulumi'))).toEqual([keyInSecrets(scenario).id]);
  expect(writes(scenario).slice(0, 2)).toEqual(['DeleteAccessKey', 'UntagUser']);
});

test('a run deletes a key, the last half of which arrives then: the next run does not take it for delivered', async () => {
  expect((await run('provision')).exitCode).toBe(0);
  const { id: old = '' } = keyInSecrets(scenario);
  scenario.pass(HOUR_MS);
  await killedAt('PUT secret', 0, 'rotate', { 'rotate-now': 'true' });
  const user = scenario.account.users.get('pulumi');
  const left = user?.accessKeys.find(({ accessKeyId }) => accessKeyId !== old);
  if (!left) throw new Error('no key');
  scenario.sandbox.github.runs.set({ repository: REPOSITORY, runId: '11', attempt: '1' }, 'completed');
  scenario.pass(4 * MINUTE_MS);
  // The run that deletes it is killed then, before it makes its own.
  await killedAt('DeleteAccessKey', 0, 'provision');
  expect(statusesOf(scenario, 'pulumi')).toEqual({ [old]: 'Active' });
  writeByHand(left, ['secret']);
  const { settings } = scenario.sandbox.world;
  settings.readAgeMs = () => 29_000;
  const main = await run('provision');
  settings.readAgeMs = () => 0;
  expectFailed(main, 'another-run');
  expect(textOf(main)).toContain(`record the access key ${left.accessKeyId} of pulumi as delivered`);
  expect(recordsOf(scenario, 'pulumi')).not.toContain(`delivered:${left.accessKeyId}`);
  expect((await run('provision')).exitCode).toBe(0);
  expect(ownerOf(scenario, keyInSecrets(scenario))).toBe('pulumi');
  scenario.calls();
});

describe('a run of which there is only an announcement', () => {
  test.each(['github-secrets', 'environment'])(
    'is over, as GitHub says: nobody waits, and its key for %s is a suspect',
    async (place) => {
      leftUser(scenario);
      const identities = JSON.stringify({ users: { pulumi: { 'access-key': { deliver: [place] } } } });
      await killedAt('CreateAccessKey', 0, 'provision', { identities });
      const [left = ''] = Object.keys(statusesOf(scenario, 'pulumi'));
      scenario.sandbox.github.runs.set({ repository: REPOSITORY, runId: '11', attempt: '1' }, 'completed');
      scenario.pass(4 * MINUTE_MS);
      const main = await run('provision', { identities });
      expect([main.exitCode, main.stderr]).toEqual([0, '']);
      expect(textOf(main)).not.toContain('Looking again');
      expect(textOf(main)).toContain(`the access key ${left} may come from an answer that a run lost`);
      expect(recordsOf(scenario, 'pulumi')).toContain(`suspect:${left}`);
      expect(Object.values(statusesOf(scenario, 'pulumi'))).toEqual(['Active', 'Active']);
      scenario.calls();
    },
  );

  test('goes on, as GitHub says: it is waited for, by its name', async () => {
    leftUser(scenario);
    await killedAt('CreateAccessKey', 0, 'provision');
    scenario.sandbox.github.runs.set({ repository: REPOSITORY, runId: '11', attempt: '1' }, 'in_progress');
    scenario.pass(4 * MINUTE_MS);
    const main = await run('provision');
    expectFailed(main, 'another-run');
    expect(textOf(main)).toContain('is being made by run 11 of octo/app');
    scenario.calls();
  });

  test('whose key came late, when another was delivered: that is still known by it', async () => {
    const user = leftUser(scenario);
    scenario.sandbox.faults.add({ action: 'CreateAccessKey', times: 1, reset: true });
    expect(textOf(await run('provision'))).toContain('#access-key-unknown');
    scenario.pass(11 * MINUTE_MS);
    expect((await run('provision')).exitCode).toBe(0);
    scenario.pass(2 * MINUTE_MS);
    const { accessKeyId: late } = user.createAccessKey();
    scenario.pass(11 * MINUTE_MS);
    const main = await run('provision');
    expect(main.exitCode).toBe(0);
    expect(textOf(main)).toContain(`the access key ${late} may come from an answer that a run lost`);
    scenario.pass(25 * HOUR_MS);
    expect((await run('provision')).exitCode).toBe(0);
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [keyInSecrets(scenario).id ?? '']: 'Active' });
    expect((await run('rotate', { 'rotate-now': 'true' })).exitCode).toBe(0);
    // No answer comes so late any more: the announcement is gone.
    expect(recordsOf(scenario, 'pulumi').filter((record) => record.startsWith('making'))).toEqual([]);
    scenario.calls();
  });
});
