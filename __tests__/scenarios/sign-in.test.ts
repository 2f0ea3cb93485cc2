import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Failure, Fault } from '../../sandbox/faults';
import type { PolicyDocument } from '../../sandbox/policy/document';
import type { Job, Run } from '../../sandbox/runner/job';
import { page, section } from '../docs/pages';
import { allow, trust } from '../sandbox/sts-client';
import { ACCOUNT, expectFailed, REGION, Scenario } from './scenario';

const START_URL = 'https://d-1234567890.awsapps.com/start';
const PORTAL = { 'aws-region': REGION, 'sso-start-url': START_URL, 'sso-region': 'eu-west-1' };
const ADMIN = { ...PORTAL, 'sso-account-id': ACCOUNT, 'sso-role-name': 'Admin' };
const SESSION = new RegExp(
  String.raw`^arn:aws:sts::${ACCOUNT}:assumed-role/AWSReservedSSO_Admin_\w{16}/mona@example\.com$`,
);
/** The calls of a sign-in that is approved before its first question. */
const SIGN_IN = ['RegisterClient', 'StartDeviceAuthorization', 'CreateToken', 'GetRoleCredentials'];

let scenario: Scenario;
beforeEach(async () => {
  scenario = await Scenario.start();
  scenario.sandbox.identityCenter.assign(scenario.account, 'Admin');
});
afterEach(() => scenario.end());

function signInJob(env: Record<string, string> = {}): Job {
  const { url } = scenario.sandbox;
  return scenario.job({ env: { AWS_ENDPOINT_URL_SSO: url, AWS_ENDPOINT_URL_SSO_OIDC: url, ...env } });
}

/** The post step, after which nobody is signed in any more. */
async function finish(job: Job): Promise<Run> {
  const [post] = await job.finish();
  if (!post) throw new Error('no post');
  expect(post).toMatchObject({ exitCode: 0, stderr: '' });
  expect(scenario.sandbox.identityCenter.signedIn.size).toBe(0);
  return post;
}

describe('a person who signs in', () => {
  test('gives later steps the role, until the job ends', async () => {
    const job = signInJob();
    const main = await job.step({ with: ADMIN });
    expect(main).toMatchObject({
      exitCode: 0,
      stderr: '',
      outputs: { mode: 'assume-role', 'aws-account-id': ACCOUNT },
    });
    expect(main.outputs['authenticated-arn']).toMatch(SESSION);
    expect(main.exported).toMatchObject({ AWS_REGION: REGION, AWS_ACCESS_KEY_ID: expect.stringMatching(/^ASIA/) });
    expect(scenario.calls()).toEqual([...SIGN_IN, 'GetCallerIdentity']);
    const post = await finish(job);
    expect(post.log).toContain(`The sign-in at ${START_URL} has ended.`);
    expect(post.exported).toMatchObject({ AWS_ACCESS_KEY_ID: '' });
    expect(scenario.calls()).toEqual(['Logout']);
    await job.finish();
  });

  test('reads the URL and the code before the step waits, and how long it waits', async () => {
    scenario.sandbox.identityCenter.interval = 10;
    scenario.sandbox.identityCenter.person.takesMs = 145_000;
    const job = signInJob();
    const main = await job.step({ with: ADMIN });
    const { log } = main;
    const notice = log.findIndex((line) =>
      /^Notice: This step waits until \d\d:\d\d UTC for a person to sign in to AWS: open https:\/\/d-1234567890\.awsapps\.com\/start\/#\/device\?user_code=([0-9A-F]{4}-[0-9A-F]{4}), see that the page shows the code \1,/.test(
        line,
      ),
    );
    const waits = log.filter((line) => /^Waiting for the sign-in with the code .{9}: \d+ s left\.$/.test(line));
    expect(notice).toBeGreaterThanOrEqual(0);
    expect(waits.map((line) => /(\d+) s left/.exec(line)?.[1])).toEqual(['540', '480']);
    expect(log.indexOf(waits[0] ?? '')).toBeGreaterThan(notice);
    const polls = scenario.sandbox.requests.filter(({ action }) => action === 'CreateToken');
    expect(polls).toHaveLength(15);
    scenario.calls();
    await finish(job);
    scenario.calls();
  });

  test('reads how long the step waits also where its time limit is the earlier end', async () => {
    scenario.sandbox.identityCenter.interval = 5;
    scenario.sandbox.identityCenter.person.takesMs = 65_000;
    const job = signInJob();
    const started = scenario.sandbox.clock.now().getTime();
    const { log } = await job.step({ with: { ...ADMIN, 'action-timeout-s': '180' } });
    const until = new Date(started + 180_000).toISOString().slice(11, 16);
    expect(log.join('\n')).toContain(`Notice: This step waits until ${until} UTC for a person`);
    expect(log.join('\n')).toMatch(/^Waiting for the sign-in with the code .{9}: 1(19|20) s left\.$/m);
    scenario.calls();
    await finish(job);
    scenario.calls();
  });

  test('leaves no secret in log, state or environment', async () => {
    const { sandbox } = scenario;
    const job = signInJob();
    const main = await job.step({ with: { ...ADMIN, 'output-env-credentials': 'false' } });
    const [token = ''] = sandbox.identityCenter.signedIn.keys();
    const [clientSecret = ''] = sandbox.identityCenter.clients.values();
    const { deviceCode = '' } = sandbox.requests.find(({ action }) => action === 'CreateToken')?.params ?? {};
    for (const secret of [token, clientSecret, deviceCode]) {
      expect(job.masks).toContain(secret);
      expect(JSON.stringify([main.log, main.state, main.exported, main.outputs, main.summary])).not.toContain(secret);
    }
    scenario.calls();
    await finish(job);
    scenario.calls();
  });

  test('is asked less often once the service says that it was too often', async () => {
    const { faults, identityCenter, requests } = scenario.sandbox;
    identityCenter.person.takesMs = 20_000;
    faults.add({
      action: 'CreateToken',
      skip: 1,
      times: 1,
      error: { status: 400, code: 'SlowDownException', message: 'Slow down' },
    });
    const job = signInJob();
    expect(await job.step({ with: ADMIN })).toMatchObject({ exitCode: 0 });
    const asked = requests.filter(({ action }) => action === 'CreateToken').map(({ at }) => at);
    const waits = asked.slice(1).map((at, index) => Math.round((at - (asked[index] ?? 0)) / 1000));
    expect(waits).toEqual([1, 6, 6, 6]);
    scenario.calls();
    await finish(job);
    scenario.calls();
  });

  test('who refuses fails the step', async () => {
    scenario.sandbox.identityCenter.person.does = 'refuse';
    const job = signInJob();
    expectFailed(await job.step({ with: ADMIN }), 'sign-in-refused');
    expect(scenario.calls()).toEqual([...SIGN_IN.slice(0, 2), 'CreateToken AccessDeniedException']);
    await finish(job);
  });

  test('who does not come fails the step when the code has expired', async () => {
    Object.assign(scenario.sandbox.identityCenter, { interval: 60, codeLifetime: 150 });
    scenario.sandbox.identityCenter.person.does = 'nothing';
    const job = signInJob();
    const main = await job.step({ with: ADMIN });
    expectFailed(main, 'sign-in-not-approved');
    expect(main.duration).toBeGreaterThan(149_500);
    scenario.expectWithin(150_500, main);
    expect(scenario.calls()).toEqual([
      ...SIGN_IN.slice(0, 2),
      'CreateToken AuthorizationPendingException',
      'CreateToken AuthorizationPendingException',
      'CreateToken ExpiredTokenException',
    ]);
    await finish(job);
  });

  test('is not waited for longer than action-timeout-s', async () => {
    scenario.sandbox.identityCenter.interval = 20;
    scenario.sandbox.identityCenter.person.does = 'nothing';
    const job = signInJob();
    const main = await job.step({ with: { ...ADMIN, 'action-timeout-s': '30' } });
    expect(main).toMatchObject({ exitCode: 1, exported: {}, outputs: {} });
    expect(main.log.join('\n')).toContain('docs/troubleshooting.md#action-timeout');
    expect(main.duration).toBeGreaterThan(29_500);
    scenario.expectWithin(30_500, main);
    expect(scenario.calls()).toEqual([...SIGN_IN.slice(0, 2), 'CreateToken AuthorizationPendingException']);
    await finish(job);
    scenario.calls();
  });
});

describe('the role of who signed in', () => {
  const other = '210987654321';

  test('is the only one, where it is not named', async () => {
    const job = signInJob();
    const main = await job.step({ with: { ...PORTAL, mode: 'verify' } });
    expect(main).toMatchObject({ exitCode: 0, exported: {} });
    expect(main.outputs['authenticated-arn']).toMatch(SESSION);
    expect(main.log).toContain(`Signed in. Obtaining credentials of Admin in ${ACCOUNT}.`);
    expect(scenario.calls()).toEqual([
      ...SIGN_IN.slice(0, 3),
      'ListAccounts',
      'ListAccountRoles',
      'GetRoleCredentials',
      'GetCallerIdentity',
    ]);
    await finish(job);
    scenario.calls();
  });

  test('must be named where there are several, and the step says which', async () => {
    const { identityCenter } = scenario.sandbox;
    identityCenter.assign(scenario.account, 'Read');
    identityCenter.assign(scenario.sandbox.account(other), 'Read');
    const job = signInJob();
    const main = await job.step({ with: { ...PORTAL, 'sso-role-name': 'Read' } });
    expect(main).toMatchObject({ exitCode: 1, exported: {}, outputs: {} });
    const text = main.log.join('\n');
    expect(text).toContain('docs/troubleshooting.md#sso-role-not-named');
    expect(text).toContain(
      `Whoever signed in has 2 roles named Read:\n- Read in ${ACCOUNT} (account-1234)\n- Read in ${other} (account-2109)\nFix:`,
    );
    expect(scenario.calls()).toEqual([...SIGN_IN.slice(0, 3), 'ListAccounts', 'ListAccountRoles', 'ListAccountRoles']);
    await finish(job);
    expect(scenario.calls()).toEqual(['Logout']);
  });

  test('must be one that the person has; if not, the step says which there are', async () => {
    const job = signInJob();
    const main = await job.step({ with: { ...ADMIN, 'sso-role-name': 'Read' } });
    expect(main).toMatchObject({ exitCode: 1, exported: {}, outputs: {} });
    const text = main.log.join('\n');
    expect(text).toContain(
      `Could not obtain credentials of Read in ${ACCOUNT} with the sign-in.\nAnswer: Forbidden: No access\n`,
    );
    expect(text).toContain(`In ${ACCOUNT} there is:\n- Admin in ${ACCOUNT} (account-1234)\n`);
    expect(scenario.calls()).toEqual([
      ...SIGN_IN.slice(0, 3),
      'GetRoleCredentials ForbiddenException',
      'ListAccounts',
      'ListAccountRoles',
    ]);
    await finish(job);
    scenario.calls();
  });

  test.each<[inputs: Record<string, string>, said: string]>([
    [{ 'sso-role-name': 'Read' }, 'Whoever signed in has no role named Read.'],
    [{ 'sso-account-id': other }, `Whoever signed in has no role in ${other}.`],
    [{ 'sso-account-id': other, 'sso-role-name': 'Admin' }, `Whoever signed in has no role in ${other}.`],
  ])('is none that is named by %j: the step says which there are, and asks nothing twice', async (inputs, said) => {
    const job = signInJob();
    const main = await job.step({ with: { ...PORTAL, ...inputs } });
    const text = main.log.join('\n');
    expect(text).toContain('docs/troubleshooting.md#sso-role-refused');
    expect(text).toContain(`${said} There is:\n- Admin in ${ACCOUNT} (account-1234)\nFix: Correct sso-account-id`);
    expect(scenario.calls().filter((call) => call.startsWith('List'))).toEqual(['ListAccounts', 'ListAccountRoles']);
    await finish(job);
    scenario.calls();
  });

  test('can be chosen from the list also where accounts are hidden', async () => {
    scenario.sandbox.identityCenter.assign(scenario.sandbox.account(other), 'Admin');
    const job = signInJob();
    const main = await job.step({ with: { ...PORTAL, 'mask-aws-account-id': 'true' } });
    const text = main.log.join('\n');
    expect(text).toContain('- Admin in *** (account-1234)\n- Admin in *** (account-2109)\n');
    scenario.calls();
    await finish(job);
    scenario.calls();
  });

  test('leads to others, which trust the permission set as the page says', async () => {
    const { blocks } = section(page('docs/sign-in.md'), 'What happens');
    const shown = blocks.find(({ language }) => language === 'json')?.content ?? '';
    scenario.account.createRole('deploy', { trust: JSON.parse(shown) as PolicyDocument });
    for (const name of ['AdministratorAccess', 'Administrator']) {
      scenario.sandbox.identityCenter.assign(scenario.account, name, [allow('sts:*')]);
    }
    const job = signInJob();
    const as = (name: string) => job.step({ with: { ...ADMIN, 'sso-role-name': name, 'role-to-assume': 'deploy' } });
    const main = await as('AdministratorAccess');
    expect(main).toMatchObject({ exitCode: 0, stderr: '' });
    expect(main.outputs['authenticated-arn']).toBe(`arn:aws:sts::${ACCOUNT}:assumed-role/deploy/GitHubActions`);
    expect(scenario.calls()).toEqual([...SIGN_IN, 'GetCallerIdentity', 'AssumeRole']);
    expect((await as('Administrator')).log.join('\n')).toContain('docs/troubleshooting.md#role-refused');
    await finish(job);
    scenario.calls();
  });

  test('is hidden together with its account where that is asked for', async () => {
    const job = signInJob();
    const main = await job.step({ with: { ...ADMIN, 'sso-role-name': 'Read', 'mask-aws-account-id': 'true' } });
    expect(main.exitCode).toBe(1);
    expect([...main.log, main.summary].join('\n')).not.toContain(ACCOUNT);
    scenario.calls();
    await finish(job);
    scenario.calls();
  });
});

describe('an answer that is lost', () => {
  const LEFT = `Warning: The sign-in at ${START_URL} was not ended, and lasts until it expires by itself.`;
  const textOf = (run: Run | undefined) => run?.log.join('\n');

  /** A step that is killed when this has come about. */
  async function killed(fault: (now: () => void) => Fault): Promise<Job> {
    const job = signInJob();
    const after = new Promise<void>((resolve) => {
      scenario.sandbox.faults.add(fault(resolve));
    });
    await job.step({ with: ADMIN, kill: { after, signal: 'SIGKILL' } });
    scenario.sandbox.faults.clear();
    scenario.calls();
    return job;
  }

  test('once the person has approved: step and post say that the sign-in may be there', async () => {
    scenario.sandbox.faults.add({ action: 'CreateToken', times: 1, resetAfter: true });
    const job = signInJob();
    const main = await job.step({ with: ADMIN });
    expect(main).toMatchObject({ exitCode: 1, exported: {}, outputs: {} });
    expect(textOf(main)).toContain('docs/troubleshooting.md#sign-in-lost');
    expect(textOf(main)).toContain('Fix: Run the job again, and approve its new code. Whoever administers IAM');
    const [post] = await job.finish();
    expect(textOf(post)).toContain(LEFT);
    scenario.calls();
  });

  test('to a step that is killed meanwhile: post says so', async () => {
    const job = await killed((now) => ({ action: 'CreateToken', times: 1, holdAfter: now }));
    const [post] = await job.finish();
    expect(textOf(post)).toContain(LEFT);
    expect(scenario.calls()).toEqual(['CreateToken InvalidGrantException']);
  });

  test('to a step that is killed before it asked once more: post ends what was approved meanwhile', async () => {
    scenario.sandbox.identityCenter.person.takesMs = 10_000;
    const job = await killed((first) => ({ action: 'CreateToken', skip: 1, times: 1, first }));
    scenario.pass(60_000);
    const post = await finish(job);
    expect(post.log).toEqual([`The sign-in at ${START_URL} has ended.`]);
    expect(scenario.calls()).toEqual(['CreateToken', 'Logout']);
  });

  test('to a step that is killed while it waits for nobody: nothing is left', async () => {
    scenario.sandbox.identityCenter.person.does = 'nothing';
    const job = await killed((first) => ({ action: 'CreateToken', skip: 1, times: 1, first }));
    const post = await finish(job);
    expect(post.log).toEqual([`Nobody approved the sign-in at ${START_URL}.`]);
    expect(scenario.calls().at(-1)).toBe('CreateToken AuthorizationPendingException');
  });

  test.each<Failure>([{ reset: true }, { error: { status: 500, code: 'InternalServerException', message: 'no' } }])(
    'while the person takes time ends no wait, also without further attempts: %j',
    async (failure) => {
      scenario.sandbox.identityCenter.person.takesMs = 5_000;
      scenario.sandbox.faults.add({ action: 'CreateToken', skip: 1, times: 1, ...failure });
      const job = signInJob();
      const main = await job.step({ with: { ...ADMIN, 'disable-retry': 'true' } });
      expect(main).toMatchObject({ exitCode: 0, stderr: '' });
      expect(textOf(main)).toMatch(/^Whether it is approved could not be asked \(.+\)\. Asking again\.$/m);
      scenario.calls();
      await finish(job);
      scenario.calls();
    },
  );

  test('to every question fails the step by what was the matter, and not for want of a person', async () => {
    scenario.sandbox.identityCenter.codeLifetime = 20;
    scenario.sandbox.faults.add({ action: 'CreateToken', reset: true });
    const job = signInJob();
    const main = await job.step({ with: { ...ADMIN, 'disable-retry': 'true' } });
    expect(textOf(main)).toContain('docs/troubleshooting.md#connection-failed');
    scenario.sandbox.faults.clear();
    scenario.calls();
    await finish(job);
    scenario.calls();
  });
});

describe('who must approve', () => {
  const byMona = { 'expect-arn': `arn:aws:sts::${ACCOUNT}:assumed-role/AWSReservedSSO_Admin_*/mona@example.com` };
  const users = 'users: { reporter: { tags: { team: platform } } }';

  test.each<Record<string, string>>([
    {},
    { mode: 'access-keys' },
    { mode: 'verify' },
    { mode: 'provision', identities: users },
    { mode: 'deprovision', identities: users },
  ])('is required by expect-arn in the step that does the work: %j', async (inputs) => {
    const [assigned] = scenario.sandbox.identityCenter.person.assignments;
    if (assigned) assigned.role.policies = [allow('*')];
    const job = signInJob({ AWS_ENDPOINT_URL_IAM: scenario.sandbox.url });
    expect(await job.step({ with: { ...ADMIN, ...byMona, ...inputs } })).toMatchObject({ exitCode: 0, stderr: '' });
    scenario.calls();
    scenario.account.users.clear();

    Object.assign(scenario.sandbox.identityCenter.person, { userName: 'mallory@example.com' });
    const main = await job.step({ with: { ...ADMIN, ...byMona, ...inputs } });
    expect(main).toMatchObject({ exitCode: 1, exported: {}, outputs: {} });
    const text = main.log.join('\n');
    expect(text).toContain('docs/troubleshooting.md#unexpected-identity');
    expect(text).toMatch(/The identity is arn:\S+\/mallory@example\.com; expect-arn is/);
    expect(scenario.calls()).toEqual([...SIGN_IN, 'GetCallerIdentity']);
    expect(scenario.account.users.size).toBe(0);
    for (const post of await job.finish()) expect(post.exitCode).toBe(0);
    expect(scenario.sandbox.identityCenter.signedIn.size).toBe(0);
    scenario.calls();
  });
});

describe('in the post step', () => {
  test('a sign-in that has ended already is no problem', async () => {
    const job = signInJob();
    await job.step({ with: ADMIN });
    scenario.sandbox.identityCenter.signedIn.clear();
    expect((await finish(job)).log.join('\n')).not.toContain('Warning');
    expect(scenario.calls().at(-1)).toBe('Logout UnauthorizedException');
  });

  test('one that cannot be ended draws a warning', async () => {
    const job = signInJob();
    await job.step({ with: ADMIN });
    scenario.sandbox.faults.add({
      action: 'Logout',
      error: { status: 400, code: 'InvalidRequestException', message: 'no' },
    });
    const [post] = await job.finish();
    expect(post?.exitCode).toBe(0);
    expect(post?.log.join('\n')).toContain(
      `Warning: The sign-in at ${START_URL} was not ended, and lasts until it expires by itself. Could not end the sign-in`,
    );
    scenario.calls();
  });

  test.each<Record<string, string>>([
    {},
    { 'output-env-credentials': 'false', 'output-credentials': 'true' },
    { mode: 'verify' },
    { 'sso-role-name': 'Nope' },
  ])('one whose token a step has deleted draws a warning: %j', async (inputs) => {
    const job = signInJob();
    await job.step({ with: { ...ADMIN, ...inputs } });
    for (const name of readdirSync(job.temp)) rmSync(join(job.temp, name), { recursive: true });
    const [post] = await job.finish();
    expect(post?.exitCode).toBe(0);
    expect(post?.log.join('\n')).toContain(
      `Warning: The sign-in at ${START_URL} was not ended, and lasts until it expires by itself. What main saved for this ` +
        'is missing. Whoever administers IAM Identity Center can end it there.',
    );
    scenario.calls();
  });

  test('one that is left, as nothing is to be cleaned up, draws a warning', async () => {
    const job = signInJob({ AWS_SKIP_CLEANUP_STEP: 'true' });
    await job.step({ with: ADMIN });
    scenario.calls();
    const [post] = await job.finish();
    expect(post?.log).toEqual([
      'Nothing cleaned up: AWS_SKIP_CLEANUP_STEP is true.',
      `Warning: The sign-in at ${START_URL} lasts until it expires by itself, as nothing is cleaned up.`,
    ]);
    expect(scenario.sandbox.identityCenter.signedIn.size).toBe(1);
  });

  test('the token goes where it came from, whatever a later step says', async () => {
    const job = signInJob();
    await job.step({ with: ADMIN });
    Object.assign(job.env, { AWS_ENDPOINT_URL_SSO: 'http://127.0.0.1:9' });
    await finish(job);
    expect(scenario.calls().at(-1)).toBe('Logout');
  });
});

describe('a step that changes IAM as the person', () => {
  const PROVISION = {
    ...ADMIN,
    mode: 'provision',
    identities: 'users: { reporter: { tags: { team: platform } } }',
    ephemeral: 'true',
  };
  /** Longer than the session of the permission set, and shorter than the sign-in. */
  const TWO_HOURS_MS = 2 * 3_600_000;

  beforeEach(() => {
    const [assigned] = scenario.sandbox.identityCenter.person.assignments;
    if (assigned) assigned.role.policies = [allow('*')];
  });

  async function provisioned(inputs: Record<string, string> = {}): Promise<Job> {
    const { url } = scenario.sandbox;
    const job = signInJob({ AWS_ENDPOINT_URL_IAM: url });
    const main = await job.step({ with: { ...PROVISION, ...inputs } });
    expect(main).toMatchObject({ exitCode: 0, stderr: '', exported: {} });
    expect(scenario.account.users.has('reporter')).toBe(true);
    expect(Object.keys(main.outputs).filter((name) => /key|token/.test(name))).toEqual([]);
    scenario.calls();
    return job;
  }

  test('keeps the credentials to itself, and removes in post what it made', async () => {
    await finish(await provisioned());
    expect(scenario.account.users.has('reporter')).toBe(false);
    expect(scenario.calls().filter((call) => /Token|Register|DeviceAuth|RoleCred/.test(call))).toEqual([]);
  });

  test('asks nobody again in post when the session has ended', async () => {
    const job = await provisioned();
    scenario.pass(TWO_HOURS_MS);
    await finish(job);
    expect(scenario.account.users.has('reporter')).toBe(false);
    const calls = scenario.calls();
    expect(calls.filter((call) => call === 'GetRoleCredentials')).toHaveLength(1);
    expect(calls).not.toContain('StartDeviceAuthorization');
    expect(calls.at(-1)).toBe('Logout');
  });

  test('is the same in post, whatever else the person has got meanwhile', async () => {
    const job = await provisioned({ 'sso-account-id': '', 'sso-role-name': '' });
    scenario.sandbox.identityCenter.assign(scenario.account, 'Read');
    scenario.pass(TWO_HOURS_MS);
    expect((await finish(job)).log.join('\n')).not.toContain('Warning');
    expect(scenario.account.users.has('reporter')).toBe(false);
    expect(scenario.calls()).toContain('GetRoleCredentials');
  });

  test('says in post what is left when the sign-in has ended, too', async () => {
    const job = await provisioned();
    scenario.pass(24 * 3_600_000);
    const [post] = await job.finish();
    expect(post?.exitCode).toBe(0);
    expect(post?.log.join('\n')).toMatch(
      /Warning: In IAM, something may be left of: user reporter\. .*sign-in at .* ended/s,
    );
    expect(scenario.calls()).not.toContain('StartDeviceAuthorization');
  });
});

test('what an earlier step left in the environment is no sign-in', async () => {
  const job = signInJob({
    AWS_IDENTITY_SIGN_IN: JSON.stringify({
      accessToken: 'planted',
      expires: Date.now() + 3_600_000,
      role: { accountId: ACCOUNT, roleName: 'Admin' },
    }),
  });
  expect(await job.step({ with: ADMIN })).toMatchObject({ exitCode: 0 });
  expect(scenario.calls().slice(0, 4)).toEqual(SIGN_IN);
  await finish(job);
  scenario.calls();
});

test('the credentials in the job are kept where that is asked for, and nobody signs in', async () => {
  const job = signInJob();
  expect(await job.step({ with: ADMIN })).toMatchObject({ exitCode: 0 });
  scenario.calls();
  const again = await job.step({ with: { ...ADMIN, 'use-existing-credentials': 'true' } });
  expect(again).toMatchObject({ exitCode: 0, stderr: '' });
  expect(again.outputs['authenticated-arn']).toMatch(SESSION);
  expect(scenario.calls()).toEqual(['GetCallerIdentity']);
  await job.finish();
  scenario.calls();
});

test('many roles are assumed from one sign-in', async () => {
  const [assigned] = scenario.sandbox.identityCenter.person.assignments;
  for (const name of ['one', 'two']) {
    scenario.account.createRole(name, {
      trust: trust(assigned?.role.arn ?? '', {}, ['sts:AssumeRole', 'sts:TagSession']),
    });
  }
  const job = signInJob();
  const main = await job.step({ with: { ...ADMIN, roles: '{ one: one, two: two }' } });
  expect(main).toMatchObject({ exitCode: 0, stderr: '', outputs: { profiles: '["one","two"]' } });
  expect(scenario.calls()).toEqual([...SIGN_IN, 'GetCallerIdentity', 'AssumeRole', 'AssumeRole']);
  await finish(job);
  scenario.calls();
});
