import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KeptSession } from '../../src/credential-process/session-file';
import { sessionsOf } from '../scenarios/renewing-profile';
import { REGION, ROLE, Scenario } from '../scenarios/scenario';
import { aws } from './aws-cli';
import { FakeClock, startBoto3Client } from './boto3';

let scenario: Scenario;
beforeEach(async () => (scenario = await Scenario.start()));
afterEach(() => scenario.end());

test('the AWS CLI and a client of boto3 go on working past three sessions of 15 minutes', async () => {
  scenario.createOidcRole();
  const job = scenario.job({ oidc: true });
  const inputs = { 'aws-region': REGION, 'role-to-assume': ROLE, 'role-duration-seconds': '900' };
  const main = await job.step({ with: { ...inputs, 'aws-profile': 'deploy', 'refresh-credentials': 'true' } });
  expect(main.exitCode).toBe(0);
  const clock = new FakeClock(join(job.folder, 'clock'));
  const env = { ...job.env, ...clock.environment, AWS_PROFILE: 'deploy' };
  const client = startBoto3Client(env);
  const session = join(sessionsOf(job, 'deploy'), '1.json');
  const keys = new Set<string | undefined>();
  for (let minutes = 0; minutes <= 56; minutes += 8) {
    const { arn, key, error } = await client.call();
    expect([minutes, error]).toEqual([minutes, undefined]);
    expect(arn).toMatch(/assumed-role\/deploy\/GitHubActions$/);
    keys.add(key);
    const command = await aws(['sts', 'get-caller-identity', '--query', 'Arn', '--output', 'text'], env);
    expect(command).toEqual({ exitCode: 0, stdout: `${arn ?? ''}\n`, stderr: '' });
    haveTimeOfDayDecide(session);
    clock.set(minutes + 8);
    scenario.sandbox.clock.advance(8 * 60_000);
  }
  await client.stop();
  // A session at 0, 16, 32 and 48 minutes: of 15, one that has 7 left is given away again.
  expect(keys.size).toBe(4);
  const obtained = ['id-token', 'AssumeRoleWithWebIdentity'];
  expect(scenario.calls().filter((call) => call !== 'GetCallerIdentity')).toEqual(Array(4).fill(obtained).flat());
  await job.finish();
  const after = await aws(['sts', 'get-caller-identity', '--profile', 'deploy'], env);
  expect(after.stderr).toContain('The config profile (deploy) could not be found');
});

/** As after a restart of the machine: nothing moves how long it has run, which is what decides before. */
function haveTimeOfDayDecide(file: string): void {
  const session = JSON.parse(readFileSync(file, 'utf8')) as KeptSession;
  const obtained = { ...session.obtained, uptime: Number.MAX_SAFE_INTEGER };
  writeFileSync(file, JSON.stringify({ ...session, obtained }));
}
