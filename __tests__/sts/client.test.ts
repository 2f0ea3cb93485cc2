import { writeFileSync } from 'node:fs';
import { externalDataInterceptor } from '@smithy/core/config';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox';
import type { Connection } from '../../src/aws/connection';
import { stsClient } from '../../src/sts/client';
import { getCallerIdentity } from '../../src/sts/get-caller-identity';
import { earlyConnection, hostOf } from '../aws/client';
import { useCleanEnvironment } from '../aws/environment';
import { connection, never } from '../aws/local-aws';
import { inJob, useJobDirectory } from '../runner/job-files';
import { ACCOUNT, EXAMPLE_KEYS } from '../scenarios/scenario';

useCleanEnvironment();

useJobDirectory();

function clientFor(more: Partial<Connection>) {
  return stsClient(connection(more), EXAMPLE_KEYS);
}

function hostFor(more: Partial<Connection>): Promise<string> {
  const client = clientFor(more);
  return hostOf(client, () => getCallerIdentity(client, never));
}

test.each([
  ['eu-central-1', false, 'sts.eu-central-1.amazonaws.com'],
  ['us-east-1', false, 'sts.us-east-1.amazonaws.com'],
  ['us-east-1', true, 'sts-fips.us-east-1.amazonaws.com'],
  ['us-gov-west-1', false, 'sts.us-gov-west-1.amazonaws.com'],
  ['us-gov-west-1', true, 'sts.us-gov-west-1.amazonaws.com'],
  ['cn-north-1', false, 'sts.cn-north-1.amazonaws.com.cn'],
  ['eusc-de-east-1', false, 'sts.eusc-de-east-1.amazonaws.eu'],
  ['us-iso-east-1', false, 'sts.us-iso-east-1.c2s.ic.gov'],
])('STS of %s (FIPS: %s) is %s', async (region, useFipsEndpoint, host) => {
  expect(await hostFor({ region, useFipsEndpoint })).toBe(host);
});

test.each([
  ['true', undefined, 'sts-fips.us-east-2.amazonaws.com'],
  ['false', undefined, 'sts.us-east-2.amazonaws.com'],
  ['true', false, 'sts.us-east-2.amazonaws.com'],
  ['false', true, 'sts-fips.us-east-2.amazonaws.com'],
])('with AWS_USE_FIPS_ENDPOINT %s, and %s as the input, it is %s', async (variable, input, host) => {
  process.env.AWS_USE_FIPS_ENDPOINT = variable;
  expect(await hostFor({ region: 'us-east-2', ...(input !== undefined && { useFipsEndpoint: input }) })).toBe(host);
});

test.each<[setting: string, lines: string]>([
  ['endpoint_url', 'endpoint_url = http://127.0.0.1:9'],
  ['services', 'services = other\n[services other]\nsts =\n  endpoint_url = http://127.0.0.1:9'],
  ['use_fips_endpoint', 'use_fips_endpoint = true'],
  ['use_dualstack_endpoint', 'use_dualstack_endpoint = true'],
])('%s of a profile is for main to take, and no client reads it', async (_, lines) => {
  process.env.AWS_CONFIG_FILE = inJob('config');
  writeFileSync(inJob('config'), `[default]\n${lines}\n`);
  expect(await hostFor({})).toBe('sts.eu-central-1.amazonaws.com');
});

describe('another endpoint', () => {
  let sandbox: Sandbox;
  beforeEach(async () => {
    sandbox = await startSandbox();
    sandbox.account(ACCOUNT).createUser('ci').createAccessKey(EXAMPLE_KEYS);
  });
  afterEach(() => sandbox.close());

  const elsewhere = 'http://127.0.0.1:9';

  test.each<[what: string, variables: Record<string, string>, input: boolean]>([
    ['AWS_ENDPOINT_URL_STS', { AWS_ENDPOINT_URL_STS: 'here' }, false],
    ['AWS_ENDPOINT_URL', { AWS_ENDPOINT_URL: 'here' }, false],
    [
      'AWS_ENDPOINT_URL_STS over AWS_ENDPOINT_URL',
      { AWS_ENDPOINT_URL_STS: 'here', AWS_ENDPOINT_URL: elsewhere },
      false,
    ],
    ['the input', {}, true],
    ['the input over the variables', { AWS_ENDPOINT_URL_STS: elsewhere, AWS_ENDPOINT_URL: elsewhere }, true],
  ])('from %s', async (_, variables, input) => {
    for (const [name, url] of Object.entries(variables)) process.env[name] = url === 'here' ? sandbox.url : url;
    const client = clientFor({ iamEndpoint: elsewhere, ...(input && { stsEndpoint: sandbox.url }) });
    const { arn } = await getCallerIdentity(client, never);
    expect(arn).toBe(`arn:aws:iam::${ACCOUNT}:user/ci`);
    expect(sandbox.requests).toHaveLength(1);
  });

  test('is signed for the region, and says who asks', async () => {
    await getCallerIdentity(clientFor({ stsEndpoint: sandbox.url, region: 'ap-south-1' }), never);
    const { authorization, 'user-agent': userAgent } = sandbox.requests[0]?.headers ?? {};
    expect(authorization).toContain('/ap-south-1/sts/aws4_request');
    expect(userAgent).toMatch(/ aws-identity-action$/);
  });

  test('is made without a look into profile files, which may be large', async () => {
    const files = ['config', 'credentials'].map((name) => inJob(name));
    const [config = '', credentials = ''] = files;
    Object.assign(process.env, { AWS_CONFIG_FILE: config, AWS_SHARED_CREDENTIALS_FILE: credentials });
    process.env.AWS_SDK_UA_APP_ID = 'shop';
    const read = jest.fn(() => Promise.resolve('[default]\nsdk_ua_app_id = other\n'));
    for (const file of files) {
      Object.defineProperty(externalDataInterceptor.getFileRecord(), file, { configurable: true, get: read });
    }
    await getCallerIdentity(clientFor({ stsEndpoint: sandbox.url }), never);
    expect(read).not.toHaveBeenCalled();
    expect(sandbox.requests[0]?.headers['user-agent']).toContain(' app/shop ');
  });
});

test.each<[what: string, make: (endpoint: string) => Partial<Connection>]>([
  ['the input', (stsEndpoint) => ({ stsEndpoint })],
  [
    'AWS_ENDPOINT_URL_STS',
    (endpoint) => {
      process.env.AWS_ENDPOINT_URL_STS = endpoint;
      return {};
    },
  ],
])('making a client opens its connection to the endpoint from %s', async (_, make) => {
  await expect(earlyConnection((endpoint) => clientFor(make(endpoint)))).resolves.toBeUndefined();
});

test('what is wrong with an endpoint is said by the call alone, not once more where nobody waits for it', async () => {
  process.env.AWS_ENDPOINT_URL_STS = 'sts.example.com';
  await expect(getCallerIdentity(clientFor({}), never)).rejects.toThrow('Invalid URL');
  // Jest fails where a rejection is left.
  await new Promise(setImmediate);
});
