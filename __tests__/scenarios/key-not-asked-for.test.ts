import type { Run } from '../../sandbox/runner/job';
import {
  ADMIN,
  endOfKeys,
  githubRepository,
  identityJob,
  identityScenario,
  leftUser,
  OWNED,
  recordsOf,
  statusesOf,
} from './identities';
import { expectFailed, type Scenario } from './scenario';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const REFUSED = { status: 403, code: 'AccessDenied', message: 'no' };

let scenario: Scenario;
let token: { readonly 'github-token': string };
beforeEach(async () => {
  scenario = await identityScenario();
  token = githubRepository(scenario);
});
afterEach(() => endOfKeys(scenario, /^(?:Create|Delete)Role\b/));

const keyFor = (place: string) => ({ 'access-key': { deliver: [place] } });
const ROLE = { deploy: { trust: { service: 'lambda.amazonaws.com' } } };
async function provision(document: object): Promise<Run> {
  const job = identityJob(scenario);
  const main = await job.step({
    with: { mode: 'provision', ...ADMIN, ...token, identities: JSON.stringify(document) },
  });
  await job.finish();
  return main;
}
const announcements = (user: string) => recordsOf(scenario, user).filter((record) => record.startsWith('making'));

/** A person makes a key of `reporter` five minutes after a run that failed: the runs of the next days take it for a person's. */
async function expectPersonsKeyStays(document: object): Promise<void> {
  scenario.pass(5 * MINUTE_MS);
  const { accessKeyId = '' } = scenario.account.users.get('reporter')?.createAccessKey() ?? {};
  scenario.pass(20 * MINUTE_MS);
  const next = await provision(document);
  expect([next.exitCode, next.log.join('\n')]).toEqual([0, expect.not.stringContaining('an answer that a run lost')]);
  scenario.pass(DAY_MS + MINUTE_MS);
  const later = await provision(document);
  expect([later.exitCode, later.log.join('\n')]).toEqual([0, expect.not.stringContaining(`${accessKeyId} of`)]);
  expect(statusesOf(scenario, 'reporter')).toMatchObject({ [accessKeyId]: 'Active' });
}

describe('a user is made with the announcement of its key, and AWS is asked for none', () => {
  test.each(['environment', 'github-secrets'])('as another call is refused, %s', async (place) => {
    scenario.sandbox.faults.add({ action: 'CreateRole', times: 1, error: REFUSED });
    const document = { users: { reporter: keyFor(place) }, roles: ROLE };
    expect((await provision(document)).exitCode).toBe(1);
    expect(announcements('reporter')).toEqual([]);
    await expectPersonsKeyStays(document);
  });

  test('as another user has no room for a key, and a step that fails hands none to the job', async () => {
    const pulumi = leftUser(scenario);
    const [{ accessKeyId }] = [pulumi.createAccessKey(), pulumi.createAccessKey()];
    scenario.pass(DAY_MS);
    const document = { users: { pulumi: keyFor('github-secrets'), reporter: keyFor('environment') } };
    expectFailed(await provision(document), 'access-keys-full');
    expect(announcements('reporter')).toEqual([]);
    pulumi.deleteAccessKey(accessKeyId);
    await expectPersonsKeyStays(document);
  });

  test('as its own making was not answered, and may have come to something', async () => {
    scenario.sandbox.faults.add({ action: 'CreateUser', resetAfter: true });
    const document = { users: { reporter: keyFor('github-secrets') } };
    const before = await provision(document);
    expect(before.exitCode).toBe(1);
    scenario.sandbox.faults.clear();
    expect(announcements('reporter')).toEqual([]);
    await expectPersonsKeyStays(document);
  });

  test('and the announcement cannot be taken back: the step says what that means', async () => {
    scenario.sandbox.faults.add({ action: 'CreateRole', times: 1, error: REFUSED });
    scenario.sandbox.faults.add({ action: 'UntagUser', times: 1, error: REFUSED });
    const main = await provision({ users: { reporter: keyFor('github-secrets') }, roles: ROLE });
    expect([main.exitCode, main.log.join('\n')]).toEqual([1, expect.stringContaining('CreateRole')]);
    expect(main.log.join('\n')).toContain('No access key of reporter was asked for, but its tags announce one still.');
  });
});

/** What a step that was killed right after a call has left to its post step. */
async function killedAfter(action: string, document: object): Promise<readonly Run[]> {
  const after = new Promise<void>((holdAfter) => {
    scenario.sandbox.faults.add({ action, times: 1, holdAfter });
  });
  const job = identityJob(scenario);
  const inputs = { mode: 'provision', ...ADMIN, ...token, identities: JSON.stringify(document) };
  await job.step({ with: inputs, kill: { after, signal: 'SIGKILL' } });
  expect(announcements('reporter')).toHaveLength(1);
  return job.finish();
}

describe('a step is killed before AWS was asked for a key that it has announced: its post step takes that back', () => {
  test.each(['environment', 'github-secrets'])('together with the user, %s', async (place) => {
    const document = { users: { reporter: keyFor(place) } };
    const [post] = await killedAfter('CreateUser', document);
    expect([post?.exitCode, post?.stderr, announcements('reporter')]).toEqual([0, '', []]);
    await expectPersonsKeyStays(document);
  });

  test('of a user that was there', async () => {
    scenario.account.createUser('reporter', { tags: OWNED });
    const document = { users: { reporter: keyFor('github-secrets') } };
    const [post] = await killedAfter('TagUser', document);
    expect([post?.exitCode, post?.stderr, announcements('reporter')]).toEqual([0, '', []]);
    await expectPersonsKeyStays(document);
  });

  test('but not where AWS was asked: then there may be a key', async () => {
    const document = { users: { reporter: keyFor('github-secrets') } };
    await killedAfter('CreateAccessKey', document);
    expect(announcements('reporter')).toHaveLength(1);
  });
});

test('a user was there, and the announcement of its key was not answered: it is taken back', async () => {
  scenario.account.createUser('reporter', { tags: OWNED });
  scenario.sandbox.faults.add({ action: 'TagUser', resetAfter: true });
  const document = { users: { reporter: keyFor('github-secrets') } };
  expect((await provision(document)).exitCode).toBe(1);
  scenario.sandbox.faults.clear();
  expect(announcements('reporter')).toEqual([]);
  await expectPersonsKeyStays(document);
});
