import { writeFileSync } from 'node:fs';
import { messageOf } from '../../src/errors/message';
import { Inputs } from '../../src/inputs/inputs';
import { readPostSettings, readSettings } from '../../src/inputs/step-inputs';
import { inJob, useJobDirectory } from '../runner/job-files';

useJobDirectory();

const REGION = { 'INPUT_AWS-REGION': 'eu-central-1' };

/** What reading the settings finds wrong. */
function problemsOf(env: Record<string, string>): string {
  const inputs = new Inputs({ ...REGION, ...env });
  readSettings(inputs);
  try {
    inputs.throwIfWrong();
    return 'none';
  } catch (error) {
    return messageOf(error);
  }
}

/** What reading the settings warns of. */
function warningsOf(env: Record<string, string>): string[] {
  const inputs = new Inputs({ ...REGION, ...env });
  readSettings(inputs);
  return inputs.warnings;
}

test('post reads how AWS and GitHub are reached from the same inputs as main', () => {
  const env = {
    'INPUT_AWS-REGION': 'eu-central-1',
    'INPUT_IAM-ENDPOINT': 'http://127.0.0.1:1',
    'INPUT_HTTP-PROXY': 'proxy:3128',
    'INPUT_RETRY-MAX-ATTEMPTS': '3',
    'INPUT_GITHUB-TOKEN': 'token',
    GITHUB_REPOSITORY: 'octo/app',
  };
  expect(readPostSettings(env)).toEqual({
    connection: {
      region: 'eu-central-1',
      iamEndpoint: 'http://127.0.0.1:1',
      proxy: { httpProxy: 'proxy:3128' },
      userAgent: 'aws-identity-action',
    },
    retry: { maxAttempts: 3 },
    githubToken: 'token',
    repository: 'octo/app',
  });
  expect(readPostSettings({})).toMatchObject({ githubToken: undefined, repository: '', retry: { maxAttempts: 12 } });
});

test.each<[Record<string, string>, string]>([
  [{ 'INPUT_STS-ENDPOINT': 'http://sts.example/' }, 'sts-endpoint: http://sts.example is'],
  [{ 'INPUT_IAM-ENDPOINT': 'http://10.1.2.3:9000' }, 'iam-endpoint: http://10.1.2.3:9000 is'],
  [{ AWS_ENDPOINT_URL_STS: 'http://u:S3cret@sts.example' }, 'AWS_ENDPOINT_URL_STS: http://sts.example is'],
  [
    { AWS_ENDPOINT_URL_IAM: 'HTTP://IAM.example', 'INPUT_EXPECT-ALLOWED': 's3:GetObject' },
    'AWS_ENDPOINT_URL_IAM: http://iam.example is',
  ],
  [{ AWS_ENDPOINT_URL: 'http://[fd00::1]:4566' }, 'AWS_ENDPOINT_URL: http://[fd00::1]:4566 is'],
])('a way to AWS that is not encrypted is warned of, once: %j', (env, words) => {
  expect(warningsOf(env)).toEqual([expect.stringContaining(`${words} not encrypted`)]);
});

test.each<Record<string, string>>([
  { 'INPUT_STS-ENDPOINT': 'https://sts.example' },
  { 'INPUT_STS-ENDPOINT': 'http://localhost:4566', AWS_ENDPOINT_URL_STS: 'http://sts.example' },
  { AWS_ENDPOINT_URL: 'http://127.0.0.1:4566' },
  { AWS_ENDPOINT_URL: 'http://[::1]:4566' },
  { AWS_ENDPOINT_URL: 'http://sts.example', AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' },
  { AWS_ENDPOINT_URL_IAM: 'http://iam.example' },
  { AWS_ENDPOINT_URL: 'nonsense' },
])('others are not: %j', (env) => {
  expect(warningsOf(env)).toEqual([]);
});

const NO_URL = 'is not a URL that starts with https:// or http://';

test.each([
  'htps://aws.example',
  'ws://aws.example',
  'aws.example',
  'aws.example:443',
  '127.0.0.1:4566',
  '//aws.example',
  '/x',
  'not a url',
  ' ',
])('"%s" is no endpoint, wherever it is given', (text) => {
  expect(problemsOf({ AWS_ENDPOINT_URL_STS: text })).toContain(
    `sts-endpoint (from AWS_ENDPOINT_URL_STS): "${text}" ${NO_URL}`,
  );
  expect(problemsOf({ AWS_ENDPOINT_URL_IAM: text, INPUT_IDENTITIES: 'ci.yml' })).toContain(
    `iam-endpoint (from AWS_ENDPOINT_URL_IAM): "${text}" ${NO_URL}`,
  );
  const [, ...ofAll] = problemsOf({ AWS_ENDPOINT_URL: text, 'INPUT_MFA-CODE': '123456' }).split(NO_URL);
  expect(ofAll).toHaveLength(2);
});

test.each([
  ['htps://mona:S3cret@aws.example', 'htps://mona:***@aws.example'],
  ['htps://S3cret@aws.example', 'htps://***@aws.example'],
])('nor is %s, whose secret is not shown', (url, shown) => {
  for (const name of ['INPUT_STS-ENDPOINT', 'INPUT_IAM-ENDPOINT', 'AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_STS']) {
    expect(problemsOf({ [name]: url })).toContain(`"${shown}" ${NO_URL}`);
  }
});

test.each<Record<string, string>>([
  { AWS_ENDPOINT_URL: 'nonsense', AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true', INPUT_IDENTITIES: 'ci.yml' },
  { AWS_ENDPOINT_URL_STS: 'nonsense', 'INPUT_STS-ENDPOINT': 'https://sts.example' },
  { AWS_ENDPOINT_URL_IAM: 'nonsense', 'INPUT_IAM-ENDPOINT': 'https://iam.example', INPUT_IDENTITIES: 'ci.yml' },
  { AWS_ENDPOINT_URL: 'nonsense', AWS_ENDPOINT_URL_STS: 'https://sts.example' },
  { AWS_ENDPOINT_URL_IAM: 'nonsense' },
  { AWS_ENDPOINT_URL_IAM: 'nonsense', 'INPUT_MFA-CODE': '123456', 'INPUT_MFA-SERIAL': 'GAHT12345678' },
])('a variable that is not used may be anything: %j', (env) => {
  expect(problemsOf(env)).toBe('none');
});

test.each([
  [{ AWS_ENDPOINT_URL_IAM: 'https://iam.example', INPUT_IDENTITIES: 'ci.yml' }, 'AWS_ENDPOINT_URL_IAM names another'],
  [{ AWS_ENDPOINT_URL_IAM: 'https://iam.example' }, 'none'],
  [{ AWS_ENDPOINT_URL_STS: '', AWS_ENDPOINT_URL: 'https://aws.example' }, 'AWS_ENDPOINT_URL names another'],
])('FIPS is for an endpoint of AWS: %j', (env, words) => {
  expect(problemsOf({ ...env, 'INPUT_USE-FIPS-ENDPOINT': 'true' })).toContain(words);
});

test.each<[string, string | undefined, string]>([
  ['missing.pem', undefined, 'ENOENT: no such file or directory. It should be'],
  ['', undefined, 'it must be a file, and is a directory'],
  ['none.pem', 'no certificate here', 'it holds no certificate in PEM'],
  ['broken.pem', '-----BEGIN CERTIFICATE-----\nEXAMPLE\n-----END CERTIFICATE-----', ''],
])('AWS_CA_BUNDLE that cannot be read is warned of, and stops nothing: %j', (name, text, why) => {
  if (text !== undefined) writeFileSync(inJob(name), text);
  const [warning, ...others] = warningsOf({ AWS_CA_BUNDLE: inJob(name) });
  expect(warning).toContain(`AWS_CA_BUNDLE: nothing more is trusted, as "${inJob(name)}" cannot be read: `);
  expect(warning).toContain(why);
  expect(others).toEqual([]);
});

test.each([
  [{ ALL_PROXY: 'socks5://u:S3cret@x:1' }, 'ALL_PROXY'],
  [{ all_proxy: 'socks5h://u:S3cret@x:1' }, 'all_proxy'],
])('a proxy of %j is not used, and warned of', (env, name) => {
  expect(warningsOf(env)).toEqual([expect.stringMatching(new RegExp(`^${name}: it is not used, .* SOCKS is not`))]);
  expect(warningsOf(env).join()).not.toContain('S3cret');
  expect(warningsOf({ ...env, NO_PROXY: '*' })).toEqual([]);
  expect(readSettings(new Inputs({ ...REGION, ...env })).connection.proxy.httpProxy).toBeUndefined();
});

test.each(['-', 'us-', '-west-2', 'eu--central-1', 'EU-CENTRAL-1', 'eu_central_1'])('"%s" is no region', (region) => {
  expect(problemsOf({ 'INPUT_AWS-REGION': region })).toContain(`aws-region: "${region}" is not a region`);
});
