import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { User } from '../../sandbox/accounts/account';
import type { MfaDevice } from '../../sandbox/accounts/mfa-device';
import { codeOf } from '../sandbox/mfa-code';
import { listBuckets } from '../sandbox/s3-client';
import { ACCOUNT, EXAMPLE_KEYS, KEY_INPUTS, REGION, ROLE, Scenario, expectFailed } from './scenario';

/** Devices of AWS show a code for 30 seconds; these for fewer, so that the next one need not be waited for long. */
const PERIOD = 4;

/** Lets nothing through without MFA but what is needed to prove it. */
const FORCE_MFA = {
  Version: '2012-10-17' as const,
  Statement: [
    {
      Effect: 'Deny' as const,
      NotAction: ['sts:GetSessionToken', 'iam:ListMFADevices', 'iam:GetUser'],
      Resource: '*',
      Condition: { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } },
    },
  ],
};
const allow = (...Action: string[]) => ({
  Version: '2012-10-17' as const,
  Statement: [{ Effect: 'Allow' as const, Action, Resource: '*' }],
});

let scenario: Scenario;
let user: User;
let device: MfaDevice;
beforeEach(async () => {
  scenario = await Scenario.start();
  user = scenario.account.createUser('mona', {
    policies: [allow('s3:ListAllMyBuckets', 'iam:ListMFADevices'), FORCE_MFA],
  });
  user.createAccessKey(EXAMPLE_KEYS);
  device = user.createMfaDevice('mona', { period: PERIOD });
});
afterEach(() => scenario.end());

const job = (env: Record<string, string> = {}) =>
  scenario.job({ env: { AWS_ENDPOINT_URL_IAM: scenario.sandbox.url, ...env } });
const inputs = () => ({
  'aws-region': REGION,
  ...KEY_INPUTS,
  'mfa-serial': device.serialNumber,
  'mfa-secret': device.uri,
});
const sorted = () => scenario.calls().sort();
const SESSION_CALLS = ['GetCallerIdentity', 'GetSessionToken'];

test('masks the account of a device that it looks up before the device is shown', async () => {
  const main = await job().step({ with: { ...inputs(), 'mfa-serial': '', 'mask-aws-account-id': 'true' } });
  expect(main.log).toContain('MFA device: arn:aws:iam::***:mfa/mona');
  expect(sorted()).toEqual(['GetCallerIdentity', 'GetSessionToken', 'ListMFADevices']);
});

test('runbook 3: refused before MFA, a session by the seed, allowed after', async () => {
  expect((await listBuckets(scenario.sandbox.url, EXAMPLE_KEYS)).status).toBe(403);
  expect(scenario.calls()).toEqual(['ListBuckets AccessDenied']);

  const workflow = job();
  const main = await workflow.step({
    with: {
      ...inputs(),
      'mfa-serial': '',
      'role-duration-seconds': '900',
      'aws-profile': 'mfa',
      'profile-output': 'json',
      'output-env-credentials': 'true',
    },
  });

  expect(main).toMatchObject({ exitCode: 0, stderr: '' });
  expect(sorted()).toEqual(['GetCallerIdentity', 'GetSessionToken', 'ListMFADevices']);
  expect(main.outputs).toMatchObject({
    mode: 'session-token',
    'aws-account-id': ACCOUNT,
    'authenticated-arn': `arn:aws:iam::${ACCOUNT}:user/mona`,
    profiles: '["mfa"]',
  });
  expect(main.exported).toMatchObject({ AWS_PROFILE: 'mfa', AWS_DEFAULT_PROFILE: 'mfa', AWS_REGION: REGION });
  const lifetime = Date.parse(main.outputs['aws-expiration'] ?? '') - Date.now();
  expect(Math.abs(lifetime - 900_000)).toBeLessThan(20_000);
  const end = main.outputs['aws-expiration']?.slice(0, 16).replace('T', ' ');
  expect(main.summary).toContain(`| Expires | ${end} UTC, after 15 min |`);
  const config = readFileSync(join(workflow.home, '.aws/config'), 'utf8');
  expect(config).toContain(`[profile mfa]\nregion = ${REGION}\noutput = json\n`);

  const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '', AWS_SESSION_TOKEN = '' } = main.exported;
  const session = {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    sessionToken: AWS_SESSION_TOKEN,
  };
  expect((await listBuckets(scenario.sandbox.url, session)).status).toBe(200);
  expect(scenario.calls()).toEqual(['ListBuckets']);

  await workflow.finish();
  expect(workflow.env).toMatchObject({ AWS_PROFILE: 'default', AWS_ACCESS_KEY_ID: '' });
});

test('seed and code are masked, and kept nowhere', async () => {
  const main = await job().step({ with: inputs() });
  expect(sorted()).toEqual(SESSION_CALLS);
  const code = scenario.sandbox.requests.find(({ action }) => action === 'GetSessionToken')?.params.TokenCode;
  const masks = main.lines.flatMap(({ command }) => (command?.name === 'add-mask' ? [command.value] : []));
  expect(masks).toEqual(expect.arrayContaining([code, device.uri]));
  const printed = main.lines.filter(({ command }) => command?.name !== 'add-mask').map(({ raw }) => raw);
  expect(
    [...printed, main.summary, JSON.stringify([main.state, main.outputs, main.exported])].join('\n'),
  ).not.toContain(device.seed);
});

test.each([
  ['in lower case, in groups', (seed: string) => seed.toLowerCase().replace(/(.{4})/g, '$1 ')],
  ['with padding', (seed: string) => `${seed}==`],
])('a seed in base32 %s', async (_, written) => {
  const usual = user.createMfaDevice('usual', {});
  const main = await job().step({
    with: { ...inputs(), 'mfa-serial': usual.serialNumber, 'mfa-secret': written(usual.seed) },
  });
  expect(main.exitCode).toBe(0);
  expect(sorted()).toEqual(SESSION_CALLS);
});

test('a typed code, for as long as AWS’s own default', async () => {
  // As long as a busy machine may take to send it.
  const slow = user.createMfaDevice('slow', { period: 300 });
  const typed = { 'mfa-serial': slow.serialNumber, 'mfa-code': codeOf(slow, scenario.sandbox.clock.now()) };
  const main = await job().step({ with: { ...inputs(), 'mfa-secret': '', ...typed } });
  expect(main.exitCode).toBe(0);
  expect(scenario.sandbox.requests.find(({ action }) => action === 'GetSessionToken')?.params).not.toHaveProperty(
    'DurationSeconds',
  );
  expect(sorted()).toEqual(SESSION_CALLS);
});

test('two jobs that share a device in the same window both end well', async () => {
  const mains = await Promise.all([job(), job()].map((each) => each.step({ with: inputs() })));
  expect(mains.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
  const calls = sorted();
  expect(calls.filter((call) => call === 'GetSessionToken')).toHaveLength(2);
  expect(calls.filter((call) => call === 'GetSessionToken AccessDenied').length).toBeLessThanOrEqual(1);
});

test('a code that was used already waits for the next window, and tries once more', async () => {
  const accept = device.accept.bind(device);
  // Another job uses the code just before this one, however late that is.
  jest.spyOn(device, 'accept').mockImplementationOnce((code, now) => accept(code, now) && accept(code, now));
  const main = await job().step({ with: inputs() });
  expect(main.exitCode).toBe(0);
  expect(main.log.join('\n')).toMatch(/AWS refused the MFA code.*Trying the next one in \d s/);
  expect(sorted()).toEqual(['GetCallerIdentity', 'GetSessionToken', 'GetSessionToken AccessDenied']);
});

test('the seed of another device fails after the second code', async () => {
  const other = user.createMfaDevice('other', { period: PERIOD });
  const main = await job().step({ with: { ...inputs(), 'mfa-secret': other.uri } });
  expectFailed(main, 'mfa-code-refused');
  expect(sorted()).toEqual(['GetCallerIdentity', 'GetSessionToken AccessDenied', 'GetSessionToken AccessDenied']);
});

test('a typed code that is refused is not tried again', async () => {
  const main = await job().step({ with: { ...inputs(), 'mfa-secret': '', 'mfa-code': '000000' } });
  expectFailed(main, 'mfa-code-refused');
  expect(sorted()).toEqual(['GetCallerIdentity', 'GetSessionToken AccessDenied']);
});

test('a clock that is off is reported, with how far, and is not waited for', async () => {
  scenario.sandbox.clock.advance(3 * 60_000);
  const main = await job().step({ with: inputs() });
  expectFailed(main, 'clock-skew');
  expect(main.log.join('\n')).toContain('3 minutes behind');
  expect(sorted()).toEqual(['GetCallerIdentity', 'GetSessionToken AccessDenied']);
});

test('a device that is not the user’s', async () => {
  const main = await job().step({ with: { ...inputs(), 'mfa-serial': `arn:aws:iam::${ACCOUNT}:mfa/someone` } });
  expectFailed(main, 'mfa-device-unknown');
  expect(sorted()).toEqual(['GetCallerIdentity', 'GetSessionToken AccessDenied']);
});

describe('without mfa-serial the device is looked up', () => {
  const lookUp = () => job().step({ with: { ...inputs(), 'mfa-serial': '' } });

  test('none', async () => {
    user.mfaDevices.clear();
    const main = await lookUp();
    expect(main.exitCode).toBe(1);
    expect(main.log.join('\n')).toMatch(/The user has none[^]*#mfa-lookup-failed/);
    expect(sorted()).toEqual(['GetCallerIdentity', 'ListMFADevices']);
  });

  test('several: they are named', async () => {
    const second = user.createMfaDevice('second', {});
    const main = await lookUp();
    expect(main.log.join('\n')).toContain(device.serialNumber);
    expect(main.log.join('\n')).toContain(second.serialNumber);
    expectFailed(main, 'mfa-lookup-failed');
    expect(sorted()).toEqual(['GetCallerIdentity', 'ListMFADevices']);
  });

  test('not allowed', async () => {
    user.policies = [];
    const main = await lookUp();
    expect(main.log.join('\n')).toMatch(/iam:ListMFADevices[^]*Or set mfa-serial[^]*#mfa-lookup-failed/);
    expect(sorted()).toEqual(['GetCallerIdentity', 'ListMFADevices AccessDenied']);
  });
});

test('without MFA the session comes with a notice of what it cannot do', async () => {
  const main = await job().step({ with: { 'aws-region': REGION, ...KEY_INPUTS, mode: 'session-token' } });
  expect(main.exitCode).toBe(0);
  expect(main.log.join('\n')).toMatch(/Notice: This session is without MFA: it cannot call IAM/);
  expect(sorted()).toEqual(SESSION_CALLS);
});

describe('temporary credentials as the source are refused before the call', () => {
  test.each([
    ['session-token', { mode: 'session-token' }],
    ['federation-token', { 'federated-user-name': 'report' }],
    ['MFA at AssumeRole', { 'role-to-assume': ROLE, 'mfa-code': '123456' }],
  ])('%s', async (_, mode) => {
    const main = await job().step({
      with: { 'aws-region': REGION, ...KEY_INPUTS, 'aws-session-token': 'EXAMPLE-token', ...mode },
    });
    expect(main.exitCode).toBe(1);
    expectFailed(main, 'temporary-source');
    expect(scenario.calls()).toEqual([]);
  });
});

describe('MFA at AssumeRole itself', () => {
  beforeEach(() => {
    scenario.account.createRole('deploy', {
      maxSessionDuration: 43_200,
      trust: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: ['sts:AssumeRole', 'sts:TagSession'],
            Principal: { AWS: user.arn },
            Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
          },
        ],
      },
    });
  });

  test('leaves the role’s full duration', async () => {
    const main = await job().step({ with: { ...inputs(), 'role-to-assume': ROLE, 'role-duration-seconds': '43200' } });
    expect(main.exitCode).toBe(0);
    expect(scenario.sandbox.requests[0]?.params).toMatchObject({
      SerialNumber: device.serialNumber,
      TokenCode: expect.stringMatching(/^\d{6}$/) as string,
      DurationSeconds: '43200',
    });
    expect(scenario.calls()).toEqual(['AssumeRole']);
  });

  test('is named in the error when it is missing', async () => {
    const main = await job().step({ with: { 'aws-region': REGION, ...KEY_INPUTS, 'role-to-assume': ROLE } });
    expect(main.log.join('\n')).toMatch(/aws:MultiFactorAuthPresent[^]*mfa-secret[^]*#role-refused/);
    expect(scenario.calls()).toEqual(['AssumeRole AccessDenied']);
  });

  test('is proved by keys also where the job may use OIDC', async () => {
    const main = await job({ ...scenario.sandbox.github.environment({}) }).step({
      with: {
        'aws-region': REGION,
        'role-to-assume': ROLE,
        'mfa-serial': device.serialNumber,
        'mfa-secret': device.uri,
      },
      env: { AWS_ACCESS_KEY_ID: EXAMPLE_KEYS.accessKeyId, AWS_SECRET_ACCESS_KEY: EXAMPLE_KEYS.secretAccessKey },
    });
    expect(main.exitCode).toBe(0);
    expect(scenario.calls()).toEqual(['AssumeRole']);
  });
});

describe('wrong MFA inputs never reach AWS', () => {
  test.each([
    [{ 'mfa-code': '12345' }, 'mfa-code: is not a code of 6 digits'],
    [{ 'mfa-secret': 'not base32!' }, 'mfa-secret: is not a seed in base32'],
    [{ 'mfa-secret': 'otpauth://hotp/x?secret=JBSWY3DPEHPK3PXP' }, 'another type than totp'],
    [{ 'mfa-secret': 'otpauth://totp/x?secret=JBSWY3DPEHPK3PXP&digits=8' }, 'another length than 6'],
    [{ 'mfa-serial': 'arn:aws:iam::123456789012:mfa/x' }, 'mfa-secret: is missing'],
    [{ 'mfa-code': '123456', 'mfa-secret': 'JBSWY3DPEHPK3PXP' }, 'it should be one of them'],
    [{ 'mfa-serial': 'x y', 'mfa-code': '123456' }, 'mfa-serial: "x y" is not'],
    [{ 'mfa-code': '123456', mode: 'access-keys' }, 'is for assume-role, session-token, verify, '],
    [
      { 'mfa-code': '123456', 'role-duration-seconds': '130000', 'sts-endpoint': 'http://sts.amazonaws.com' },
      'from 900 to 129600',
    ],
    [{ 'profile-output': 'xml', 'aws-profile': 'a' }, 'profile-output: "xml" is none of'],
  ])('%j', async (extra, message) => {
    const main = await job().step({
      with: { 'aws-region': REGION, ...KEY_INPUTS, ...(extra as Record<string, string>) },
    });
    expect(main.exitCode).toBe(1);
    expect(main.log.join('\n')).toContain(message);
    expect(main.log.join('\n')).not.toMatch(/JBSWY3DP|12345\b/);
    expect(scenario.calls()).toEqual([]);
  });
});
