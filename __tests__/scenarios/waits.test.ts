import type { Run } from '../../sandbox/runner/job';
import {
  ADMIN,
  OWNED,
  REPOSITORY,
  age,
  githubRepository,
  identityJob,
  identityScenario,
  recordTags,
  writes,
  endOfKeys,
} from './identities';
import { expectFailed, type Scenario } from './scenario';

const SECOND_MS = 1_000;

let scenario: Scenario;
let token: { readonly 'github-token': string };
beforeEach(async () => {
  scenario = await identityScenario();
  token = githubRepository(scenario);
});
afterEach(() => endOfKeys(scenario));

const names = (count: number) => Array.from({ length: count }, (_, index) => `ci-${index}`);
const document = (count: number, user = (name: string): object => ({ 'access-key': keyFor(name) })) =>
  JSON.stringify({ users: Object.fromEntries(names(count).map((name) => [name, user(name)])) });
const keyFor = (name: string) => ({
  deliver: [{ 'github-secrets': { prefix: `${name.toUpperCase().replace('-', '_')}_` } }],
});
const run = (mode: string, identities: string, inputs: Record<string, string> = {}): Promise<Run> =>
  identityJob(scenario).step({ with: { mode, ...ADMIN, ...token, identities, ...inputs } });
const activeKeys = () =>
  [...scenario.account.users.values()].filter(({ name }) => name !== 'admin').flatMap(({ accessKeys }) => accessKeys);

describe('many users are waited for at once', () => {
  test.each([
    [20, 30],
    [25, 60],
  ])('until every read must show the keys: %i users, %i s', async (count, seconds) => {
    const main = await run('provision', document(count));
    expect([main.exitCode, main.stderr]).toEqual([0, '']);
    expect(activeKeys()).toHaveLength(count);
    scenario.expectWithin((seconds + 10) * SECOND_MS, main);
  });

  test('until what GitHub did not answer can no longer arrive', async () => {
    for (let index = 0; index < 20; index += 1) {
      const path = `/api/v3/repos/${REPOSITORY}/actions/secrets/CI_${index}_AWS_SECRET_ACCESS_KEY`;
      scenario.sandbox.faults.add({ action: 'PUT secret', path, times: 1, resetAfter: true });
    }
    const main = await run('provision', document(20));
    expect([main.exitCode, main.stderr]).toEqual([0, '']);
    expect(main.log.join('\n')).toContain('GitHub did not answer. Waiting');
    expect(activeKeys()).toHaveLength(20);
    scenario.expectWithin(180 * SECOND_MS, main);
  });

  test('until keys that earlier runs left, and nobody has, are looked at again', async () => {
    for (const name of names(12)) {
      const user = scenario.account.createUser(name, { tags: OWNED });
      const { accessKeyId } = user.createAccessKey();
      const at = new Date(scenario.sandbox.clock.now().getTime() - 86_400_000).toISOString();
      user.tags = { ...user.tags, ...recordTags({ [`made:${accessKeyId}`]: `run=octo/app:7.1:0a1b2c3d at=${at}` }) };
      age(user, 1);
    }
    const main = await run('provision', document(12));
    expect(main.exitCode).toBe(0);
    expect(writes(scenario).filter((call) => call === 'DeleteAccessKey')).toHaveLength(12);
    expect(activeKeys()).toHaveLength(12);
    scenario.expectWithin(75 * SECOND_MS, main);
  });

  test('until devices that earlier runs left are looked at again', async () => {
    const device = (name: string) => ({
      'mfa-device': { deliver: [{ 'github-secret': `${name.toUpperCase().replace('-', '_')}_SEED` }] },
    });
    for (const name of names(12)) scenario.account.createMfaDevice(name).tags = OWNED;
    const main = await run('provision', document(12, device));
    expect(main.exitCode).toBe(0);
    expect(main.log.filter((line) => line.includes('Looking again in 30 s'))).toHaveLength(12);
    scenario.expectWithin(45 * SECOND_MS, main);
  });

  test.each(['provision', 'deprovision'])('for other runs: %s', async (mode) => {
    for (const name of names(12)) scenario.account.createUser(name, { tags: OWNED }).createAccessKey();
    const main = await run(mode, document(12));
    expectFailed(main, 'another-run');
    for (const name of names(12)) expect(main.log.join('\n')).toContain(`of the user ${name} was made at`);
    scenario.expectWithin(75 * SECOND_MS, main);
  });
});

describe('a time limit that is shorter than what the step waits itself', () => {
  const limited = { 'action-timeout-s': '20' };

  test('is reported before anything is made, with one that is long enough', async () => {
    const main = await run('provision', document(1), limited);
    expectFailed(main, 'action-timeout');
    expect(writes(scenario)).toEqual([]);
    expect(main.log.join('\n')).toContain('The step would have to wait 30 s');
    const [, enough = ''] = /Set action-timeout-s to (\d+) or more/.exec(main.log.join('\n')) ?? [];
    expect((await run('provision', document(1), { 'action-timeout-s': enough })).exitCode).toBe(0);
  });

  test('is none for a key that is kept, nor for a plan', async () => {
    expect((await run('provision', document(1), { ...limited, 'dry-run': 'true' })).exitCode).toBe(0);
    expect((await run('provision', document(1))).exitCode).toBe(0);
    expect((await run('provision', document(1), limited)).exitCode).toBe(0);
    expect(scenario.sandbox.github.secrets.value(REPOSITORY, 'CI_0_AWS_ACCESS_KEY_ID')).toBeDefined();
  });
});
