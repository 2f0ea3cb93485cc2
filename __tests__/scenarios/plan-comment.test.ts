import type { Run } from '../../sandbox/runner/job';
import { allow } from '../sandbox/sts-client';
import { ADMIN, identityJob, onPullRequest, OWNED, REPOSITORY } from './identities';
import { EXAMPLE_KEYS, expectFailed, Scenario, textOf } from './scenario';

const NUMBER = 7;
const DOCUMENT = 'users: { ci: { path: /machine/ } }';

let scenario: Scenario;
beforeEach(async () => {
  scenario = await Scenario.start();
  scenario.account.createUser('admin', { policies: [allow('*')] }).createAccessKey(EXAMPLE_KEYS);
  scenario.sandbox.github.comments.open(REPOSITORY, NUMBER);
});
afterEach(async () => {
  const written = scenario.calls().filter((call) => /^(Create|Put|Attach|Update|Delete|Tag)/.test(call));
  expect(written).toEqual(scenario.account.users.has('ci') ? ['CreateUser'] : []);
  await scenario.end();
});

interface Settings {
  readonly token?: string | undefined;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly event?: Parameters<typeof onPullRequest>[1];
  readonly files?: Readonly<Record<string, string>>;
}

const jobToken = () => scenario.sandbox.github.secrets.token({ comment: [REPOSITORY] });

function provision(
  document = DOCUMENT,
  { token = jobToken(), inputs = {}, env = {}, event, files = {} }: Settings = {},
): Promise<Run> {
  const job = identityJob(scenario, { files });
  const given = { mode: 'provision', ...ADMIN, identities: document, 'dry-run': 'true', 'plan-comment': 'true' };
  return job.step({
    with: { ...given, 'github-token': token, ...inputs },
    env: { ...onPullRequest(job, event ?? { number: NUMBER }), GITHUB_ACTION: 'plan', ...env },
  });
}

const comments = () => scenario.sandbox.github.comments.bodies(REPOSITORY, NUMBER);
const calls = () => scenario.sandbox.requests.filter(({ service }) => service === 'github').map(({ action }) => action);

test('a pull request shows the plan, once, as it is now', async () => {
  const main = await provision();
  expect(main.exitCode).toBe(0);
  expect(comments()).toHaveLength(1);
  const [first = ''] = comments();
  expect(first).toMatch(
    /^<!-- aws-identity-action plan [0-9a-f]{16} -->\n### AWS provision \(step plan\)\n\nJob `deploy`\.\n\nPlan \(nothing is changed\): 1 to create/,
  );
  expect(first).toContain('| create | user | `ci` | `+ path /machine/`<br>`+ 2 tags` |');
  expect(textOf(main)).toContain('The plan is commented on pull request 7.');
  await provision('users: { ci: {}, cd: {} }');
  expect(comments()).toHaveLength(1);
  expect(comments()[0]).toContain('2 to create');
  expect(comments()[0]?.split('\n')[0]).toBe(first.split('\n')[0]);
  expect(calls()).toEqual(['GET comments', 'POST comments', 'GET comments', 'PATCH comment']);
});

test('a plan that is as it was is not written again, and one with nothing left says so', async () => {
  await provision('users: { ci: {} }', { inputs: { 'dry-run': 'false' } });
  expect(comments()[0]).toContain('Plan: 1 to create');
  const main = await provision('users: { ci: {} }');
  expect(comments()).toEqual([
    expect.stringMatching(
      /-->\n### AWS provision \(step plan\)\n\nJob `deploy`\.\n\nNo changes: the account is as the document says, by \[run \d*\]\(https:\/\/github\.com\/octo\/app\/actions\/runs\/\d*\)\.\n$/,
    ),
  ]);
  expect(main.outputs.changed).toBe('false');
  await provision('users: { ci: {} }');
  expect(calls().slice(-1)).toEqual(['GET comments']);
});

test('where nothing is to change and nothing was, nothing is said', async () => {
  await provision('users: { ci: {} }', { inputs: { 'dry-run': 'false', 'plan-comment': 'false' } });
  await provision('users: { ci: {} }');
  expect(comments()).toEqual([]);
  expect(calls()).toEqual(['GET comments']);
});

test('the comment of one step is not that of another, of another job, mode or account', async () => {
  await provision();
  await provision(DOCUMENT, { env: { GITHUB_ACTION: 'other' } });
  await provision(DOCUMENT, { env: { GITHUB_JOB: 'other' } });
  await provision(DOCUMENT, { inputs: { 'mask-aws-account-id': 'true' } });
  scenario.account.createUser('old', { tags: OWNED });
  await provision('users: { old: {} }', { inputs: { mode: 'deprovision' } });
  expect(new Set(comments().map((body) => body.split('\n')[0])).size).toBe(5);
});

test('the comment says of which job it is, and of which document, however its path is written', async () => {
  const files = { 'iam/app.yml': DOCUMENT };
  await provision('iam/app.yml', { files });
  await provision('./iam/../iam/app.yml', { files });
  expect(comments()).toEqual([expect.stringContaining('\n\nJob `deploy`, document `iam/app.yml`.\n\nPlan')]);
  await provision('iam/app.yml', { files, env: { GITHUB_JOB: 'b`c' } });
  expect(comments()[1]).toContain('\n\nJob `` b`c ``, document `iam/app.yml`.\n\nPlan');
});

test('a comment of somebody else with the same first line is left: they could change it afterwards', async () => {
  await provision();
  const [own = ''] = comments();
  const { github } = scenario.sandbox;
  github.comments.open(REPOSITORY, NUMBER);
  github.comments.write(REPOSITORY, NUMBER, own.replace('create', 'keep'), 'eve');
  await provision();
  expect(comments()).toEqual([own.replace('create', 'keep'), own]);
  expect(calls().slice(-3)).toEqual(['GET comments', 'GET user', 'POST comments']);
});

test('a user whose token it is finds their own comment, among many', async () => {
  const token = scenario.sandbox.github.secrets.token({ comment: [REPOSITORY], user: 'octo-ci' });
  for (let index = 0; index < 120; index++) {
    scenario.sandbox.github.comments.write(REPOSITORY, NUMBER, `comment ${index}`);
  }
  await provision(DOCUMENT, { token });
  await provision('users: { ci: {} }', { token });
  expect(comments()).toHaveLength(121);
  expect(calls()).toEqual([
    'GET comments',
    'GET comments',
    'POST comments',
    'GET comments',
    'GET comments',
    'GET user',
    'PATCH comment',
  ]);
});

test('there is one again where there were two: of runs at once, or as an answer was lost', async () => {
  scenario.sandbox.faults.add({ action: 'POST comments', times: 1, resetAfter: true });
  await provision();
  expect(comments()).toHaveLength(2);
  await provision();
  expect(comments()).toHaveLength(1);
  expect(calls().slice(-2)).toEqual(['GET comments', 'DELETE comment']);
});

describe('a comment that somebody deletes while a run looks for it', () => {
  const deletedBefore = (action: string) => {
    const first = () => {
      scenario.sandbox.github.comments.open(REPOSITORY, NUMBER);
    };
    scenario.sandbox.faults.add({ action, times: 1, first });
  };

  test('is written again', async () => {
    await provision();
    deletedBefore('PATCH comment');
    const main = await provision('users: { ci: {}, cd: {} }');
    expect([main.exitCode, comments()]).toEqual([0, [expect.stringContaining('2 to create')]]);
    expect(calls().slice(-3)).toEqual(['GET comments', 'PATCH comment', 'POST comments']);
  });

  test('is not missed where nothing is left to say', async () => {
    await provision('users: { ci: {} }', { inputs: { 'dry-run': 'false' } });
    deletedBefore('PATCH comment');
    const main = await provision('users: { ci: {} }');
    expect([main.exitCode, comments()]).toEqual([0, []]);
  });

  test('may be the one that is too many', async () => {
    scenario.sandbox.faults.add({ action: 'POST comments', times: 1, resetAfter: true });
    await provision();
    deletedBefore('DELETE comment');
    const main = await provision('users: { ci: {}, cd: {} }');
    expect([main.exitCode, comments()]).toEqual([0, [expect.stringContaining('2 to create')]]);
  });
});

test('a plan that is too large for a comment is cut, and says where the rest is', async () => {
  const statement = { Effect: 'Allow', Action: 's3:GetObject', Resource: `arn:aws:s3:::${'x'.repeat(5000)}` };
  const policies = Array.from({ length: 20 }, (_, index) => [
    `p${index}`,
    { document: { Version: '2012-10-17', Statement: [statement] } },
  ]);
  const main = await provision(JSON.stringify({ policies: Object.fromEntries(policies) as object }));
  expect(main.exitCode).toBe(0);
  const [body = ''] = comments();
  expect(body.length).toBeLessThan(65_536);
  expect(body).toMatch(/\| create \| policy \| `p19` \|/);
  expect(body).toMatch(
    /\n\nThe details of \d+ more are in the summary of \[run \d*\]\(https:\/\/github\.com\/octo\/app\/actions\/runs\/\d*\)\.\n$/,
  );
});

test('accounts and secrets are hidden in it', async () => {
  const token = jobToken();
  await provision(`users: { ci: { tags: { note: ${token} } } }`, { token, inputs: { 'mask-aws-account-id': 'true' } });
  const [body = ''] = comments();
  expect(body).toContain('+ tag note = ***');
  expect(body).not.toContain(token);
  expect(body).not.toContain(scenario.account.id);
});

test.each<[what: string, event: Settings['event'], said: string]>([
  ['of a fork', { number: NUMBER, repository: 'eve/app' }, 'as pull request 7 is from a fork'],
  ['none', { number: undefined }, 'as plan-comment is for the event pull_request, and this one is push'],
])('on a pull request %s, the plan is in the summary only, and a notice says so', async (_, event, said) => {
  const main = await provision(DOCUMENT, { event });
  expect(main.exitCode).toBe(0);
  expect(textOf(main)).toContain(`The plan is not commented, ${said}. It is in the job summary.`);
  expect(calls()).toEqual([]);
});

test('for a fork, which gets no secret, there need be no token', async () => {
  const main = await provision(DOCUMENT, { token: '', event: { number: NUMBER, repository: 'eve/app' } });
  expect([main.exitCode, textOf(main).includes('as pull request 7 is from a fork')]).toEqual([0, true]);
  expectFailed(await provision(DOCUMENT, { token: '' }), 'invalid-input');
});

describe('a comment that GitHub refuses fails the step, before anything is changed', () => {
  const changing = { 'dry-run': 'false' };

  test('as the token may not write it', async () => {
    const token = scenario.sandbox.github.secrets.token({ see: [REPOSITORY] });
    const main = await provision(DOCUMENT, { token, inputs: changing });
    expectFailed(main, 'plan-comment-refused');
    expect(textOf(main)).toContain('pull-requests: write');
    expect(scenario.account.users.has('ci')).toBe(false);
  });

  test('as the conversation is locked', async () => {
    scenario.sandbox.github.comments.lock(REPOSITORY, NUMBER);
    expectFailed(await provision(DOCUMENT, { inputs: changing }), 'plan-comment-refused');
  });

  test('as there is no such pull request', async () => {
    expectFailed(await provision(DOCUMENT, { event: { number: 8 } }), 'plan-comment-refused');
  });

  test('as the token is not valid', async () => {
    expectFailed(await provision(DOCUMENT, { token: 'ghs_EXAMPLE' }), 'github-token-refused');
  });
});

describe.each([
  ['Gitea', 'GITEA_ACTIONS', 'runs/1000000001'],
  ['Forgejo', 'FORGEJO_ACTIONS', 'runs/42'],
])('on %s', (forge, runner, page) => {
  const env = { [runner]: 'true', GITHUB_SERVER_URL: 'https://forge.example', GITHUB_RUN_NUMBER: '42' };

  test.each([3, 100, 130])('a pull request with %i comments of others has one with the plan', async (others) => {
    scenario.sandbox.github.comments.forge = 'Gitea';
    for (let index = 0; index < others; index++) {
      scenario.sandbox.github.comments.write(REPOSITORY, NUMBER, `comment ${index}`);
    }
    await provision('users: { ci: {} }', { env, inputs: { 'dry-run': 'false' } });
    expect(comments()).toHaveLength(others + 1);
    const main = await provision('users: { ci: {} }', { env });
    expect(main.exitCode).toBe(0);
    expect(comments()).toHaveLength(others + 1);
    expect(comments().at(-1)).toContain(`](https://forge.example/octo/app/actions/${page}).`);
  });

  test('a refusal is not explained by GitHub', async () => {
    const token = scenario.sandbox.github.secrets.token({ see: [REPOSITORY] });
    const refused = await provision(DOCUMENT, { env, token });
    expectFailed(refused, 'plan-comment-refused');
    expect(textOf(refused)).toContain('give another token that may write issues and read its user');
    const unknown = await provision(DOCUMENT, { env, token: 'ghs_EXAMPLE' });
    expectFailed(unknown, 'github-token-refused');
    expect(textOf(unknown)).toContain(`${forge} does not take the token in github-token`);
    const missing = await provision(DOCUMENT, { env, inputs: { 'github-token': '' } });
    expectFailed(missing, 'invalid-input');
    for (const main of [refused, unknown, missing]) {
      expect(textOf(main)).not.toMatch(/GitHub|pull-requests: write/);
    }
  });
});
