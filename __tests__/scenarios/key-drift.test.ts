import type { Run } from '../../sandbox/runner/job';
import {
  ADMIN,
  KEY_TO_SECRETS,
  LASTING_KEY,
  REPOSITORY,
  githubRepository,
  identityJob,
  identityScenario,
  keyInSecrets,
  ownerOf,
  recordsOf,
  statusesOf,
  writes,
} from './identities';
import { type Scenario, textOf } from './scenario';

const HOUR_MS = 3_600_000;

let scenario: Scenario;
let token: { readonly 'github-token': string };
let old: string;
beforeEach(async () => {
  scenario = await identityScenario();
  token = githubRepository(scenario);
  expect((await run('provision')).exitCode).toBe(0);
  old = keyInSecrets(scenario).id ?? '';
  scenario.pass(HOUR_MS);
  scenario.calls();
});
afterEach(() => scenario.end());

const run = (mode: string, inputs: Record<string, string> = {}): Promise<Run> =>
  identityJob(scenario).step({ with: { mode, ...ADMIN, ...token, identities: LASTING_KEY, ...inputs } });
const user = () => {
  const found = scenario.account.users.get('pulumi');
  if (!found) throw new Error('the user is gone');
  return found;
};
const secrets = () => scenario.sandbox.github.secrets;

/** What may have become of a key that was delivered, and what is said of it. */
const drifts = [
  {
    what: 'the secret with the ID is gone',
    drift: () => {
      secrets().remove(REPOSITORY, 'AWS_ACCESS_KEY_ID');
    },
    said: 'AWS_ACCESS_KEY_ID of octo/app is not there',
  },
  {
    what: 'both secrets are gone',
    drift: () => {
      for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) secrets().remove(REPOSITORY, name);
    },
    said: 'AWS_ACCESS_KEY_ID of octo/app and AWS_SECRET_ACCESS_KEY of octo/app are not there',
  },
  {
    what: 'a secret was written by someone else since',
    drift: () => {
      secrets().write(REPOSITORY, 'AWS_SECRET_ACCESS_KEY', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY');
    },
    said: 'AWS_SECRET_ACCESS_KEY of octo/app was written by someone else since',
  },
  {
    what: 'a person has deactivated the key',
    drift: () => {
      for (const key of user().accessKeys) key.status = 'Inactive';
    },
    said: 'somebody has deactivated it',
  },
  {
    what: 'a person has deleted the key',
    drift: () => {
      user().deleteAccessKey(old);
    },
    said: 'it is gone',
  },
];

describe.each(drifts)('$what', ({ drift, said }) => {
  beforeEach(() => {
    drift();
  });

  test('a plan shows it, and changes nothing', async () => {
    const before = [statusesOf(scenario, 'pulumi'), keyInSecrets(scenario)];
    const main = await run('provision', { 'dry-run': 'true' });
    expect([main.exitCode, main.outputs.changed]).toEqual([0, 'true']);
    expect(textOf(main)).toContain(`${old} is replaced: ${said}`);
    expect(main.summary).toContain('| change | access key | `pulumi` |');
    expect([statusesOf(scenario, 'pulumi'), keyInSecrets(scenario)]).toEqual(before);
    expect(writes(scenario)).toEqual([]);
  });

  test.each(['provision', 'rotate'])('%s delivers a new key, and the one before has its grace', async (mode) => {
    const before = statusesOf(scenario, 'pulumi');
    const main = await run(mode);
    expect([main.exitCode, main.stderr, main.outputs.changed]).toEqual([0, '', 'true']);
    expect(textOf(main)).toContain(said);
    const { id = '' } = keyInSecrets(scenario);
    expect(ownerOf(scenario, keyInSecrets(scenario))).toBe('pulumi');
    expect(id).not.toBe(old);
    expect(statusesOf(scenario, 'pulumi')).toEqual({ ...before, [id]: 'Active' });
    expect(recordsOf(scenario, 'pulumi')).toContain(`delivered:${id} replaces=${old}`);
    expect(writes(scenario)).toEqual(KEY_TO_SECRETS);

    // It is as declared then.
    const again = await run('provision');
    expect(again.exitCode).toBe(0);
    expect(textOf(again)).toContain(`${id} is delivered`);
    // When the one that is inactive was deactivated, is recorded now.
    expect(writes(scenario)).toEqual(before[old] === 'Inactive' ? ['TagUser'] : []);
    scenario.pass(60 * HOUR_MS);
    for (let runs = 0; runs < 2; runs += 1) {
      expect((await run('rotate')).exitCode).toBe(0);
      scenario.pass(30 * HOUR_MS);
    }
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [id]: 'Active' });
    expect(ownerOf(scenario, keyInSecrets(scenario))).toBe('pulumi');
    scenario.calls();
  });
});

test('a person has deleted the key in the grace of the one before: that still ends', async () => {
  expect((await run('rotate', { 'rotate-now': 'true' })).exitCode).toBe(0);
  scenario.pass(HOUR_MS);
  user().deleteAccessKey(keyInSecrets(scenario).id ?? '');
  expect((await run('provision')).exitCode).toBe(0);
  const { id = '' } = keyInSecrets(scenario);
  expect(statusesOf(scenario, 'pulumi')).toEqual({ [old]: 'Active', [id]: 'Active' });
  for (const status of ['Inactive', undefined]) {
    scenario.pass(25 * HOUR_MS);
    expect((await run('rotate')).exitCode).toBe(0);
    expect(statusesOf(scenario, 'pulumi')[old]).toBe(status);
  }
  expect(statusesOf(scenario, 'pulumi')).toEqual({ [id]: 'Active' });
  scenario.calls();
});

test('a key that no run has made is named, and stays', async () => {
  const { accessKeyId } = user().createAccessKey();
  scenario.pass(HOUR_MS);
  for (const mode of ['provision', 'rotate']) {
    const main = await run(mode);
    expect([main.exitCode, main.outputs.changed]).toEqual([0, 'false']);
    expect(textOf(main)).toContain(
      `The user pulumi has also the active access key ${accessKeyId}, which no run has made`,
    );
    expect(textOf(main)).toContain(`${accessKeyId} is there as well, and none of ours: it stays`);
  }
  expect(writes(scenario)).toEqual([]);
});

test('without a token nobody has looked at the secrets, and the plan says so', async () => {
  const main = await run('provision', { 'github-token': '', 'dry-run': 'true' });
  expect([main.exitCode, main.outputs.changed]).toEqual([0, 'false']);
  expect(textOf(main)).toContain(
    `${old} is delivered; whether its places still hold it, only a run with github-token can tell`,
  );
  expect(writes(scenario)).toEqual([]);
});

describe('where GitHub does not say when the secrets were written', () => {
  const unavailable = { error: { status: 503, code: 'Unavailable', message: 'No server is available' } };

  test.each([
    { mode: 'provision', said: /Of the access keys of pulumi, what the places hold is not known: .*HTTP 403/ },
    { mode: 'rotate', said: /Of the access keys of pulumi, what the places hold is not known: .*HTTP 403/ },
    {
      mode: 'deprovision',
      said: /! leave .*AWS_ACCESS_KEY_ID of octo\/app +a run would fail: [^]*\na run would fail: .*HTTP 403/,
    },
  ])('to the token of a dry run of $mode: the plan says so', async ({ mode, said }) => {
    const blind = scenario.sandbox.github.secrets.token({ see: [REPOSITORY] });
    const main = await run(mode, { 'github-token': blind, 'dry-run': 'true' });
    expect([main.exitCode, main.stderr]).toEqual([0, '']);
    expect(textOf(main)).toMatch(said);
    expect(main.outputs.plan).toContain('HTTP 403');
    expect(writes(scenario)).toEqual([]);
  });

  test.each(['provision', 'rotate'])('a run of %s that keeps the key is green, and says so', async (mode) => {
    scenario.sandbox.faults.add({ action: 'GET secret', ...unavailable });
    const main = await run(mode);
    expect([main.exitCode, main.outputs.changed]).toEqual([0, 'false']);
    expect(textOf(main)).toMatch(/what the places hold is not known: .*HTTP 503/);
    expect(writes(scenario)).toEqual([]);
  });

  test('a run that would replace the key stops before it makes anything', async () => {
    scenario.sandbox.faults.add({ action: 'GET secret', ...unavailable });
    const main = await run('rotate', { 'rotate-now': 'true' });
    expect(main.exitCode).toBe(1);
    expect(textOf(main)).toContain('Could not find out when the GitHub secret');
    expect(writes(scenario)).toEqual([]);
  });
});

test('a document that names another place: the key is delivered there, by a new one', async () => {
  const identities = JSON.stringify({
    users: { pulumi: { 'access-key': { deliver: [{ 'github-secrets': { prefix: 'P_' } }] } } },
  });
  const main = await run('provision', { identities });
  expect(main.exitCode).toBe(0);
  expect(ownerOf(scenario, keyInSecrets(scenario, { prefix: 'P_' }))).toBe('pulumi');
  expect(statusesOf(scenario, 'pulumi')[old]).toBe('Active');
  expect(writes(scenario)).toEqual(KEY_TO_SECRETS);

  // The first place has the old key until that ends, which each run says.
  const said = (which: string) =>
    `Notice: The access key ${old} of pulumi${which} was delivered to a place that the document`;
  expect(textOf(main)).toContain(said(''));
  scenario.pass(25 * HOUR_MS);
  const ending = await run('provision', { identities });
  expect(textOf(ending)).toContain(`Deactivated the access key ${old}`);
  expect(textOf(ending)).toContain(said(', which is replaced,'));
  scenario.calls();
});

test('a document that names one place more: none is left', async () => {
  const identities = JSON.stringify({
    users: { pulumi: { 'access-key': { deliver: ['github-secrets', { 'github-secrets': { prefix: 'P_' } }] } } },
  });
  const planned = await run('provision', { identities, 'github-token': '', 'dry-run': 'true' });
  expect(textOf(planned)).toContain(`${old} is replaced: the document names a place that it was not delivered to`);
  const main = await run('provision', { identities });
  expect(main.exitCode).toBe(0);
  expect(keyInSecrets(scenario, { prefix: 'P_' })).toEqual(keyInSecrets(scenario));
  expect(textOf(main)).not.toContain('does not name');
  scenario.calls();
});
