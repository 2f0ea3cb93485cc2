import { isObstacle } from '../../../src/provisioning/changes/change';
import { ephemeralTags } from '../../../src/provisioning/ephemeral';
import { planMfaDevice, type ExistingDevice } from '../../../src/provisioning/resources/mfa-device';
import { thisRun, writeRun } from '../../../src/provisioning/run';
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

const USER = declaredUser();
const DEVICE = { name: 'phone', path: '/machine/', deliver: [] };
const serial = arn('mfa/machine/phone');
const kind = 'MFA device';
const NOW = Date.parse('2026-08-01T12:00:00Z');
const MAKING = 'aws-identity-action:making';
const RUN = thisRun(REPOSITORY, { GITHUB_RUN_ID: '6', GITHUB_RUN_ATTEMPT: '1' });

const existing = (more: Partial<ExistingDevice> = {}): ExistingDevice => ({
  enabledAt: undefined,
  tags: undefined,
  missing: [],
  at: NOW,
  ...more,
});
const plan = (found: Partial<ExistingDevice>, rules = RULES) => planMfaDevice(USER, DEVICE, existing(found), rules);
const PLANNED = { user: USER, serial, tags: OURS, replaces: undefined, warning: undefined };
const since = (ms: number) => ({ ...OURS, [MAKING]: `run=${writeRun(RUN)} at=${new Date(NOW - ms).toISOString()}` });

test('for a user without it it is made', () => {
  expect(plan({})).toEqual({
    ...PLANNED,
    change: plannedChange({ action: 'create', kind, name: serial, details: ['for pulumi'] }),
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
  const planned = plan({ enabledAt: new Date(NOW), missing: [secretNamed('SEED')] });
  expect(planned).toMatchObject({
    change: { action: 'keep', details: ['of pulumi, enabled', expect.stringContaining('SEED of octo/app')] },
    warning: expect.stringContaining(
      `aws iam deactivate-mfa-device --user-name pulumi --serial-number ${serial}`,
    ) as string,
  });
});

test.each([
  ['before there was a record of it', OURS],
  ['ten minutes ago', since(600_000)],
])('one that a run left that died %s is replaced, as nobody has its seed', (_, tags) => {
  expect(plan({ tags })).toEqual({
    ...PLANNED,
    change: plannedChange({
      action: 'create',
      kind,
      name: serial,
      details: ['for pulumi', 'replaces one that was never enabled'],
    }),
    replaces: { making: tags[MAKING as keyof typeof tags] },
  });
});

test('one that another run may be about to enable is in the way', () => {
  const obstacle = obstacleIn(plan({ tags: since(599_000) }));
  expect(obstacle?.code).toBe('another-run');
  expect(obstacle?.text).toContain('is being made by run 6 of octo/app since 2026-08-01T11:50:01.000Z');
  expect(obstacle?.text).toContain('after 2026-08-01T12:00:01.000Z');
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
