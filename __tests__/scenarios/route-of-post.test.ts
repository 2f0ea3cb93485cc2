import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Job } from '../../sandbox/runner/job';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox';
import { answerWith } from '../aws/local-aws';
import { selfSigned } from '../network/certificate';
import { ForwardProxy } from '../network/forward-proxy';
import { allow } from '../sandbox/sts-client';
import { ADMIN, identityJob, identityScenario } from './identities';
import { EXAMPLE_KEYS, KEY_INPUTS, REGION, type Scenario } from './scenario';

/** What main made is to be removed where main made it, whatever later steps have set for their own calls. */

const identities = JSON.stringify({ users: { tfc: { 'access-key': { deliver: ['environment'] } } } });
const EPHEMERAL = { mode: 'provision', ephemeral: 'true', identities };

let scenario: Scenario;
let other: Sandbox;
beforeEach(async () => {
  scenario = await identityScenario();
  // A service of another vendor, which takes the same keys for those of its own.
  other = await startSandbox();
  other.settings.vendor = 'LocalStack';
  other
    .account('000000000000')
    .createUser('root', { policies: [allow('*')] })
    .createAccessKey(EXAMPLE_KEYS);
});
afterEach(async () => {
  await other.close();
  await scenario.end();
});

const usersAtAws = () => [...scenario.account.users.keys()];

/** Lets post run, and expects that it removed all that main made, where main made it. */
async function expectRemoved(job: Job): Promise<void> {
  const [post] = await job.finish();
  expect([post?.exitCode, post?.stderr]).toEqual([0, '']);
  expect(post?.log.join('\n')).not.toContain('Warning');
  expect(usersAtAws()).toEqual(['admin']);
  expect(other.requests).toEqual([]);
  scenario.calls();
}

function writeConfig(job: Job, text: string): void {
  mkdirSync(join(job.home, '.aws'), { recursive: true });
  writeFileSync(join(job.home, '.aws/config'), text);
}

describe('a later step changes', () => {
  let proxy: ForwardProxy;
  beforeEach(async () => (proxy = await ForwardProxy.start()));
  afterEach(() => {
    proxy.close();
  });

  test.each<[what: string, changed: () => Record<string, string>]>([
    ['the region, which another action empties in its post step', () => ({ AWS_REGION: '', AWS_DEFAULT_REGION: '' })],
    ['FIPS', () => ({ AWS_USE_FIPS_ENDPOINT: 'true' })],
    ['the endpoints', () => ({ AWS_ENDPOINT_URL_STS: other.url, AWS_ENDPOINT_URL_IAM: other.url })],
    ['that endpoints are ignored', () => ({ AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' })],
    ['the proxy', () => ({ HTTPS_PROXY: 'http://127.0.0.1:9', HTTP_PROXY: 'http://127.0.0.1:9' })],
    ['the proxy, which it empties', () => ({ HTTPS_PROXY: '', HTTP_PROXY: '' })],
    ['what no proxy is for', () => ({ no_proxy: '*' })],
  ])('%s: post calls where main did', async (_, changed) => {
    const aws = scenario.sandbox.url.replace('127.0.0.1', 'aws.example');
    const env = { AWS_REGION: REGION, AWS_ENDPOINT_URL_STS: aws, AWS_ENDPOINT_URL_IAM: aws, HTTP_PROXY: proxy.url };
    const job = identityJob(scenario, { env });
    const main = await job.step({ with: { ...EPHEMERAL, ...KEY_INPUTS } });
    expect([main.exitCode, usersAtAws()]).toEqual([0, ['admin', 'tfc']]);
    Object.assign(job.env, changed());
    await expectRemoved(job);
  });
});

test('what takes the credentials of main for its own, and is not what main called, is refused: nothing is forgotten', async () => {
  const job = identityJob(scenario);
  const main = await job.step({ with: { ...ADMIN, ...EPHEMERAL } });
  expect(main.exitCode).toBe(0);
  scenario.calls();
  const root = 'arn:aws:iam::000000000000:root';
  answerWith(scenario.sandbox, 'GetCallerIdentity', `<Arn>${root}</Arn><Account>000000000000</Account>`);
  const [post] = await job.finish();
  expect(post?.log.join('\n')).toContain('Warning: In IAM, something may be left of: user tfc, access key');
  expect(post?.log.join('\n')).toContain(
    `Nothing was removed: here, the credentials of the main step belong to ${root}, and there they belonged to ` +
      'arn:aws:iam::123456789012:user/admin.',
  );
  expect(scenario.calls()).toEqual(['GetCallerIdentity']);
  scenario.sandbox.faults.clear();
  await expectRemoved(job);
});

describe('AWS itself is called by main, at its own names', () => {
  let proxy: ForwardProxy;
  let job: Job;
  beforeEach(async () => {
    const hosts = ['iam.amazonaws.com', `sts.${REGION}.amazonaws.com`];
    const { key, cert } = selfSigned(hosts);
    proxy = await ForwardProxy.start({ key, cert, to: () => scenario.sandbox.url });
    job = identityJob(scenario, {
      asProcess: true,
      env: { AWS_REGION: REGION, AWS_ENDPOINT_URL_STS: '', AWS_ENDPOINT_URL_IAM: '' },
    });
    job.env.AWS_CA_BUNDLE = join(job.folder, 'ca.pem');
    writeFileSync(job.env.AWS_CA_BUNDLE, cert);
  });
  afterEach(() => {
    proxy.close();
  });

  test.each<[what: string, change: (url: string) => void]>([
    [
      'the profile default',
      (url) => {
        writeConfig(job, `[default]\nendpoint_url = ${url}\n`);
      },
    ],
    [
      'a profile in a variable',
      (url) => {
        writeConfig(job, `[profile local]\nendpoint_url = ${url}\n`);
        job.env.AWS_PROFILE = 'local';
      },
    ],
    [
      'another file of profiles',
      (url) => {
        job.env.AWS_CONFIG_FILE = join(job.folder, 'config');
        writeFileSync(job.env.AWS_CONFIG_FILE, `[default]\nendpoint_url = ${url}\nuse_fips_endpoint = true\n`);
      },
    ],
    ['a variable', (url) => (job.env.AWS_ENDPOINT_URL = url)],
    ['the region, of another partition', () => (job.env.AWS_REGION = 'cn-north-1')],
    ['the authorities', () => (job.env.AWS_CA_BUNDLE = '/nowhere.pem')],
    [
      'FIPS and IPv6 in a profile',
      () => {
        writeConfig(job, '[default]\nuse_fips_endpoint = true\nuse_dualstack_endpoint = true\n');
      },
    ],
  ])('post calls it there, too, and not what a later step names in: %s', async (_, change) => {
    const main = await job.step({ with: { ...KEY_INPUTS, ...EPHEMERAL, 'http-proxy': proxy.url } });
    expect([main.exitCode, usersAtAws()]).toEqual([0, ['admin', 'tfc']]);
    change(other.url);
    await expectRemoved(job);
  });
});
