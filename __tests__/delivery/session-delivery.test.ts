import { readFileSync } from 'node:fs';
import type { Step } from '../../src/runner/step';
import type { SessionDestinations, SessionRequest, VerifyRequest } from '../../src/inputs/request';
import { systemClock } from '../../src/network/clock';
import { Ledger } from '../../src/runner/ledger';
import { deliver } from '../../src/delivery/deliver';
import { summarizeFailure, writeReport, type Report } from '../../src/delivery/report';
import { keptDelivery, sessionDelivery, type Session } from '../../src/delivery/session-delivery';
import { keptReport, sessionReport } from '../../src/delivery/session-report';
import { rolesReport } from '../../src/modes/many-roles';
import { verifiedReport } from '../../src/modes/verify/verify';
import type { Runner } from '../../src/runner/runner';
import { ActionError } from '../../src/errors/action-error';
import type { RoleArn } from '../../src/aws/arn';
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

let told: string[];
let step: Step;
beforeEach(() => {
  told = [];
  const note =
    (what: string) =>
    (...words: string[]): void => {
      told.push([what, ...words].join(' '));
    };
  const runner = {
    mask: (secret: string) => {
      told.push(`mask ${secret}`);
    },
    exportVariable: note('export'),
    setOutput: note('output'),
    saveState: note('state'),
    info: note('info'),
    warning: note('warning'),
    summarize: (markdown: string) => {
      told.push(`summary ${markdown}`);
      return Promise.resolve();
    },
  } as unknown as Runner;
  step = { env: {}, runner, clock: systemClock, ledger: new Ledger({}, () => undefined) };
});

function settings(delivery: Omit<SessionDestinations, 'profile'> & Partial<SessionDestinations>): SessionRequest {
  return {
    mode: 'access-keys',
    delivery: { profile: undefined, ...delivery },
    connection: { region: REGION, proxy: {}, userAgent: 'test' },
    refreshCredentials: false,
    maskAccountId: false,
  } as SessionRequest;
}

const publish = (obtained: Session, request: SessionRequest, { env }: Step) =>
  deliver(sessionDelivery(obtained, request, env), step);
const write = (report: Report, hidden = false) => writeReport(report, hidden, step);

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
    await publish(session, settings({ environment: 'nothing', outputs: false }), step);
    expect(told).toEqual([...MASKS, ...IDENTITY_OUTPUTS, 'output aws-expiration 2030-01-01T00:00:00.000Z']);
  });

  test('to the environment', async () => {
    await publish(session, settings({ environment: 'credentials and region', outputs: false }), step);
    expect(told.slice(MASKS.length + IDENTITY_OUTPUTS.length + 1)).toEqual([
      `export AWS_ACCESS_KEY_ID ${accessKeyId}`,
      `export AWS_SECRET_ACCESS_KEY ${secretAccessKey}`,
      `export AWS_SESSION_TOKEN ${credentials.sessionToken}`,
      ...REGION_EXPORTS,
    ]);
  });

  test('to outputs; the region alone to the environment', async () => {
    const keys = { ...session, credentials: EXAMPLE_KEYS };
    await publish(keys, settings({ environment: 'region', outputs: true }), step);
    expect(told).toEqual([
      ...MASKS.slice(0, 2),
      ...IDENTITY_OUTPUTS,
      `output aws-access-key-id ${accessKeyId}`,
      `output aws-secret-access-key ${secretAccessKey}`,
      ...REGION_EXPORTS,
    ]);
  });
});

describe('a profile', () => {
  const profile = { name: 'dev', overwrite: false, output: undefined, location: 'home', export: true } as const;
  const delivery: SessionDestinations = { environment: 'credentials and region', outputs: false, profile };
  beforeEach(() => {
    const files = { AWS_SHARED_CREDENTIALS_FILE: inJob('credentials'), AWS_CONFIG_FILE: inJob('config') };
    step = { ...step, env: { RUNNER_TEMP: inJob(), ...files } };
  });
  const exported = () => told.filter((line) => line.startsWith('export'));

  test('is written, told, and named to later steps', async () => {
    await publish(session, settings(delivery), step);
    expect(readFileSync(inJob('credentials'), 'utf8')).toContain(`[dev]\naws_access_key_id = ${accessKeyId}\n`);
    expect(readFileSync(inJob('config'), 'utf8')).toBe(`[profile dev]\nregion = ${REGION}\n\n`);
    expect(told).toContain('output profiles ["dev"]');
    expect(exported().slice(-2)).toEqual(['export AWS_PROFILE dev', 'export AWS_DEFAULT_PROFILE dev']);
    expect(exported()).toContain(`export AWS_ACCESS_KEY_ID ${accessKeyId}`);
  });

  test('is not named where that is not asked for', async () => {
    await publish(session, settings({ ...delivery, profile: { ...profile, export: false } }), step);
    expect(exported()).toHaveLength(5);
    expect(exported().join()).not.toContain('PROFILE');
  });

  test('that renews itself comes without keys in the environment, and empties those that are there', async () => {
    step.env.AWS_SECRET_ACCESS_KEY = 'earlier';
    await publish(session, { ...settings(delivery), refreshCredentials: true }, step);
    expect(readFileSync(inJob('config'), 'utf8')).toMatch(/^credential_process = "/m);
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
  expect(told).toEqual([
    ...IDENTITY_OUTPUTS.map((line) => line.replace(JSON.stringify(roleArns), '{}')),
    ...REGION_EXPORTS,
  ]);
  told.length = 0;
  await deliver(keptDelivery(identity, settings({ environment: 'nothing', outputs: false })), step);
  expect(told.filter((line) => line.startsWith('export'))).toEqual([]);
});

describe('the summary', () => {
  const row = (name: string) =>
    told
      .join('\n')
      .split('\n')
      .find((line) => line.startsWith(`| ${name} |`));

  test.each<[Parameters<typeof settings>[0], string]>([
    [{ environment: 'credentials and region', outputs: false }, 'handed to: environment of later steps'],
    [{ environment: 'nothing', outputs: true }, 'handed to: outputs'],
    [
      {
        environment: 'nothing',
        outputs: true,
        profile: { name: 'dev', overwrite: false, output: undefined, location: 'home', export: false },
      },
      'handed to: outputs, profile dev',
    ],
    [{ environment: 'region', outputs: false }, 'verified, and not handed on'],
  ])('tells where credentials went: %j', async (delivery, words) => {
    await write(sessionReport(session, settings(delivery)));
    expect(told).toContain(`info Credentials: ${words}`);
    expect(row('Credentials')).toBe(`| Credentials | ${words} |`);
    expect(row('Expires')).toBe('| Expires | 2030-01-01T00:00:00.000Z |');
    expect(row('Identity')).toBe(`| Identity | \`${identity.arn}\` |`);
  });

  test('is a table, and the log says the same', async () => {
    await write(sessionReport(session, settings({ environment: 'nothing', outputs: true })));
    expect(told).toEqual([
      `info Identity: ${identity.arn}`,
      'info Expires: 2030-01-01T00:00:00.000Z',
      'info Credentials: handed to: outputs',
      [
        'summary ### AWS identity',
        '',
        '| | |',
        '|---|---|',
        `| Identity | \`${identity.arn}\` |`,
        '| Account | 123456789012 |',
        `| Region | ${REGION} |`,
        '| Expires | 2030-01-01T00:00:00.000Z |',
        '| Credentials | handed to: outputs |',
        '',
      ].join('\n'),
    ]);
  });

  test('tells of keys that do not expire, and of those of which it is not known', async () => {
    const nowhere = settings({ environment: 'region', outputs: false });
    await write(sessionReport({ ...session, credentials: EXAMPLE_KEYS }, nowhere));
    expect(row('Expires')).toBe('| Expires | never: they are access keys of a user |');
    told.length = 0;
    const unknown = { ...EXAMPLE_KEYS, sessionToken: credentials.sessionToken };
    await write(sessionReport({ ...session, credentials: unknown }, nowhere));
    expect(row('Expires')).toBe('| Expires | not known |');
    told.length = 0;
    await write(keptReport(identity, nowhere));
    expect(row('Credentials')).toBe('| Credentials | kept: valid ones were in the job already |');
  });

  test('tells that a session is renewed, and is then not in the environment', async () => {
    const delivery: SessionDestinations = {
      environment: 'credentials and region',
      outputs: false,
      profile: { name: 'dev', overwrite: false, output: undefined, location: 'home', export: true },
    };
    const renewed = { ...settings(delivery), refreshCredentials: true };
    await write(sessionReport(session, renewed));
    expect(row('Expires')).toBe('| Expires | 2030-01-01T00:00:00.000Z; renewed for as long as the job runs |');
    expect(row('Credentials')).toBe('| Credentials | handed to: profile dev |');
  });

  test('of a verification tells what was expected, and hands nothing on', async () => {
    const expectations = [
      { expected: 'allowed', action: 's3:GetObject', resource: 'arn:aws:s3:::a|b/*' },
      { expected: 'allowed', action: 's3:ListAllMyBuckets', resource: undefined },
      { expected: 'denied', action: 'iam:CreateUser', resource: undefined },
    ];
    const { connection } = settings({ environment: 'nothing', outputs: false });
    const verify = { mode: 'verify', connection, expectations } as unknown as VerifyRequest;
    await write(verifiedReport(identity, verify));
    expect(row('Credentials')).toBe('| Credentials | verified, and not handed on |');
    expect(row('Expected, and allowed')).toBe(
      '| Expected, and allowed | `s3:GetObject on arn:aws:s3:::a\\|b/*`<br>`s3:ListAllMyBuckets` |',
    );
    expect(row('Expected, and denied')).toBe('| Expected, and denied | `iam:CreateUser` |');
    told.length = 0;
    await write(verifiedReport(identity, { ...verify, expectations: verify.expectations.slice(2) }));
    expect(row('Expected, and allowed')).toBeUndefined();
  });

  describe('of many roles', () => {
    const role = { arn: roleArns.deploy } as RoleArn;
    const error = new ActionError({ code: 'role-refused', tried: 'assume it', fix: 'Let it be.' });
    const results = [
      { profile: 'dev', assumed: { role, session: { identity, credentials } } },
      { profile: 'test', role: 'arn:aws:iam::111122223333:role/deploy', error },
    ];
    const request = { refreshCredentials: false };
    const lines = [
      'summary ### AWS identities',
      '',
      '| Profile | Role | Account | Expires |',
      '|---|---|---|---|',
      '| `dev` | `arn:aws:iam::123456789012:role/deploy` | 123456789012 | 2030-01-01T00:00:00.000Z |',
      '| `test` | `arn:aws:iam::111122223333:role/deploy` | | failed: role-refused |',
      '',
    ];

    test('tells of each', async () => {
      await write(rolesReport(results, request));
      expect(told).toEqual([lines.join('\n')]);
    });

    test('hides accounts where it is asked to', async () => {
      await write(rolesReport(results, request), true);
      expect(told).toEqual([lines.join('\n').replaceAll(/\d{12}/g, '***')]);
    });
  });

  test('hides accounts where it is asked to', async () => {
    await write(sessionReport(session, settings({ environment: 'region', outputs: false })), true);
    expect(row('Account')).toBe('| Account | *** |');
    expect(row('Identity')).toBe('| Identity | `arn:aws:sts::***:assumed-role/deploy/ci` |');
  });

  test('of a failure is its words, whatever they are', async () => {
    await summarizeFailure('Answer: a\n```\n# b\n````', step);
    expect(told).toEqual(['summary ### AWS identity: failed\n\n`````text\nAnswer: a\n```\n# b\n````\n`````\n']);
  });

  test('of a failure holds its words, and warns where it cannot be written', async () => {
    await summarizeFailure('Could not.', step);
    expect(told).toEqual(['summary ### AWS identity: failed\n\n```text\nCould not.\n```\n']);
    const full = { ...step.runner, summarize: () => Promise.reject(new Error('ENOSPC')) };
    await summarizeFailure('Could not.', { ...step, runner: full });
    expect(told.at(-1)).toBe('warning The job summary could not be written: ENOSPC');
  });
});
