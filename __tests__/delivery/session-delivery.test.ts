import { readFileSync } from 'node:fs';
import { deliver } from '../../src/delivery/deliver';
import { keptDelivery, sessionDelivery, type Session } from '../../src/delivery/session-delivery';
import type { SessionDestinations, SessionRequest } from '../../src/inputs/request';
import { systemClock } from '../../src/network/clock';
import { Ledger } from '../../src/runner/ledger';
import type { Runner } from '../../src/runner/runner';
import type { Step } from '../../src/runner/step';
import { inJob, useJobDirectory } from '../runner/job-files';
import { EXAMPLE_KEYS } from '../scenarios/scenario';

const { accessKeyId, secretAccessKey } = EXAMPLE_KEYS;
const REGION = 'eu-central-1';
const identity = { arn: 'arn:aws:sts::123456789012:assumed-role/deploy/ci', account: '123456789012' };
const expiration = new Date('2030-01-01T00:00:00Z');
const credentials = { ...EXAMPLE_KEYS, sessionToken: 'AQoDYXdzEJrEXAMPLETOKEN', expiration };
const roleArns = { deploy: 'arn:aws:iam::123456789012:role/deploy' };
const session = { identity, credentials, roleArns };

useJobDirectory();

let reported: string[];
let step: Step;
beforeEach(() => {
  reported = [];
  const note =
    (what: string) =>
    (...words: string[]): void => {
      reported.push([what, ...words].join(' '));
    };
  const runner = {
    mask: (secret: string) => {
      reported.push(`mask ${secret}`);
    },
    exportVariable: note('export'),
    setOutput: note('output'),
    saveState: note('state'),
  } as unknown as Runner;
  step = { env: {}, runner, clock: systemClock, ledger: new Ledger({}, () => undefined) };
});

function settings(delivery: Omit<SessionDestinations, 'profile'> & Partial<SessionDestinations>): SessionRequest {
  return {
    mode: 'access-keys',
    delivery: { profile: undefined, ...delivery },
    connection: { region: REGION, proxy: {}, userAgent: 'test' },
    maskAccountId: false,
  } as SessionRequest;
}

const deliverSession = (obtained: Session, request: SessionRequest, { env }: Step) =>
  deliver(sessionDelivery(obtained, request, env), step);

const IDENTITY_OUTPUTS = [
  'output mode access-keys',
  'output aws-account-id 123456789012',
  `output authenticated-arn ${identity.arn}`,
  `output role-arns ${JSON.stringify(roleArns)}`,
  'output profiles []',
];
const MASKS = [accessKeyId, secretAccessKey, credentials.sessionToken].map((secret) => `mask ${secret}`);
const REGION_EXPORTS = [`export AWS_REGION ${REGION}`, `export AWS_DEFAULT_REGION ${REGION}`];

describe('credentials are masked first, then go', () => {
  test('nowhere', async () => {
    await deliverSession(session, settings({ environment: 'nothing', outputs: false }), step);
    expect(reported).toEqual([...MASKS, ...IDENTITY_OUTPUTS, 'output aws-expiration 2030-01-01T00:00:00.000Z']);
  });

  test('to the environment', async () => {
    await deliverSession(session, settings({ environment: 'credentials and region', outputs: false }), step);
    expect(reported.slice(MASKS.length + IDENTITY_OUTPUTS.length + 1)).toEqual([
      `export AWS_ACCESS_KEY_ID ${accessKeyId}`,
      `export AWS_SECRET_ACCESS_KEY ${secretAccessKey}`,
      `export AWS_SESSION_TOKEN ${credentials.sessionToken}`,
      ...REGION_EXPORTS,
    ]);
  });

  test('to outputs; the region alone to the environment', async () => {
    const keys = { ...session, credentials: EXAMPLE_KEYS };
    await deliverSession(keys, settings({ environment: 'region', outputs: true }), step);
    expect(reported).toEqual([
      ...MASKS.slice(0, 2),
      ...IDENTITY_OUTPUTS,
      `output aws-access-key-id ${accessKeyId}`,
      `output aws-secret-access-key ${secretAccessKey}`,
      ...REGION_EXPORTS,
    ]);
  });
});

describe('a profile', () => {
  const profile = {
    name: 'dev',
    overwrite: false,
    output: undefined,
    location: 'home',
    export: true,
    refresh: false,
  } as const;
  const delivery: SessionDestinations = { environment: 'credentials and region', outputs: false, profile };
  beforeEach(() => {
    const files = { AWS_SHARED_CREDENTIALS_FILE: inJob('credentials'), AWS_CONFIG_FILE: inJob('config') };
    step = { ...step, env: { RUNNER_TEMP: inJob(), ...files } };
  });
  const exported = () => reported.filter((line) => line.startsWith('export'));

  test('is written, reported, and named to later steps', async () => {
    await deliverSession(session, settings(delivery), step);
    expect(readFileSync(inJob('credentials'), 'utf8')).toContain(`[dev]\naws_access_key_id = ${accessKeyId}\n`);
    expect(readFileSync(inJob('config'), 'utf8')).toBe(`[profile dev]\nregion = ${REGION}\n\n`);
    expect(reported).toContain('output profiles ["dev"]');
    expect(exported().slice(-2)).toEqual(['export AWS_PROFILE dev', 'export AWS_DEFAULT_PROFILE dev']);
    expect(exported()).toContain(`export AWS_ACCESS_KEY_ID ${accessKeyId}`);
  });

  test('is not named where that is not asked for', async () => {
    await deliverSession(session, settings({ ...delivery, profile: { ...profile, export: false } }), step);
    expect(exported()).toHaveLength(5);
    expect(exported().join()).not.toContain('PROFILE');
  });

  test('that renews itself comes without keys in the environment, and empties those that are there', async () => {
    step.env.AWS_SECRET_ACCESS_KEY = 'earlier';
    await deliverSession(session, settings({ ...delivery, profile: { ...profile, refresh: true } }), step);
    expect(readFileSync(inJob('config'), 'utf8')).toMatch(/^credential_process = /m);
    expect(exported()).toEqual([
      'export AWS_SECRET_ACCESS_KEY ',
      ...REGION_EXPORTS,
      'export AWS_PROFILE dev',
      'export AWS_DEFAULT_PROFILE dev',
    ]);
  });
});

test('credentials that are kept are reported, and the region goes to the environment', async () => {
  await deliver(keptDelivery(identity, settings({ environment: 'region', outputs: false })), step);
  expect(reported).toEqual([
    ...IDENTITY_OUTPUTS.map((line) => line.replace(JSON.stringify(roleArns), '{}')),
    ...REGION_EXPORTS,
  ]);
  reported.length = 0;
  await deliver(keptDelivery(identity, settings({ environment: 'nothing', outputs: false })), step);
  expect(reported.filter((line) => line.startsWith('export'))).toEqual([]);
});
