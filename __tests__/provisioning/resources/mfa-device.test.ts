import { isObstacle } from '../../../src/provisioning/changes/change';
import { ephemeralTags } from '../../../src/provisioning/ephemeral';
import { NO_SEEDS } from '../../../src/provisioning/resources/device-seeds';
import { planMfaDevice, readDevice, type ExistingDevice } from '../../../src/provisioning/resources/mfa-device';
import { thisRun, writeRun } from '../../../src/provisioning/run';
import { useCleanEnvironment } from '../../aws/environment';
import { openTestAccount, type TestAccount } from '../account';
import {
  arn,
  declaredUser,
  NOBODYS,
  obstacleIn,
  OURS,
  plannedChange,
  REPOSITORY,
  RULES,
  secretNamed,
  THEIRS,
} from '../declared';

useCleanEnvironment();

const USER = declaredUser();
const DEVICE = { name: 'phone', path: '/machine/', deliver: [secretNamed('SEED')] };
const FOR_PULUMI = '+ for pulumi, its seed for: SEED of octo/app';
const serial = arn('mfa/machine/phone');
const kind = 'MFA device';
const NOW = Date.parse('2026-08-01T12:00:00Z');
const MAKING = 'aws-identity-action:making';
const RUN = thisRun(REPOSITORY, { GITHUB_RUN_ID: '6', GITHUB_RUN_ATTEMPT: '1' });

const existing = (more: Partial<ExistingDevice> = {}): ExistingDevice => ({
  enabledAt: undefined,
  tags: undefined,
  seeds: NO_SEEDS,
  written: [],
  undeclared: [],
  beingMade: undefined,
  isRecorded: true,
  ...more,
});
const plan = (found: Partial<ExistingDevice>, rules = RULES) => planMfaDevice(USER, DEVICE, existing(found), rules);
const PLANNED = { user: USER, serial, tags: OURS, replaces: undefined, overwrites: [], warnings: [] };
const since = (ms: number) => ({ ...OURS, [MAKING]: `run=${writeRun(RUN)} at=${new Date(NOW - ms).toISOString()}` });

test('for a user without it it is made', () => {
  expect(plan({})).toEqual({
    ...PLANNED,
    change: plannedChange({ action: 'create', kind, name: serial, details: [FOR_PULUMI] }),
  });
});

test('whose seed is for a secret that is there, it is made, and the plan says what is overwritten', () => {
  const written = [
    { secret: secretNamed('SEED'), at: NOW },
    { secret: secretNamed('OTHER'), at: undefined },
  ];
  expect(plan({ written })).toMatchObject({
    overwrites: [secretNamed('SEED')],
    change: {
      details: [
        FOR_PULUMI,
        'its seed overwrites what is in SEED of octo/app, written at 2026-08-01 12:00 UTC',
        'whether its seed overwrites something in OTHER of octo/app, GitHub does not say',
      ],
    },
  });
});

test('for a run alone it is made with the mark of the run', () => {
  const ephemeral = { run: RUN, until: NOW };
  expect(plan({}, { ...RULES, ephemeral })).toMatchObject({ tags: { ...OURS, ...ephemeralTags(ephemeral) } });
});

test('one that the user has is kept', () => {
  expect(plan({ enabledAt: new Date(NOW) })).toEqual({
    ...PLANNED,
    change: plannedChange({ action: 'keep', kind, name: serial, details: ['of pulumi, enabled'] }),
  });
});

test('one that the user has whose seed is not there any more is kept, and both the plan and a warning say so', () => {
  const planned = plan({ enabledAt: new Date(NOW), seeds: { ...NO_SEEDS, missing: [secretNamed('SEED')] } });
  expect(planned).toMatchObject({
    change: { action: 'keep', details: ['of pulumi, enabled', expect.stringContaining('SEED of octo/app')] },
    warnings: [
      expect.stringContaining(`aws iam deactivate-mfa-device --user-name pulumi --serial-number ${serial}`) as string,
    ],
  });
});

test('one that a run left that died is replaced, as nobody has its seed', () => {
  expect(plan({ tags: since(600_000) })).toEqual({
    ...PLANNED,
    change: plannedChange({
      action: 'create',
      kind,
      name: serial,
      details: [FOR_PULUMI, 'replaces one that is not enabled'],
    }),
    replaces: { making: since(600_000)[MAKING] },
  });
});

describe('one that is not enabled', () => {
  let opened: TestAccount;
  beforeEach(async () => {
    opened = await openTestAccount();
  });
  afterEach(() => opened.sandbox.close());

  const read = async (ms: number, overForMs?: number) => {
    const { account, access, sandbox } = opened;
    const at = new Date(sandbox.clock.now().getTime() - ms).toISOString();
    account.createMfaDevice('machine/phone').tags = { ...OURS, [MAKING]: `run=${writeRun(RUN)} at=${at}` };
    const runs = { overForMs: () => Promise.resolve(overForMs) };
    const found = await readDevice(DEVICE, undefined, { ...access, runs });
    return { at, planned: planMfaDevice(USER, DEVICE, found, RULES) };
  };

  test('is in the way while another run may be about to enable it', async () => {
    const { at, planned } = await read(590_000);
    const obstacle = obstacleIn(planned);
    expect(obstacle?.code).toBe('another-run');
    expect(obstacle?.text).toContain(`is being made by run 6 of octo/app, since ${at}`);
    expect(obstacle?.text).toContain(`after ${new Date(Date.parse(at) + 600_000).toISOString()}`);
  });

  test.each<[when: string, ms: number, overForMs: number | undefined]>([
    ['ten minutes after it was made', 601_000, undefined],
    ['when GitHub says that its run is over, and what that sent last has arrived', 200_000, 150_000],
  ])('is replaced %s', async (_, ms, overForMs) => {
    expect(isObstacle((await read(ms, overForMs)).planned)).toBe(false);
  });

  test('is in the way while what its run sent last may still arrive', async () => {
    expect(isObstacle((await read(200_000, 149_000)).planned)).toBe(true);
  });
});

describe('one that is there for another run alone', () => {
  const tags = { ...OURS, ...ephemeralTags({ run: RUN, until: NOW + 1000 }) };
  const [isOver, enabledAt] = [() => true, new Date(NOW)];

  test.each([
    ['being made', { tags }],
    ['enabled', { tags, enabledAt }],
  ])('is in the way while that is not over, %s', (_, found) => {
    expect(obstacleIn(plan(found))?.code).toBe('ephemeral-of-another-run');
    expect(isObstacle(plan(found, { ...RULES, isOver }))).toBe(false);
  });

  test('is this one’s when that is over, where this one is for itself alone', () => {
    const ephemeral = { run: thisRun(REPOSITORY, {}), until: NOW };
    expect(plan({ tags, enabledAt }, { ...RULES, isOver, ephemeral })).toMatchObject({
      change: {
        action: 'change',
        stages: [[{ operation: 'TagMFADevice', input: { SerialNumber: serial } }]],
        creates: { kind, serial },
      },
    });
  });

  test.each([
    ['and its user is recorded as one that has had a device', false, ['UntagMFADevice', 'TagUser']],
    ['also where its user is recorded already', true, ['UntagMFADevice']],
  ])('is there to last when that is over, %s', (_, isRecorded, calls) => {
    const planned = plan({ tags, enabledAt, isRecorded }, { ...RULES, isOver });
    const { change } = isObstacle(planned) ? {} : planned;
    expect(change?.stages.flat().map(({ operation }) => operation)).toEqual(calls);
    expect(change).toMatchObject({ action: 'change', creates: undefined });
    expect(change?.details.join()).toContain('now to last');
  });
});

test.each([
  ['another repository’s', THEIRS],
  ['nobody’s', NOBODYS],
])('one that is %s is in the way, also where things are taken over', (_, tags) => {
  for (const adoptExisting of [false, true]) {
    const obstacle = obstacleIn(plan({ tags }, { ...RULES, adoptExisting }));
    expect(obstacle?.code).toBe('not-ours');
    expect(obstacle?.text).toContain(serial);
    // To take it over would not help.
    expect(obstacle?.text).toMatch(/choose another name, or remove that device$/);
    expect(obstacle?.text).not.toContain('adopt-existing');
  }
});
