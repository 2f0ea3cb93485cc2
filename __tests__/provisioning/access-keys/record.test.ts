import {
  announcementTag,
  announcementTags,
  deliveredTags,
  outdatedTags,
  readRecords,
  recordTags,
  tagNames,
  type KeyRecord,
} from '../../../src/provisioning/access-keys/record';
import { areDigestsOf, digestsNotIn, digestsOnlyIn } from '../../../src/provisioning/access-keys/recorded-digests';
import type { Run } from '../../../src/provisioning/run';

const ID = 'AKIAIOSFODNN7EXAMPLE';
const OLD = 'AKIAI44QH8DHBEXAMPLE';
const RUN: Run = { repository: 'octo/app', id: '123456', attempt: '2', random: '0a1b2c3d' };
const AT = Date.parse('2026-04-11T10:20:30Z');

test.each<[stage: string, KeyRecord, value: string]>([
  [
    'made',
    { made: { run: RUN, at: AT, replaces: OLD } },
    `run=octo/app:123456.2:0a1b2c3d at=2026-04-11T10:20:30Z replaces=${OLD}`,
  ],
  [
    'delivering',
    { delivering: { run: RUN, at: AT, places: ['0a1b'] } },
    'run=octo/app:123456.2:0a1b2c3d at=2026-04-11T10:20:30Z places=0a1b',
  ],
  [
    'delivered',
    { delivered: { at: AT, written: AT + 1000, replaces: undefined, torn: false } },
    'at=2026-04-11T10:20:30Z written=2026-04-11T10:20:31Z',
  ],
  [
    'delivered',
    { delivered: { at: AT, written: undefined, replaces: OLD, torn: true } },
    `at=2026-04-11T10:20:30Z replaces=${OLD} torn=yes`,
  ],
  [
    'delivered',
    { delivered: { at: AT, written: undefined, replaces: undefined, torn: false, places: ['0a1b', '2c3d'] } },
    'at=2026-04-11T10:20:30Z places=0a1b:2c3d',
  ],
  ['replaced', { replaced: { at: AT, grace: undefined } }, 'at=2026-04-11T10:20:30Z'],
  ['replaced', { replaced: { at: AT, grace: 864_000_000 } }, 'at=2026-04-11T10:20:30Z grace=864000000'],
  ['suspect', { suspect: { at: AT } }, 'at=2026-04-11T10:20:30Z'],
  ['job', { job: { run: RUN, until: AT } }, 'run=octo/app:123456.2:0a1b2c3d until=2026-04-11T10:20:30Z'],
  ['deactivated', { deactivated: { at: AT } }, 'at=2026-04-11T10:20:30Z'],
])('%s is a tag of its own, read as it was written', (stage, record, value) => {
  const tags = recordTags(ID, record);
  expect(tags).toEqual({ [`aws-identity-action:${stage}:${ID}`]: value });
  expect(readRecords(tags)).toEqual({ announcements: [], keys: new Map([[ID, record]]) });
});

test('with the key that is delivered, the one before it has a record of its own, if it is there', () => {
  const delivered = { at: AT, written: AT, replaces: OLD, torn: false };
  const alone = recordTags(ID, { delivered });
  expect(deliveredTags(ID, delivered, { listed: [OLD, ID], held: [], grace: 1000 })).toEqual({
    ...alone,
    ...recordTags(OLD, { replaced: { at: AT, grace: 1000 } }),
  });
  expect(deliveredTags(ID, delivered, { listed: [ID], held: [], grace: 1000 })).toEqual(alone);
});

test.each([9, 17, 23, 24, 100])('%i places have room in a tag', (count) => {
  const places = Array.from({ length: count }, (_, index) => String(10_000_000 + index * 54_321));
  const tags = recordTags(ID, { delivered: { at: AT, written: AT, replaces: OLD, torn: false, places } });
  expect(Object.values(tags)[0]?.length).toBeLessThanOrEqual(256);
  const { places: recorded = [] } = readRecords(tags).keys.get(ID)?.delivered ?? {};
  expect(areDigestsOf(recorded, places)).toBe(true);
  const others = places.slice(1);
  // Of too many, a record tells only whether all are the same.
  expect(digestsOnlyIn(recorded, others)).toEqual(count > 23 ? undefined : [expect.stringMatching(/^100000/)]);
  expect(digestsNotIn(recorded, [...others, 'abcdefgh'])).toEqual(count > 23 ? undefined : ['abcdefgh']);
  expect(digestsNotIn(recorded, places)).toEqual([]);
  expect(areDigestsOf(recorded, others) || areDigestsOf(recorded, [...places, 'abcdefgh'])).toBe(false);
});

test('stages of one key do not hide each other', () => {
  const [made, deactivated] = [{ made: { run: RUN, at: AT, replaces: undefined } }, { deactivated: { at: AT } }];
  const tags = { ...recordTags(ID, made), ...recordTags(ID, deactivated), ...recordTags(OLD, deactivated) };
  expect(readRecords(tags).keys).toEqual(
    new Map<string, KeyRecord>([
      [ID, { ...made, ...deactivated }],
      [OLD, deactivated],
    ]),
  );
});

test('an announcement names the keys that were there', () => {
  const tags = announcementTags(RUN, AT, [OLD, ID]);
  expect(tags).toEqual({
    'aws-identity-action:making:123456.0a1b2c3d': `run=octo/app:123456.2:0a1b2c3d at=2026-04-11T10:20:30Z known=${OLD} known=${ID}`,
  });
  expect(readRecords(tags).announcements).toEqual([{ tag: announcementTag(RUN), run: RUN, at: AT, known: [OLD, ID] }]);
});

test('keys of other vendors are read, too', () => {
  const tags = recordTags('minio-access.key_16', { suspect: { at: AT } });
  expect([...readRecords(tags).keys.keys()]).toEqual(['minio-access.key_16']);
});

test('tags are of letters that IAM takes', () => {
  const record: KeyRecord = {
    made: { run: RUN, at: AT, replaces: OLD },
    delivered: { at: AT, written: AT, replaces: 'x'.repeat(96), torn: true, places: Array(8).fill('01234567') },
    job: { run: RUN, until: AT },
  };
  for (const [key, value] of Object.entries({ ...recordTags(ID, record), ...announcementTags(RUN, AT, [ID, OLD]) })) {
    expect(key).toMatch(/^[\w .:/=+@-]{1,128}$/);
    expect(value).toMatch(/^[\w .:/=+@-]{1,256}$/);
  }
});

test.each([
  ['a stage that there is not', { [`aws-identity-action:lost:${ID}`]: 'at=2026-04-11T10:20:30Z' }],
  ['no key', { 'aws-identity-action:suspect:x': 'at=2026-04-11T10:20:30Z' }],
  ['no time', { [`aws-identity-action:delivered:${ID}`]: 'at=yesterday' }],
  ['no run', { [`aws-identity-action:made:${ID}`]: 'run=octo at=2026-04-11T10:20:30Z' }],
  ['another prefix', { [`others:delivered:${ID}`]: 'at=2026-04-11T10:20:30Z' }],
])('what someone has spoiled is no record: %s', (_, tags) => {
  expect(readRecords(tags)).toEqual({ announcements: [], keys: new Map() });
});

test('tags are outdated when their keys are gone, and runs with them', () => {
  const tags = {
    team: 'core',
    ...recordTags(ID, { delivered: { at: AT, written: undefined, replaces: undefined, torn: false } }),
    ...recordTags(OLD, { deactivated: { at: AT } }),
    ...recordTags('AKIAGONEFODNNEXAMPLE', { job: { run: RUN, until: AT + 1000 } }),
    ...announcementTags(RUN, AT, []),
  };
  const before = (ofKeys: number, announcements: number) => outdatedTags(tags, [ID], { ofKeys, announcements });
  expect(before(AT + 1, AT + 1)).toEqual([...tagNames(OLD, ['deactivated']), announcementTag(RUN)]);
  expect(before(AT + 1, AT)).toEqual(tagNames(OLD, ['deactivated']));
  expect(before(AT, AT + 1)).toEqual([announcementTag(RUN)]);
  expect(before(AT, AT)).toEqual([]);
});
