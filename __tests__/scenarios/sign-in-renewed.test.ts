import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { trust } from '../sandbox/sts-client';
import { ask, commandOf, JobClock, sessionsOf } from './renewing-profile';
import { ACCOUNT, REGION, Scenario } from './scenario';

let scenario: Scenario;
beforeEach(async () => {
  scenario = await Scenario.start();
  scenario.sandbox.identityCenter.assign(scenario.account, 'Admin');
});
afterEach(() => scenario.end());

const SIGN_IN = ['RegisterClient', 'StartDeviceAuthorization', 'CreateToken', 'GetRoleCredentials'];
const MINUTES_OF_SESSION = 60;

/** A job whose step wrote the profile `admin`, of a person who signed in. */
async function jobWithProfile(inputs: Record<string, string> = {}, profile = 'admin') {
  const { url, identityCenter } = scenario.sandbox;
  const job = scenario.job({ env: { AWS_ENDPOINT_URL_SSO: url, AWS_ENDPOINT_URL_SSO_OIDC: url } });
  const main = await job.step({
    with: {
      'aws-region': REGION,
      'sso-start-url': identityCenter.startUrl,
      'sso-region': 'eu-west-1',
      'sso-role-name': 'Admin',
      'refresh-credentials': 'true',
      'aws-profile': 'admin',
      ...inputs,
    },
  });
  expect(main).toMatchObject({ exitCode: 0, stderr: '', exported: {} });
  return { job, main, clock: new JobClock(job, scenario.sandbox), command: commandOf(job, profile) };
}

test('a profile of a person who signed in is renewed without asking again, until the sign-in ends', async () => {
  const { job, main, clock, command } = await jobWithProfile();
  const until = main.log.find((line) =>
    line.startsWith('The session is renewed for as long as the sign-in lasts: until'),
  );
  expect(until).toBeDefined();
  const [, end = 'none'] = /until (.*)\.$/.exec(until ?? '') ?? [];
  const renewed = `; renewed for as long as the sign-in lasts, until ${end}`;
  expect(main.log.find((line) => line.startsWith('Expires: '))).toContain(renewed);
  expect(main.summary).toContain(renewed);
  scenario.calls();
  const keys = new Set<string>();
  for (let hour = 0; hour < 7; hour += 1) {
    const { exitCode, stderr, credentials } = await ask(command, clock.environment);
    expect([exitCode, stderr]).toEqual([0, '']);
    keys.add(credentials.AccessKeyId);
    clock.advance(MINUTES_OF_SESSION);
  }
  expect(keys.size).toBe(7);
  expect(scenario.calls()).toEqual(Array(6).fill(['GetRoleCredentials', 'GetCallerIdentity']).flat());

  clock.advance(2 * MINUTES_OF_SESSION);
  const over = await ask(command, clock.environment);
  expect(over).toMatchObject({ exitCode: 1, stdout: '' });
  expect(over.stderr).toContain(`use the sign-in at ${scenario.sandbox.identityCenter.startUrl}, which ended at`);
  expect(scenario.calls()).toEqual([]);
  await job.finish();
  scenario.calls();
});

test('many profiles of a person: the log and the summary say what one does', async () => {
  const { identityCenter } = scenario.sandbox;
  const [assigned] = identityCenter.person.assignments;
  scenario.account.createRole('deploy', {
    trust: trust(assigned?.role.arn ?? '', {}, ['sts:AssumeRole', 'sts:TagSession']),
  });
  Object.assign(identityCenter, { interval: 10 });
  identityCenter.person.takesMs = 70_000;
  const { job, main } = await jobWithProfile({ 'aws-profile': '', roles: 'deploy: deploy' }, 'deploy');
  const log = main.log.join('\n');
  expect(log).toMatch(/^Waiting for the sign-in with the code/m);
  expect(log).toMatch(/^The session is renewed for as long as the sign-in lasts: until/m);
  expect(main.summary).toContain('; renewed for as long as the sign-in lasts, until ');
  scenario.calls();
  await job.finish();
  scenario.calls();
});

test('the token is in files of the job alone, and gone with it', async () => {
  const { job, main, command } = await jobWithProfile();
  const [token = 'none'] = scenario.sandbox.identityCenter.signedIn.keys();
  expect(command).not.toContain(token);
  expect(JSON.stringify([main.log, main.state])).not.toContain(token);
  const files = readdirSync(job.folder, { recursive: true, encoding: 'utf8' }).map((name) => join(job.folder, name));
  const holding = files.filter((file) => statSync(file).isFile() && readFileSync(file, 'utf8').includes(token));
  expect(holding.filter((file) => !file.startsWith(job.temp))).toEqual([]);
  expect(holding.map((file) => statSync(file).mode & 0o777)).toEqual([0o600, 0o600]);
  expect(holding).toContain(join(sessionsOf(job, 'admin'), 'environment.json'));
  scenario.calls();
  await job.finish();
  expect(readdirSync(job.temp)).toEqual([]);
  expect(scenario.calls()).toEqual(['Logout']);
});

test('a role that is assumed from it is renewed, too', async () => {
  const [assigned] = scenario.sandbox.identityCenter.person.assignments;
  scenario.account.createRole('deploy', {
    trust: {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: ['sts:AssumeRole', 'sts:TagSession'], Principal: { AWS: assigned?.role.arn ?? '' } },
      ],
    },
  });
  const { job, clock, command } = await jobWithProfile({
    'sso-account-id': ACCOUNT,
    'role-to-assume': `arn:aws:iam::${ACCOUNT}:role/deploy`,
  });
  expect(scenario.calls()).toEqual([...SIGN_IN, 'AssumeRole']);
  clock.advance(MINUTES_OF_SESSION);
  expect(await ask(command, clock.environment)).toMatchObject({ exitCode: 0, stderr: '' });
  expect(scenario.calls()).toEqual(['GetRoleCredentials', 'AssumeRole']);
  await job.finish();
  scenario.calls();
});
