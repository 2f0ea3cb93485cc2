import type { DeclaredAccessKey } from '../../../src/identities/declaration';
import type { KeyHolder } from '../../../src/provisioning/access-keys/key-holder';
import { writeKeyRecord } from '../../../src/provisioning/access-keys/key-record';
import { planKey, planKeyRotation, type KeyPlan, type Rotation } from '../../../src/provisioning/access-keys/plan-key';
import type { Change, Planned, PlannedCall } from '../../../src/provisioning/changes/change';
import { changeIn, declaredUser, existingKey, obstacleIn, OURS, plannedChange, TO_GITHUB } from '../declared';
import { whole, type Brief } from './record';

const NEW = 'AKIAIOSFODNN7EXAMPLE';
const OLD = 'AKIAI44QH8DHBEXAMPLE';
const DAY = 86_400_000;
const NOW = new Date('2026-04-11T00:00:00Z');
/** 100 days old, as every key here but those that say otherwise. */
const CREATED = new Date(NOW.getTime() - 100 * DAY);

interface Situation {
  readonly record?: Brief;
  /** Those that are there; a `!` before one that is inactive. */
  readonly keys?: readonly string[];
  readonly arrival?: KeyHolder['arrival'];
  readonly accessKey?: Partial<DeclaredAccessKey>;
  readonly lastUsed?: KeyHolder['lastUsed'];
  readonly created?: Date;
}

function holder({ record, keys = [], arrival = 'none', accessKey, lastUsed, created = CREATED }: Situation): KeyHolder {
  const value = record && writeKeyRecord(whole(record));
  return {
    user: declaredUser({ accessKey: { maxAge: 90 * DAY, deliver: [TO_GITHUB], ...accessKey } }),
    existing: {
      tags: { ...OURS, ...(value !== undefined && { 'aws-identity-action:access-key': value }) },
      accessKeys: keys.map((id) => existingKey(id.replace('!', ''), { active: !id.startsWith('!'), created })),
    },
    arrival,
    lastUsed: lastUsed ?? new Map(),
    now: NOW.getTime(),
  };
}

const tag = (Value: string): PlannedCall => ({
  operation: 'TagUser',
  input: { UserName: 'pulumi', Tags: [{ Key: 'aws-identity-action:access-key', Value }] },
});
const untag: PlannedCall = {
  operation: 'UntagUser',
  input: { UserName: 'pulumi', TagKeys: ['aws-identity-action:access-key'] },
};
const deletion = (AccessKeyId: string): PlannedCall => ({
  operation: 'DeleteAccessKey',
  input: { UserName: 'pulumi', AccessKeyId },
});
const deactivation = (AccessKeyId: string): PlannedCall => ({
  operation: 'UpdateAccessKey',
  input: { UserName: 'pulumi', AccessKeyId, Status: 'Inactive' },
});

const FOR_GITHUB = '+ for: github secrets';
const ORPHAN = `${NEW}, which a run that failed left and nobody has, is deleted`;

/** What is to be done: the action, the calls of each stage, the key to make, and what is said. */
interface Expected {
  readonly action: Change['action'];
  readonly stages?: Change['stages'];
  readonly make?: Partial<KeyPlan['make']>;
  readonly details: readonly string[];
}

function expectPlan(planned: Planned<KeyPlan>, { action, stages = [], make, details }: Expected): void {
  expect(changeIn(planned)).toEqual({
    user: 'pulumi',
    destinations: [TO_GITHUB],
    change: plannedChange({ action, kind: 'access key', name: 'pulumi', details, stages }),
    make,
  });
}

describe('a user that is to have a key', () => {
  test('and is not there yet', () => {
    const planned = planKey({ ...holder({}), existing: undefined });
    // The user is made with its record, so that none need be written.
    expectPlan(planned, { action: 'create', make: { known: [] }, details: [FOR_GITHUB] });
  });

  test.each<[what: string, Situation, Expected]>([
    ['has none', {}, { action: 'create', stages: [[tag('creating')]], make: { known: [] }, details: [FOR_GITHUB] }],
    [
      'has one that is none of ours',
      { keys: [OLD] },
      {
        action: 'create',
        stages: [[tag(`creating beside=${OLD}`)]],
        make: { known: [OLD] },
        details: [FOR_GITHUB, `${OLD} is there as well, and none of ours: it stays`],
      },
    ],
    [
      'has one that is delivered',
      { record: { progress: 'delivered', key: NEW }, keys: [NEW] },
      { action: 'keep', details: [`${NEW} is delivered`] },
    ],
    [
      'has one that is delivered, and one that was retired',
      { record: { progress: 'delivered', key: NEW, retired: OLD }, keys: [`!${OLD}`, NEW] },
      { action: 'keep', details: [`${NEW} is delivered`] },
    ],
    [
      'has one that is delivered, and one still to be deactivated',
      { record: { progress: 'delivered', key: NEW, retiring: OLD }, keys: [OLD, NEW] },
      {
        action: 'change',
        stages: [[deactivation(OLD)], [tag(`delivered=${NEW} retired=${OLD}`)]],
        details: [`${NEW} is delivered`, `${OLD}, which was replaced, is deactivated`],
      },
    ],
    [
      'had one that was delivered, and the one that was retired is gone',
      { record: { progress: 'delivered', key: NEW, retired: OLD }, keys: [NEW] },
      { action: 'change', stages: [[tag(`delivered=${NEW}`)]], details: [`${NEW} is delivered`] },
    ],
    [
      'had one that was delivered, and is gone',
      { record: { progress: 'delivered', key: NEW } },
      { action: 'create', stages: [[tag('creating')]], make: { known: [] }, details: [FOR_GITHUB] },
    ],
    [
      'has one that nobody has',
      { record: { progress: 'creating' }, keys: [NEW] },
      {
        action: 'create',
        stages: [[deletion(NEW)], [tag('creating')]],
        make: { known: [] },
        details: [FOR_GITHUB, ORPHAN],
      },
    ],
    [
      'has one that nobody has, and another',
      { record: { progress: 'creating', other: OLD }, keys: [OLD, NEW] },
      {
        action: 'create',
        stages: [[deletion(NEW)], [tag(`creating beside=${OLD}`)]],
        make: { known: [OLD] },
        details: [FOR_GITHUB, `${OLD} is there as well, and none of ours: it stays`, ORPHAN],
      },
    ],
    [
      'has the one in use, and one that a rotation left to nobody',
      { record: { progress: 'creating', after: OLD }, keys: [OLD, NEW] },
      {
        action: 'change',
        stages: [[deletion(NEW)], [tag(`delivered=${OLD}`)]],
        details: [`${OLD} is delivered`, ORPHAN],
      },
    ],
    [
      'has one that arrived, though the run died',
      { record: { progress: 'delivering', key: NEW }, keys: [NEW], arrival: 'all' },
      { action: 'change', stages: [[tag(`delivered=${NEW}`)]], details: [`${NEW} is delivered`] },
    ],
    [
      'has one that arrived, and the one in use before it',
      { record: { progress: 'delivering', key: NEW, after: OLD }, keys: [OLD, NEW], arrival: 'all' },
      {
        action: 'change',
        stages: [[deactivation(OLD)], [tag(`delivered=${NEW} retired=${OLD}`)]],
        details: [`${NEW} is delivered`, `${OLD}, which was replaced, is deactivated`],
      },
    ],
    [
      'has one that did not arrive',
      { record: { progress: 'delivering', key: NEW }, keys: [NEW] },
      {
        action: 'create',
        stages: [[deletion(NEW)], [tag('creating')]],
        make: { known: [] },
        details: [FOR_GITHUB, ORPHAN],
      },
    ],
    [
      'has one that arrived in part and spoiled the one in use',
      { record: { progress: 'delivering', key: NEW, after: OLD }, keys: [OLD, NEW], arrival: 'some' },
      {
        action: 'change',
        stages: [[deletion(NEW)], [tag(`creating after=${OLD}`)]],
        make: { known: [OLD], replaces: { key: OLD, retire: 'deactivate' } },
        details: [`${OLD} is replaced, as its delivery was spoiled by a run that failed`, ORPHAN],
      },
    ],
    [
      'has one whose delivery is known to be spoiled',
      { record: { progress: 'incomplete', after: OLD }, keys: [OLD] },
      {
        action: 'change',
        stages: [[tag(`creating after=${OLD}`)]],
        make: { known: [OLD], replaces: { key: OLD, retire: 'deactivate' } },
        details: [`${OLD} is replaced, as its delivery was spoiled by a run that failed`],
      },
    ],
  ])('and %s', (_, situation, expected) => {
    expectPlan(planKey(holder(situation)), expected);
  });

  test.each<[what: string, Situation]>([
    ['none of ours', { keys: [OLD, NEW] }],
    ['one spoiled, the other none of ours', { record: { progress: 'incomplete', after: OLD }, keys: [OLD, NEW] }],
  ])('has no room for it next to two: %s', (_, situation) => {
    expect(obstacleIn(planKey(holder(situation)))?.code).toBe('access-keys-full');
  });

  test('and has two: they are named with their ages and last use, and what to do', () => {
    const lastUsed = new Map([[NEW, new Date(NOW.getTime() - 30 * 3_600_000)]]);
    expect(obstacleIn(planKey(holder({ keys: [`!${OLD}`, NEW], lastUsed })))?.text).toBe(
      `the user pulumi has two access keys already, as many as AWS allows: ${OLD} (inactive, 100 days old, never used) ` +
        `and ${NEW} (active, 100 days old, last used 30 hours ago). Delete the one that is not in use: ` +
        'aws iam delete-access-key --user-name pulumi --access-key-id …',
    );
  });

  test('for the job alone, and has one of an earlier job: how it gets another', () => {
    const situation: Situation = { record: { progress: 'delivered', key: NEW }, keys: [NEW] };
    const noticeWith = (deliver: DeclaredAccessKey['deliver']) =>
      changeIn(planKey(holder({ ...situation, accessKey: { deliver } }))).notice;
    for (const to of [{ to: 'environment' }, { to: 'outputs' }, { to: 'profile', profile: 'ci' }] as const) {
      expect(noticeWith([to])).toMatch(/^The access key of pulumi was delivered by an earlier run.*rotate-now: true/);
      expect(noticeWith([TO_GITHUB, to])).toBeDefined();
    }
    expect(noticeWith([TO_GITHUB])).toBeUndefined();
  });

  test('the plan says where it goes', () => {
    const deliver = [{ to: 'environment' }, { to: 'outputs' }, { to: 'profile', profile: 'ci' }, TO_GITHUB] as const;
    expect(changeIn(planKey(holder({ accessKey: { deliver } }))).change.details).toEqual([
      '+ for: environment, outputs, profile ci, github secrets',
    ]);
  });
});

describe('rotation', () => {
  const WHEN_DUE: Rotation = { now: false, deleteOld: false };
  const REPLACED = `${OLD}, 100 days old, is replaced, and then deactivated`;
  const replacing = { known: [OLD], replaces: { key: OLD, retire: 'deactivate' } } as const;
  const begin = [tag(`creating after=${OLD}`)];
  const delivered: Brief = { progress: 'delivered', key: OLD };

  test('of a user that is not there', () => {
    const planned = planKeyRotation({ ...holder({}), existing: undefined }, WHEN_DUE);
    expectPlan(planned, { action: 'leave', details: ['the user is not there: provision makes it'] });
  });

  test.each<[what: string, Situation, Expected]>([
    ['without a key', {}, { action: 'leave', details: ['there is no key to replace: provision makes one'] }],
    [
      'whose only key nobody has',
      { record: { progress: 'creating' }, keys: [NEW] },
      {
        action: 'leave',
        stages: [[deletion(NEW)], [untag]],
        details: ['there is no key to replace: provision makes one', ORPHAN],
      },
    ],
    [
      'whose delivered key is gone',
      { record: { progress: 'delivered', key: NEW } },
      { action: 'leave', stages: [[untag]], details: ['there is no key to replace: provision makes one'] },
    ],
    [
      'whose key is due',
      { record: delivered, keys: [OLD] },
      { action: 'change', stages: [begin], make: replacing, details: [REPLACED] },
    ],
    [
      'whose only key is due, though nothing is recorded of it',
      { keys: [OLD] },
      { action: 'change', stages: [begin], make: replacing, details: [REPLACED] },
    ],
    [
      'whose key is due after a rotation',
      { record: { ...delivered, retired: NEW }, keys: [`!${NEW}`, OLD] },
      {
        action: 'change',
        stages: [[deletion(NEW)], begin],
        make: replacing,
        details: [REPLACED, `${NEW}, replaced by the last rotation, is deleted`],
      },
    ],
    [
      'whose key is due after a rotation that did not deactivate the old one',
      { record: { ...delivered, retiring: NEW }, keys: [NEW, OLD] },
      {
        action: 'change',
        // Not concurrently: what is gone cannot be deactivated.
        stages: [[deactivation(NEW)], [deletion(NEW)], begin],
        make: replacing,
        details: [
          REPLACED,
          `${NEW}, replaced by the last rotation, is deleted`,
          `${NEW}, which was replaced, is deactivated`,
        ],
      },
    ],
    [
      'whose key is due, and another is left of a run that failed',
      { record: { progress: 'creating', after: OLD }, keys: [OLD, NEW] },
      {
        action: 'change',
        stages: [[deletion(NEW)], begin],
        make: replacing,
        details: [REPLACED, ORPHAN],
      },
    ],
    [
      'whose key is not due',
      { record: delivered, keys: [OLD], accessKey: { maxAge: 101 * DAY } },
      { action: 'keep', details: [`${OLD} is 100 days old; to be replaced when it is 101 days old`] },
    ],
    [
      'whose key has just the age that it may have',
      { record: delivered, keys: [OLD], accessKey: { maxAge: 100 * DAY } },
      { action: 'keep', details: [`${OLD} is 100 days old; to be replaced when it is 100 days old`] },
    ],
    [
      'whose key may be of any age',
      { record: delivered, keys: [OLD], accessKey: { maxAge: undefined } },
      { action: 'keep', details: [`${OLD} is 100 days old; no max-age is declared`] },
    ],
    [
      'whose key was made a moment ago',
      { record: delivered, keys: [OLD], created: new Date(NOW.getTime() + 5_000) },
      { action: 'keep', details: [`${OLD} is 0 hours old; to be replaced when it is 90 days old`] },
    ],
    [
      'whose key is not due, and the one before is still active',
      { record: { ...delivered, retiring: NEW }, keys: [NEW, OLD], accessKey: { maxAge: undefined } },
      {
        action: 'change',
        stages: [[deactivation(NEW)], [tag(`delivered=${OLD} retired=${NEW}`)]],
        details: [`${OLD} is 100 days old; no max-age is declared`, `${NEW}, which was replaced, is deactivated`],
      },
    ],
    [
      'whose key is not due, but was spoiled where it was delivered',
      { record: { progress: 'incomplete', after: OLD }, keys: [OLD], accessKey: { maxAge: undefined } },
      { action: 'change', stages: [begin], make: replacing, details: [REPLACED] },
    ],
  ])('of a user %s', (_, situation, expected) => {
    expectPlan(planKeyRotation(holder(situation), WHEN_DUE), expected);
  });

  test('at once, and the old key deleted at once', () => {
    const situation: Situation = { record: delivered, keys: [OLD], accessKey: { maxAge: undefined } };
    expectPlan(planKeyRotation(holder(situation), { now: true, deleteOld: true }), {
      action: 'change',
      stages: [begin],
      make: { known: [OLD], replaces: { key: OLD, retire: 'delete' } },
      details: [`${OLD}, 100 days old, is replaced, and then deleted`],
    });
  });

  test.each<[what: string, Situation]>([
    ['two of which nothing is recorded', { keys: [OLD, NEW] }],
    ['the other was activated again', { record: { ...delivered, retired: NEW }, keys: [NEW, OLD] }],
    ['the other is none of ours', { record: delivered, keys: [NEW, OLD] }],
    ['the other is inactive and none of ours', { record: delivered, keys: [`!${NEW}`, OLD] }],
    [
      'the other is none of ours, and ours is spoiled',
      { record: { progress: 'incomplete', after: OLD }, keys: [OLD, NEW] },
    ],
  ])('has no room next to two keys: %s', (_, situation) => {
    expect(obstacleIn(planKeyRotation(holder(situation), WHEN_DUE))?.code).toBe('access-keys-full');
  });
});
