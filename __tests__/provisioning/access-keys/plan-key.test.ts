import { planKey, planKeyRotation, type KeyPlan } from '../../../src/provisioning/access-keys/plan-key';
import { recordTags } from '../../../src/provisioning/access-keys/record';
import type { Planned } from '../../../src/provisioning/changes/change';
import { changeIn, obstacleIn } from '../declared';
import { DAY, delivered, holderIn, HOUR, made, MINUTE, NEW, NOW, OLD, RUN, type Situation } from './holder';

const SIGNING = 'AKIASIGNINGKEYEXAMPLE';
const FOR_GITHUB = '+ for: GitHub secrets CI_… of octo/app';
const ROTATE = { now: false, deleteOld: false };

const provision = (situation: Situation) => planKey(holderIn(situation));
const rotate = (situation: Situation, rotation: Partial<typeof ROTATE> = {}) =>
  planKeyRotation({ ...ROTATE, ...rotation })(holderIn(situation));

/** All of a plan but how it is shown. */
function workIn(planned: Planned<KeyPlan>) {
  const { change, endings, records, make } = changeIn(planned);
  return { action: change.action, ends: endings.map(({ id, how }) => `${how} ${id}`), records, make };
}

const detailsIn = (planned: Planned<KeyPlan>) => changeIn(planned).change.details;
const noticesIn = (planned: Planned<KeyPlan>) => changeIn(planned).notices;
const nothing = { ends: [], records: {}, make: undefined };

/** One delivered key in use, and the one before, replaced so long ago. */
const pair = (replacedAgo: number, old: Partial<NonNullable<Situation['keys']>[string]> = {}): Situation => ({
  keys: {
    [OLD]: { age: 100 * DAY, ...delivered(100 * DAY), ...old },
    [NEW]: { age: replacedAgo, ...delivered(replacedAgo, OLD) },
  },
  written: [replacedAgo, replacedAgo],
});

describe('a user that is to have a key for places that last', () => {
  test('and is not there yet gets one', () => {
    const planned = planKey({ ...holderIn({}), existing: undefined });
    const make = { known: [], replaces: undefined, endsOld: false, held: [] };
    expect(workIn(planned)).toEqual({ ...nothing, action: 'create', make });
    expect(detailsIn(planned)).toEqual([FOR_GITHUB]);
  });

  test('and has none gets one', () => {
    expect(workIn(provision({}))).toMatchObject({ action: 'create', make: { known: [], replaces: undefined } });
  });

  test('and has one that its places hold keeps it', () => {
    const planned = provision({ keys: { [NEW]: { age: DAY, ...delivered(DAY) } }, written: [DAY, DAY] });
    expect(workIn(planned)).toEqual({ ...nothing, action: 'keep' });
    expect(detailsIn(planned)).toEqual([`${NEW} is delivered`]);
  });

  test.each<[what: string, Situation, why: string]>([
    ['a secret is gone', { written: [DAY, 'missing'] }, 'CI_AWS_SECRET_ACCESS_KEY of octo/app is not there'],
    [
      'it was deactivated',
      { keys: { [OLD]: { age: DAY, inactive: true, ...delivered(DAY) } } },
      'somebody has deactivated it',
    ],
  ])('and %s gets another in its place', (_, more, why) => {
    const planned = provision({ keys: { [OLD]: { age: DAY, ...delivered(DAY) } }, ...more });
    const make = { known: [OLD], replaces: OLD, endsOld: false, held: [] };
    expect(workIn(planned)).toEqual({ ...nothing, action: 'change', make });
    expect(detailsIn(planned)).toEqual([`~ ${OLD} is replaced: ${why}`, FOR_GITHUB]);
  });

  test('and had one that is gone gets another in its place', () => {
    const planned = provision({ gone: { [OLD]: delivered(DAY) } });
    expect(workIn(planned)).toMatchObject({ make: { known: [], replaces: OLD } });
    expect(detailsIn(planned)).toContain(`~ ${OLD} is replaced: it is gone`);
  });

  test('next to one of a person, that stays', () => {
    const planned = provision({ keys: { [OLD]: { age: DAY } } });
    expect(workIn(planned)).toMatchObject({ action: 'create', ends: [], make: { known: [OLD], replaces: undefined } });
    expect(detailsIn(planned)).toEqual([FOR_GITHUB, `${OLD} is there as well, and none of ours: it stays`]);
  });
});

describe('a key of which nothing is recorded', () => {
  const noticesBeside = (after: number) => {
    const keys = { [OLD]: { age: DAY, ...delivered(DAY) }, [NEW]: { age: DAY - after } };
    return noticesIn(provision({ keys, written: [DAY, DAY] }));
  };

  test('may be of the request for another, if it came no later than AWS takes that', () => {
    expect(noticesBeside(14 * MINUTE)).toEqual([
      expect.stringMatching(
        `AWS may have made it by the request for ${OLD}, .* If nobody knows it, deactivate it: aws`,
      ),
    ]);
  });

  test.each([
    ['later', 16 * MINUTE],
    ['before', -MINUTE],
  ])('is a person’s, if it came %s', (_, after) => {
    expect(noticesBeside(after)).toEqual([expect.stringContaining(`access key ${NEW}, which no run has made`)]);
    expect(noticesBeside(after).join()).not.toContain(OLD);
  });
});

describe('what earlier runs left', () => {
  test('a key that nobody has is deleted, once it was looked at twice', () => {
    const planned = provision({ keys: { [NEW]: { age: HOUR, ...made(HOUR) } } });
    expect(workIn(planned)).toMatchObject({ ends: [`delete ${NEW}`], make: { known: [] } });
    expect(changeIn(planned).endings).toMatchObject([{ isUndelivered: true }]);
  });

  test('a key that arrived is recorded as delivered, in place of the one before', () => {
    const delivering = { run: RUN, at: NOW - HOUR, places: [] };
    const holder = holderIn({
      keys: { [OLD]: { age: DAY, ...delivered(DAY) }, [NEW]: { age: HOUR, ...made(HOUR, OLD), delivering } },
    });
    const planned = planKey(holder);
    // Where nobody can tell how far it came, it may be in some places only: another is made, and there is no room.
    expect(obstacleIn(planned)?.code).toBe('access-keys-full');
    expect(obstacleIn(planned)?.text).toContain('delete-old-keys: true');
  });

  test('a key that may come from a lost answer becomes a suspect, and is reported', () => {
    const situation: Situation = {
      keys: { [OLD]: { age: DAY, ...delivered(DAY) }, [NEW]: { age: HOUR } },
      announced: HOUR,
      written: [DAY, DAY],
      lastUsed: { [NEW]: 'never' },
    };
    const planned = provision(situation);
    expect(workIn(planned)).toEqual({
      ...nothing,
      action: 'change',
      records: recordTags(NEW, { suspect: { at: NOW } }),
    });
    expect(noticesIn(planned)).toEqual([
      expect.stringContaining(`the access key ${NEW} may come from an answer that a run lost`),
    ]);
  });

  test.each<[what: string, ago: number, used: number | 'never' | undefined, ends: string[], grace: number | undefined]>(
    [
      ['before a day is over stays', 23 * HOUR, 'never', [], undefined],
      ['that nobody has used for a day is deleted', 24 * HOUR, 'never', [`delete ${NEW}`], undefined],
      ['that is used is a person’s', 25 * HOUR, HOUR, [], undefined],
      ['of which nobody knows whether it is used stays', 25 * HOUR, undefined, [], undefined],
      ['has as long a grace as the document gives', 25 * HOUR, 'never', [], 48 * HOUR],
      ['has a day at least', 23 * HOUR, 'never', [], HOUR],
    ],
  )('a suspect %s', (_, ago, used, ends, grace) => {
    const planned = provision({
      keys: { [OLD]: { age: DAY, ...delivered(DAY) }, [NEW]: { age: 26 * HOUR, suspect: { at: NOW - ago } } },
      written: [DAY, DAY],
      lastUsed: used === undefined ? {} : { [NEW]: used },
      accessKey: { grace },
    });
    expect(workIn(planned)).toMatchObject({ ends, make: undefined });
  });

  test('a suspect of which nobody knows whether it is used has no end, and what is missing is said', () => {
    const planned = provision({
      keys: { [OLD]: { age: DAY, ...delivered(DAY) }, [NEW]: { age: 26 * HOUR, suspect: { at: NOW - 25 * HOUR } } },
      written: [DAY, DAY],
    });
    expect(noticesIn(planned)).toEqual([expect.stringContaining('the step needs iam:GetAccessKeyLastUsed to ask')]);
    expect(detailsIn(planned).join()).not.toContain('is deleted after');
  });

  test('a key of a job that is over is deleted', () => {
    const job = { run: RUN, until: NOW - 1 };
    const planned = provision({
      keys: { [NEW]: { age: 7 * HOUR, job } },
      accessKey: { deliver: [{ to: 'environment' }] },
    });
    expect(workIn(planned)).toMatchObject({ ends: [`delete ${NEW}`], make: { known: [] } });
  });

  test('a key that another run is making stops this one', () => {
    const planned = provision({ keys: { [NEW]: { age: MINUTE, ...made(MINUTE) } } });
    expect(obstacleIn(planned)).toMatchObject({ code: 'another-run' });
    expect(obstacleIn(planned)?.text).toContain(
      `${NEW} of the user pulumi is being made by run 123456 of octo/app, since 2026-04-11 11:59 UTC`,
    );
    expect(obstacleIn(planned)?.text).toContain('if it died, after 2026-04-11 12:09 UTC');
    expect(obstacleIn(rotate({ keys: { [NEW]: { age: MINUTE } } }))?.text).toContain('by another run or a person');
  });
});

describe('a key that was replaced', () => {
  test.each<[what: string, replacedAgo: number, old: object, used: number | 'never' | undefined, ends: string[]]>([
    ['works for its grace', 23 * HOUR, {}, 'never', []],
    ['is deactivated then', 24 * HOUR, {}, 30 * HOUR, [`deactivate ${OLD}`]],
    ['stays while it is used', 48 * HOUR, {}, HOUR, []],
    ['stays where nobody knows whether it is used', 48 * HOUR, {}, undefined, []],
    [
      'is not deleted before it was inactive for another grace',
      72 * HOUR,
      { inactive: true, deactivated: { at: NOW - 23 * HOUR } },
      'never',
      [],
    ],
    [
      'is deleted then',
      72 * HOUR,
      { inactive: true, deactivated: { at: NOW - 24 * HOUR } },
      'never',
      [`delete ${OLD}`],
    ],
    [
      'and used meanwhile, as someone had made it active again for a while, is not deleted before another grace',
      96 * HOUR,
      { inactive: true, deactivated: { at: NOW - 48 * HOUR } },
      2 * HOUR,
      [],
    ],
    [
      'and made active again by someone, and used, stays',
      96 * HOUR,
      { deactivated: { at: NOW - 48 * HOUR } },
      HOUR,
      [],
    ],
  ])('%s', (_, replacedAgo, old, used, ends) => {
    const situation = { ...pair(replacedAgo, old), ...(used !== undefined && { lastUsed: { [OLD]: used } }) };
    expect(workIn(provision(situation))).toMatchObject({ ends, make: undefined });
    expect(workIn(rotate(situation))).toMatchObject({ ends, make: undefined });
  });

  test('has the grace of the document', () => {
    const situation = { ...pair(2 * HOUR), lastUsed: { [OLD]: 'never' } as const };
    expect(workIn(provision({ ...situation, accessKey: { grace: HOUR } })).ends).toEqual([`deactivate ${OLD}`]);
  });

  test('in use since is reported, with where', () => {
    const [notice] = noticesIn(provision({ ...pair(48 * HOUR), lastUsed: { [OLD]: HOUR } }));
    expect(notice).toBe(
      `The access key ${OLD} of pulumi was replaced at 2026-04-09 12:00 UTC, and stays: it was last used at ` +
        '2026-04-11 11:00 UTC (s3 in eu-central-1). Let what uses it take the new one.',
    );
  });

  test('that someone deactivated has its time from now on', () => {
    const planned = provision({ ...pair(72 * HOUR, { inactive: true }), lastUsed: { [OLD]: 'never' } });
    expect(workIn(planned)).toEqual({
      ...nothing,
      action: 'change',
      records: recordTags(OLD, { deactivated: { at: NOW } }),
    });
  });

  test('is never ended while the step works with it', () => {
    const planned = provision({
      keys: {
        [SIGNING]: { age: 100 * DAY, ...delivered(100 * DAY) },
        [NEW]: { age: 48 * HOUR, ...delivered(48 * HOUR, SIGNING) },
      },
      written: [48 * HOUR, 48 * HOUR],
      lastUsed: { [SIGNING]: 'never' },
    });
    expect(changeIn(planned).endings).toEqual([]);
  });

  test('ends at once where delete-old-keys says so, also if no rotation is due', () => {
    const planned = rotate(pair(HOUR), { deleteOld: true });
    expect(workIn(planned)).toMatchObject({ action: 'change', ends: [`delete ${OLD}`], make: undefined });
  });

  test.each<[what: string, used: number | 'never' | undefined, said: string]>([
    ['was used since', HOUR / 2, 'it was last used at 2026-04-11 11:30 UTC (s3 in eu-central-1)'],
    ['was never used', 'never', 'it was never used, as far as AWS knows'],
    ['has a use that nobody knows', undefined, 'AWS does not say when it was last used'],
  ])('and ends at once, and %s: the plan says that, and what fails', (_, used, said) => {
    const situation = { ...pair(HOUR), ...(used !== undefined && { lastUsed: { [OLD]: used } }) };
    expect(detailsIn(rotate(situation, { deleteOld: true }))).toContain(
      `- ${OLD} is deleted: it was replaced at 2026-04-11 11:00 UTC; ${said}: jobs that still work with it fail`,
    );
  });

  test('and is inactive ends at once, and no job fails by that', () => {
    const planned = rotate(pair(HOUR, { inactive: true }), { deleteOld: true });
    expect(detailsIn(planned)).toContain(`- ${OLD} is deleted: it was replaced at 2026-04-11 11:00 UTC`);
  });
});

describe('a rotation', () => {
  const one = (age: number): Situation => ({ keys: { [OLD]: { age, ...delivered(age) } }, written: [age, age] });

  test.each<[what: string, Situation, object, why: string]>([
    ['before it is due', one(89 * DAY), {}, `${OLD} is 89 days old; to be replaced when it is 90 days old`],
    [
      'without max-age',
      { ...one(89 * DAY), accessKey: { maxAge: undefined } },
      {},
      `${OLD} is 89 days old; no max-age is declared`,
    ],
  ])('%s keeps the key', (_, situation, rotation, why) => {
    const planned = rotate(situation, rotation);
    expect(workIn(planned)).toEqual({ ...nothing, action: 'keep' });
    expect(detailsIn(planned)).toEqual([why]);
  });

  test.each<[what: string, Situation, Partial<typeof ROTATE>, detail: string, endsOld: boolean]>([
    ['that is due', one(91 * DAY), {}, `~ ${OLD}, 91 days old, is replaced, and works for 24 hours more`, false],
    ['at once', one(HOUR), { now: true }, `~ ${OLD}, 1 hours old, is replaced, and works for 24 hours more`, false],
    [
      'of one that leaked',
      { ...one(HOUR), lastUsed: { [OLD]: MINUTE } },
      { now: true, deleteOld: true },
      `~ ${OLD}, 1 hours old, is replaced, and then deleted; it was last used at 2026-04-11 11:59 UTC (s3 in eu-central-1): ` +
        'jobs that still work with it fail',
      true,
    ],
    [
      'of one that somebody has deactivated',
      { keys: { [OLD]: { age: HOUR, inactive: true, ...delivered(HOUR) } } },
      {},
      `~ ${OLD}, 1 hours old, is replaced (somebody has deactivated it), and is deleted when it was inactive for 24 hours`,
      false,
    ],
    [
      'of one that its places do not hold',
      { ...one(HOUR), written: ['missing', HOUR] },
      {},
      `~ ${OLD}, 1 hours old, is replaced (CI_AWS_ACCESS_KEY_ID of octo/app is not there), and works for 24 hours more`,
      false,
    ],
  ])('%s', (_, situation, rotation, detail, endsOld) => {
    const planned = rotate(situation, rotation);
    expect(workIn(planned)).toEqual({
      ...nothing,
      action: 'change',
      make: { known: [OLD], replaces: OLD, endsOld, held: [] },
    });
    expect(detailsIn(planned)).toEqual([detail]);
  });

  test.each([false, true])('of one that is gone ends nothing, also with delete-old-keys: %s', (deleteOld) => {
    const planned = rotate({ gone: { [OLD]: delivered(DAY) } }, { deleteOld });
    expect(workIn(planned)).toMatchObject({ make: { known: [], replaces: OLD, endsOld: false } });
    expect(detailsIn(planned)).toEqual([`~ ${OLD} is replaced: it is gone`]);
  });

  test.each([
    ['later', false],
    ['then', true],
  ])('says that a key in use which no run has made is %s deleted', (when, deleteOld) => {
    const planned = rotate({ keys: { [OLD]: { age: 91 * DAY } } }, { deleteOld });
    expect(noticesIn(planned)).toEqual([
      `No run has made the access key ${OLD} of pulumi. As the user has no other, it is replaced as the one in use, and ` +
        `${when} deleted: whatever else uses it needs the new one.`,
    ]);
    expect(noticesIn(rotate(one(91 * DAY), { deleteOld }))).toEqual([]);
  });

  test('takes the only key of a user that was taken over for the one in use', () => {
    const planned = rotate({ keys: { [OLD]: { age: 91 * DAY } } });
    expect(workIn(planned)).toMatchObject({ make: { known: [OLD], replaces: OLD } });
  });

  test.each<[what: string, Situation, action: string]>([
    ['no key', {}, 'leave'],
    ['two of which nothing is recorded', { keys: { [OLD]: { age: DAY }, [NEW]: { age: DAY } } }, 'leave'],
    ['keys that end with the job', { ...one(91 * DAY), accessKey: { deliver: [{ to: 'outputs' }] } }, 'leave'],
  ])('of %s does nothing', (_, situation, action) => {
    expect(workIn(rotate(situation))).toEqual({ ...nothing, action });
  });

  test('of a user that is not there does nothing', () => {
    expect(workIn(planKeyRotation(ROTATE)({ ...holderIn({}), existing: undefined }))).toEqual({
      ...nothing,
      action: 'leave',
    });
  });

  test.each<[what: string, old: object, used: number | 'never', ends: string[]]>([
    ['an inactive one makes room', { inactive: true, deactivated: { at: NOW - HOUR } }, 'never', [`delete ${OLD}`]],
    ['one that nobody uses makes room', {}, 91 * DAY, [`delete ${OLD}`]],
  ])('of a second key, where the first was replaced: %s', (_, old, used, ends) => {
    const situation = { ...pair(91 * DAY, old), lastUsed: { [OLD]: used } };
    const { [OLD]: first, [NEW]: second } = situation.keys ?? {};
    expect([first, second]).not.toContain(undefined);
    expect(workIn(rotate(situation))).toMatchObject({ ends, make: { known: [NEW], replaces: NEW } });
  });
});

describe('a user that is to have a key for the job', () => {
  const accessKey = { deliver: [{ to: 'environment' }] } as const;
  const job = { run: RUN, until: NOW + HOUR };

  test.each<[what: string, Situation['keys'], known: string[]]>([
    ['and has none', {}, []],
    ['next to that of another job', { [OLD]: { age: MINUTE, job } }, [OLD]],
    ['next to one that lasts', { [OLD]: { age: DAY, ...delivered(DAY) } }, [OLD]],
  ])('%s gets one of its own', (_, keys, known) => {
    const planned = provision({ keys, accessKey });
    expect(workIn(planned)).toMatchObject({ action: 'create', ends: [], make: { known, replaces: undefined } });
  });

  test('next to those of two others is refused, with who has them', () => {
    const obstacle = obstacleIn(
      provision({ keys: { [OLD]: { age: MINUTE, job }, [NEW]: { age: MINUTE, job } }, accessKey }),
    );
    expect(obstacle?.code).toBe('access-keys-full');
    expect(obstacle?.text).toContain('for run 123456 of octo/app');
    expect(obstacle?.text).toContain('Let one of those jobs end: its post step deletes its key');
  });
});
