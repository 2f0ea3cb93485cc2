import { writeFileSync } from 'node:fs';
import { noCredentials, type FailedPlace } from '../../src/identity-sources/no-credentials';
import type { TokenRuledOutBy } from '../../src/inputs/request';
import { NoAnswerError } from '../../src/network/deadline';
import { useCleanEnvironment } from '../aws/environment';
import { connection } from '../aws/local-aws';
import { inJob, useJobDirectory } from '../runner/job-files';
import { ROLE } from '../scenarios/scenario';

useCleanEnvironment();
useJobDirectory();

beforeEach(() => {
  Object.assign(process.env, { AWS_SHARED_CREDENTIALS_FILE: inJob('credentials'), AWS_CONFIG_FILE: inJob('config') });
});

const OF_SDK = new Error('Could not resolve credentials using profile');
/** As the SDK throws what STS refuses. */
const refusal = (message: string) =>
  Object.assign(new Error(message), { name: 'AccessDenied', $fault: 'client', $metadata: { httpStatusCode: 403 } });

async function explain(failed: Partial<FailedPlace>, tokenRuledOutBy: TokenRuledOutBy = 'no role') {
  const { error = OF_SDK } = failed;
  const place = { source: 'profile', place: 'the profile', words: (error as Error).message, error, ...failed } as const;
  const source = { from: 'default chain', tokenRuledOutBy, inputsAgainstToken: [], mustLast: false } as const;
  const settings = { connection: connection(), unsetCurrentCredentials: false };
  const { code, message } = await noCredentials([place], source, settings, process.env);
  return { code, message };
}

describe('a profile', () => {
  test.each<[what: string, profile: string, credentials: string, words: string, fix: string]>([
    [
      'that nobody wrote',
      'deploi',
      '[deploy]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n',
      'did you mean deploy?',
      'Fix: Correct AWS_PROFILE',
    ],
    ['that nobody wrote, of none', 'deploy', '', 'no such profile in', 'Fix: Correct AWS_PROFILE'],
    [
      'with a misspelt setting',
      'deploy',
      '[deploy]\naws_acces_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_acces_key = EXAMPLEKEY\n',
      'it has aws_acces_key_id; did you mean aws_access_key_id? it has aws_secret_acces_key; did you mean aws_secret_access_key?',
      'Fix: Correct the profile deploy in ',
    ],
    [
      'of default, with a misspelt setting',
      '',
      '[default]\nrole-arn = x\nsource_profile = y\n',
      'it has role-arn; did you mean role_arn?',
      'Fix: Correct the profile default in ',
    ],
    [
      'with half a key',
      'deploy',
      '[deploy]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n',
      OF_SDK.message,
      'gives no credentials',
    ],
    [
      'of default that is no such thing',
      '',
      '[default]\nregion = eu-central-1\n',
      'no settings for credentials',
      'Fix: Let an earlier step',
    ],
    ['of default that is not there', '', '', 'no such profile in', 'Fix: Let an earlier step'],
  ])('%s', async (_, AWS_PROFILE, credentials, words, fix) => {
    process.env.AWS_PROFILE = AWS_PROFILE;
    writeFileSync(inJob('credentials'), credentials);
    const { code, message } = await explain({ source: 'profile' });
    expect(code).toBe('no-credentials');
    expect(message).toContain(words);
    expect(message).toContain(fix);
    expect(message).not.toMatch(/AKIAIOSFODNN7EXAMPLE|EXAMPLEKEY/);
  });

  test('whose role AWS refuses', async () => {
    process.env.AWS_PROFILE = 'deploy';
    writeFileSync(inJob('credentials'), `[deploy]\nrole_arn = ${ROLE}\nsource_profile = ci\n`);
    const error = refusal(
      `User: arn:aws:iam::123456789012:user/ci is not authorized to perform: sts:AssumeRole on resource: ${ROLE}`,
    );
    const { code, message } = await explain({ source: 'profile', error });
    expect(code).toBe('role-refused');
    expect(message).toContain(`- the profile: ${ROLE}: User: arn:aws:iam::123456789012:user/ci is not authorized`);
    expect(message).toContain(
      `Name arn:aws:iam::123456789012:user/ci (or its role) as principal in the trust policy of ${ROLE}`,
    );
  });
});

test('a profile whose program fails: to see what it says, as there is nothing to correct in the profile', async () => {
  process.env.AWS_PROFILE = 'deploy';
  writeFileSync(inJob('config'), '[profile deploy]\ncredential_process = /bin/false\n');
  const { message } = await explain({ source: 'profile', error: new Error('Command failed: /bin/false\nAWS says no') });
  expect(message).toContain('AWS says no');
  expect(message).toContain('Fix: See what the program of the profile deploy says (its credential_process in ');
});

test.each(['profile', 'token file'] as const)(
  'a %s that gets no answer: nothing is to correct there',
  async (source) => {
    process.env.AWS_PROFILE = 'deploy';
    writeFileSync(inJob('config'), '[profile deploy]\ncredential_process = /bin/false\n');
    const { code, message } = await explain({ source, error: new NoAnswerError() });
    expect(code).toBe('no-answer');
    expect(message).toContain('no answer within 10 s');
    expect(message).toContain('Fix: Run it again. If it fails again: see what the program of the profile');
  },
);

test('a token file whose role AWS refuses: the role, and a condition to copy', async () => {
  const claims = {
    sub: 'system:serviceaccount:ci:runner',
    aud: 'sts.amazonaws.com',
    iss: 'https://oidc.example.com/id/1',
  };
  const token = `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`;
  writeFileSync(inJob('token'), token);
  Object.assign(process.env, { AWS_ROLE_ARN: ROLE, AWS_WEB_IDENTITY_TOKEN_FILE: inJob('token') });
  const error = refusal('Not authorized to perform sts:AssumeRoleWithWebIdentity');
  const { code, message } = await explain({ source: 'token file', error });
  expect(code).toBe('web-identity-refused');
  expect(message).toContain(`- the profile: ${ROLE}: Not authorized to perform sts:AssumeRoleWithWebIdentity`);
  expect(message).toContain('"oidc.example.com/id/1:sub": "system:serviceaccount:ci:runner"');
  expect(message).not.toContain(token);
});

test.each<[what: string, failed: Partial<FailedPlace>, fix: string]>([
  ['a token file that is not there', { source: 'token file', words: 'ENOENT' }, 'Check AWS_WEB_IDENTITY_TOKEN_FILE'],
  ['a container that is refused', { source: 'container', words: 'HTTP 400: EKS may not' }, 'the pod needs a role'],
  [
    'a machine that is refused',
    { source: 'machine', words: 'AssumeRoleUnauthorizedAccess: EC2 cannot assume the role build. (the role is build)' },
    'trust policy of the role build, allow "sts:AssumeRole" to ec2.amazonaws.com',
  ],
  ['a machine without a role', { source: 'machine', words: 'Error response' }, 'To use OIDC, set role-to-assume'],
])('%s: its words, and a fix for it', async (_, failed, fix) => {
  const { code, message } = await explain(failed);
  expect(code).toBe('no-credentials');
  expect(message).toContain(`\n- the profile: ${failed.words}`);
  expect(message.slice(message.indexOf('Fix: '))).toContain(fix);
});

test.each([
  [{}, 'are not set', 'Fix: Let an earlier step'],
  [{ AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE' }, 'AWS_SECRET_ACCESS_KEY is not set', 'Fix: Set AWS_SECRET_ACCESS_KEY'],
  [
    { AWS_SECRET_ACCESS_KEY: 'EXAMPLEKEY', AWS_ACCESS_KEY_ID: '' },
    'AWS_ACCESS_KEY_ID is not set',
    'Fix: Set AWS_ACCESS_KEY_ID',
  ],
])('an environment with %j', async (env, words, fix) => {
  Object.assign(process.env, env);
  const { message } = await explain({ source: 'environment' });
  expect(message).toContain(words);
  expect(message).toContain(fix);
});

test.each([
  ['', 'no such profile in', 'Fix: Set AWS_PROFILE: deploy under "env:"'],
  [
    '[default]\nregion = eu-central-1\n',
    'it has no settings for credentials',
    'Fix: Set AWS_PROFILE: deploy under "env:"',
  ],
])('AWS_DEFAULT_PROFILE alone, which the AWS CLI takes, with the profile %j', async (credentials, words, fix) => {
  process.env.AWS_DEFAULT_PROFILE = 'deploy';
  writeFileSync(inJob('credentials'), credentials);
  const { message } = await explain({ source: 'profile' });
  expect(message).toContain(words);
  expect(message).toContain('AWS_DEFAULT_PROFILE is deploy: the AWS CLI takes it, and this step does not');
  expect(message).toContain(fix);
});

test('a job that may not ask for a token learns both: the permission, and what was wrong with what there is', async () => {
  process.env.AWS_PROFILE = 'deploy';
  const { code, message } = await explain({ source: 'profile' }, 'permission');
  expect(code).toBe('no-credentials');
  expect(message).toContain('\nOr: Add to the job:\n  permissions:');
  expect((await explain({ source: 'machine' }, 'permission')).code).toBe('id-token-permission-missing');
});
