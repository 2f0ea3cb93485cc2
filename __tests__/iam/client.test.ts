import { writeFileSync } from 'node:fs';
import type { IAMClient } from '@aws-sdk/client-iam';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox';
import type { Connection } from '../../src/aws/connection';
import { iamClient, send } from '../../src/iam/sdk';
import { earlyConnection, hostOf } from '../aws/client';
import { useCleanEnvironment } from '../aws/environment';
import { connection, givenUp, never } from '../aws/local-aws';
import { inJob, useJobDirectory } from '../runner/job-files';
import { allow } from '../sandbox/sts-client';
import { ACCOUNT, EXAMPLE_KEYS } from '../scenarios/scenario';

useCleanEnvironment();

useJobDirectory();

function clientFor(more: Partial<Connection>) {
  return iamClient(connection(more), EXAMPLE_KEYS);
}

const list = (client: IAMClient, signal = never) => send(client, 'ListMFADevices', {}, signal);

function hostFor(more: Partial<Connection>): Promise<string> {
  const client = clientFor(more);
  return hostOf(client, () => list(client));
}

// https://docs.aws.amazon.com/general/latest/gr/iam-service.html
test.each([
  ['eu-central-1', false, 'iam.amazonaws.com'],
  ['us-west-2', false, 'iam.amazonaws.com'],
  ['us-west-2', true, 'iam-fips.amazonaws.com'],
  ['us-gov-west-1', false, 'iam.us-gov.amazonaws.com'],
  ['us-gov-east-1', true, 'iam.us-gov.amazonaws.com'],
  ['cn-north-1', false, 'iam.cn-north-1.amazonaws.com.cn'],
  ['cn-northwest-1', false, 'iam.cn-north-1.amazonaws.com.cn'],
])('IAM of %s (FIPS: %s) is %s', async (region, useFipsEndpoint, host) => {
  expect(await hostFor({ region, useFipsEndpoint })).toBe(host);
});

test.each([
  ['true', undefined, 'iam-fips.amazonaws.com'],
  ['false', undefined, 'iam.amazonaws.com'],
  ['true', false, 'iam.amazonaws.com'],
  ['false', true, 'iam-fips.amazonaws.com'],
])('with AWS_USE_FIPS_ENDPOINT %s, and %s as the input, it is %s', async (variable, input, host) => {
  process.env.AWS_USE_FIPS_ENDPOINT = variable;
  expect(await hostFor(input === undefined ? {} : { useFipsEndpoint: input })).toBe(host);
});

test.each<[setting: string, lines: string]>([
  ['endpoint_url', 'endpoint_url = http://127.0.0.1:9'],
  ['services', 'services = other\n[services other]\niam =\n  endpoint_url = http://127.0.0.1:9'],
  ['use_fips_endpoint', 'use_fips_endpoint = true'],
  ['use_dualstack_endpoint', 'use_dualstack_endpoint = true'],
])('%s of a profile is for main to take, and no client reads it', async (_, lines) => {
  process.env.AWS_CONFIG_FILE = inJob('config');
  writeFileSync(inJob('config'), `[default]\n${lines}\n`);
  expect(await hostFor({})).toBe('iam.amazonaws.com');
});

describe('another endpoint', () => {
  let sandbox: Sandbox;
  beforeEach(async () => {
    sandbox = await startSandbox();
    sandbox
      .account(ACCOUNT)
      .createUser('ci', { policies: [allow('iam:*')] })
      .createAccessKey(EXAMPLE_KEYS);
  });
  afterEach(() => sandbox.close());

  const elsewhere = 'http://127.0.0.1:9';

  test.each<[what: string, variables: Record<string, string>, input: boolean]>([
    ['AWS_ENDPOINT_URL_IAM', { AWS_ENDPOINT_URL_IAM: 'here', AWS_ENDPOINT_URL_STS: elsewhere }, false],
    ['AWS_ENDPOINT_URL', { AWS_ENDPOINT_URL: 'here' }, false],
    [
      'AWS_ENDPOINT_URL_IAM over AWS_ENDPOINT_URL',
      { AWS_ENDPOINT_URL_IAM: 'here', AWS_ENDPOINT_URL: elsewhere },
      false,
    ],
    ['the input', {}, true],
    ['the input over the variables', { AWS_ENDPOINT_URL_IAM: elsewhere, AWS_ENDPOINT_URL: elsewhere }, true],
  ])('from %s', async (_, variables, input) => {
    for (const [name, url] of Object.entries(variables)) process.env[name] = url === 'here' ? sandbox.url : url;
    const client = clientFor({ stsEndpoint: elsewhere, ...(input && { iamEndpoint: sandbox.url }) });
    expect((await list(client)).MFADevices).toEqual([]);
    expect(sandbox.requests).toHaveLength(1);
  });

  test("is signed for the partition's region of IAM, and says who asks", async () => {
    await list(clientFor({ iamEndpoint: sandbox.url, region: 'us-east-1' }));
    const { authorization, 'user-agent': userAgent } = sandbox.requests[0]?.headers ?? {};
    expect(authorization).toContain('/us-east-1/iam/aws4_request');
    expect(userAgent).toMatch(/ aws-identity-action$/);
  });

  test('gets one request for each attempt', async () => {
    sandbox.faults.add({ error: { status: 503, code: 'ServiceUnavailable', message: 'later' } });
    await expect(list(clientFor({ iamEndpoint: sandbox.url }))).rejects.toThrow('later');
    expect(sandbox.requests).toHaveLength(1);
  });

  test('is not waited for when the call is given up', async () => {
    const client = clientFor({ iamEndpoint: sandbox.url });
    expect(await givenUp(sandbox, (signal) => list(client, signal))).toBe('AbortError');
  });
});

test.each<[what: string, make: (endpoint: string) => Partial<Connection>]>([
  ['the input', (iamEndpoint) => ({ iamEndpoint })],
  [
    'AWS_ENDPOINT_URL_IAM',
    (endpoint) => {
      process.env.AWS_ENDPOINT_URL_IAM = endpoint;
      return {};
    },
  ],
])('making a client opens its connection to the endpoint from %s', async (_, make) => {
  await expect(earlyConnection((endpoint) => clientFor(make(endpoint)))).resolves.toBeUndefined();
});
