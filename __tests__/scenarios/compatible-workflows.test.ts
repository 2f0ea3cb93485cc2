import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Job } from '../../sandbox/runner/job';
import { trust } from '../sandbox/sts-client';
import { roleFor, roleForOidc } from './role-paths';
import { ACCOUNT, EXAMPLE_KEYS, KEY_INPUTS, REGION, Scenario } from './scenario';

/*
 * The workflows of several steps, and of profiles, in the README of `aws-actions/configure-aws-credentials`. Whoever
 * moves here changes the line `uses:` alone.
 */
let scenario: Scenario;
beforeEach(async () => (scenario = await Scenario.start()));
afterEach(() => scenario.end());

const OTHER = '987654321000';
const inputs = { 'aws-region': REGION, 'role-session-name': 'MySessionName' };
const role = (name: string, account = ACCOUNT) => `arn:aws:iam::${account}:role/${name}`;
const session = (name: string, account = ACCOUNT) => `arn:aws:sts::${account}:assumed-role/${name}/MySessionName`;

function sectionIn(job: Job, file: 'credentials' | 'config', header: string): string {
  const text = readFileSync(join(job.home, '.aws', file), 'utf8');
  return text.split(/^\[/m).find((section) => section.startsWith(`${header}]`)) ?? '';
}

test('a role, and with it another, which trusts it to assume and tag', async () => {
  const first = roleForOidc(scenario.account, 'first');
  roleFor(first.arn, scenario.sandbox.account(OTHER), 'second');
  const job = scenario.job({ oidc: true });
  await job.step({ with: { ...inputs, 'role-to-assume': role('first') } });
  const second = await job.step({
    with: { ...inputs, 'role-to-assume': role('second', OTHER), 'role-chaining': 'true' },
  });
  expect([second.exitCode, second.outputs['authenticated-arn']]).toEqual([0, session('second', OTHER)]);
  expect(scenario.calls()).toEqual(['id-token', 'AssumeRoleWithWebIdentity', 'AssumeRole']);
});

test('keys of a user for a role, by its name or its ARN, with an external ID', async () => {
  const user = scenario.account.createUser('ci', {});
  user.createAccessKey(EXAMPLE_KEYS);
  scenario.account.createRole('deploy', {
    trust: trust(user.arn, { StringEquals: { 'sts:ExternalId': 'octo' } }, ['sts:AssumeRole', 'sts:TagSession']),
  });
  for (const named of ['deploy', role('deploy')]) {
    const settings = { 'role-to-assume': named, 'role-external-id': 'octo', 'role-duration-seconds': '1200' };
    const main = await scenario.job().step({ with: { ...inputs, ...KEY_INPUTS, ...settings } });
    expect([main.exitCode, main.outputs['authenticated-arn']]).toEqual([0, session('deploy')]);
  }
  scenario.calls();
});

test('outputs of a step as the keys of the next', async () => {
  const first = roleForOidc(scenario.account, 'first');
  roleFor(first.arn, scenario.account, 'second');
  const job = scenario.job({ oidc: true });
  const { outputs } = await job.step({
    with: {
      ...inputs,
      'role-to-assume': role('first'),
      'output-credentials': 'true',
      'output-env-credentials': 'false',
    },
  });
  const keys = Object.fromEntries(
    ['aws-access-key-id', 'aws-secret-access-key', 'aws-session-token'].map((name) => [name, outputs[name] ?? '']),
  );
  const second = await job.step({ with: { ...inputs, ...keys, 'role-to-assume': role('second') } });
  expect([second.exitCode, second.outputs['authenticated-arn']]).toEqual([0, session('second')]);
  scenario.calls();
});

test('keys of a user for a role in a profile, with role-chaining and the profile in the environment', async () => {
  scenario.createUserAndRole();
  const job = scenario.job();
  const main = await job.step({
    with: {
      ...inputs,
      ...KEY_INPUTS,
      'role-to-assume': role('deploy'),
      'aws-profile': 'MyProfile1',
      'role-chaining': 'true',
    },
    env: { AWS_PROFILE: 'MyProfile1' },
  });
  expect([main.exitCode, main.stderr, main.exported]).toEqual([0, '', {}]);
  expect(main.log.join('\n')).not.toContain('Warning');
  expect(sectionIn(job, 'credentials', 'MyProfile1')).toMatch(/aws_access_key_id = ASIA.*\n.*\naws_session_token = /);
  expect(sectionIn(job, 'config', 'profile MyProfile1')).toContain(`region = ${REGION}`);
  expect(scenario.calls()).toEqual(['AssumeRole']);
});

test('a role in a profile, and with it another in a profile', async () => {
  const first = roleForOidc(scenario.account, 'first');
  roleFor(first.arn, scenario.sandbox.account(OTHER), 'second');
  const job = scenario.job({ oidc: true });
  await job.step({ with: { ...inputs, 'role-to-assume': role('first'), 'aws-profile': 'firstRoleInChain' } });
  const second = await job.step({
    with: {
      ...inputs,
      'role-to-assume': role('second', OTHER),
      'role-chaining': 'true',
      'aws-profile': 'secondRoleInChain',
    },
    env: { AWS_PROFILE: 'firstRoleInChain' },
  });
  expect([second.exitCode, second.outputs['authenticated-arn']]).toEqual([0, session('second', OTHER)]);
  expect(sectionIn(job, 'credentials', 'secondRoleInChain')).toContain('aws_session_token = ');
  expect(scenario.calls()).toEqual(['id-token', 'AssumeRoleWithWebIdentity', 'AssumeRole']);
});
