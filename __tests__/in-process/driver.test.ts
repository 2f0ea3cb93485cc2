import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Job, Run } from '../../sandbox/runner/job';
import { readSession } from '../../src/credential-process/session-file';
import { ADMIN, identityJob, identityScenario, writes } from '../scenarios/identities';
import { sessionsOf } from '../scenarios/renewing-profile';
import { KEY_INPUTS, REGION, type Scenario } from '../scenarios/scenario';

let scenario: Scenario;
beforeEach(async () => (scenario = await identityScenario()));
afterEach(() => scenario.end());

const jobs = () =>
  [false, true].map((asProcess) => identityJob(scenario, { asProcess, env: { AWS_REGION: 'us-east-1' } }));

/** What differs from job to job: its folder, and how long it took. */
function shown(run: Run, { folder }: Job): unknown {
  const text = JSON.stringify({ ...run, duration: 0 })
    .replaceAll(folder, '/job')
    .replaceAll(/aws-identity-\w{6}/g, 'aws-identity-XXXXXX');
  return JSON.parse(text);
}

test.each<[string, Record<string, string>]>([
  ['succeeds', { mode: 'access-keys', 'output-credentials': 'true', 'aws-profile': 'ci' }],
  ['is refused', { mode: 'access-keys', 'aws-secret-access-key': 'wrong\nEXAMPLEKEY' }],
  ['has wrong inputs', { mode: 'access-keys', 'aws-profile': '[', 'mask-aws-account-id': 'maybe' }],
  ['plans what it would change', { mode: 'provision', identities: 'users: { ci: {} }', 'dry-run': 'true' }],
])('a step that %s shows the same in this process and in one of its own, and so does its end', async (_, inputs) => {
  const runs: unknown[][] = [];
  for (const job of jobs()) {
    const main = await job.step({ with: { 'aws-region': REGION, ...KEY_INPUTS, ...inputs } });
    const [post] = await job.finish();
    if (post === undefined) throw new Error('no post');
    const calls = scenario.calls().sort();
    runs.push([shown(main, job), shown(post, job), job.env.AWS_REGION, [...job.masks].sort(), calls]);
  }
  expect(runs[0]).toEqual(runs[1]);
});

const REFRESH = { mode: 'session-token', 'aws-profile': 'ours', 'refresh-credentials': 'true' };

test('who asks for a session gets the same from this process and from one of its own, also when it is gone', async () => {
  const answers: unknown[][] = [];
  for (const job of jobs()) {
    await job.step({ with: { ...ADMIN, ...REFRESH } });
    const session = join(sessionsOf(job, 'ours'), '1.json');
    const { credentials } = readSession(session);
    const fresh = await job.ask(session);
    await job.finish();
    const gone = await job.ask(session);
    const isGiven = fresh.stdout === JSON.stringify(credentials);
    answers.push([
      { ...fresh, stdout: isGiven, duration: 0 },
      { ...gone, stderr: gone.stderr.replace(session, '1.json'), duration: 0 },
    ]);
    expect(scenario.calls().sort()).toEqual(['GetCallerIdentity', 'GetSessionToken']);
  }
  expect(answers[0]).toMatchObject([
    { exitCode: 0, stdout: true, stderr: '' },
    { exitCode: 1, stdout: '' },
  ]);
  expect(answers[0]).toEqual(answers[1]);
});

test('by the moved time, a session is renewed when it is due', async () => {
  const [job] = jobs();
  if (!job) throw new Error('no job');
  await job.step({ with: { ...ADMIN, ...REFRESH, 'role-duration-seconds': '900' } });
  const session = join(sessionsOf(job, 'ours'), '1.json');
  const given: unknown[] = [];
  for (const minutes of [0, 5, 10, 60]) {
    scenario.pass(minutes * 60_000);
    const { stdout } = await job.ask(session);
    given.push((JSON.parse(stdout) as Record<string, string>).AccessKeyId);
  }
  const [first, second, third, fourth] = given;
  expect(second).toBe(first);
  expect(new Set([first, third, fourth]).size).toBe(3);
  expect(scenario.calls().filter((call) => call === 'GetSessionToken')).toHaveLength(3);
});

test('a step that is killed has done what it had done, and does nothing more', async () => {
  const [job] = jobs();
  if (!job) throw new Error('no job');
  const { faults, requests } = scenario.sandbox;
  const acted = new Promise<void>((resolve) => {
    faults.add({ action: 'CreateAccessKey', holdAfter: resolve });
  });
  const identities = 'users: { ci: { access-key: { deliver: [environment, { profile: ci }] } } }';
  const main = await job.step({
    with: { mode: 'provision', identities, ...ADMIN },
    kill: { after: acted, signal: 'SIGKILL' },
  });
  expect([main.exitCode, main.exported, main.outputs, main.summary]).toEqual([null, {}, {}, '']);
  expect(main.state.changes).toContain('"user":"ci"');
  const [asked, state] = [requests.length, readFileSync(`${job.folder}/state-1`, 'utf8')];
  faults.clear();
  for (let turn = 0; turn < 100; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  expect([requests.length, readFileSync(`${job.folder}/state-1`, 'utf8')]).toEqual([asked, state]);
  expect(scenario.account.users.get('ci')?.accessKeys).toHaveLength(1);
  expect(writes(scenario)).toEqual(['CreateUser', 'CreateAccessKey']);
});
