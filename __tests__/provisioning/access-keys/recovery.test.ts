import type { Arrival } from '../../../src/provisioning/access-keys/destinations';
import { recordCall, sameRecord } from '../../../src/provisioning/access-keys/key-record';
import { recoveryOf } from '../../../src/provisioning/access-keys/recovery';
import { existingKey } from '../declared';
import { whole, type Brief } from './record';

const NEW = 'AKIAIOSFODNN7EXAMPLE';
const OLD = 'AKIAI44QH8DHBEXAMPLE';
const NONE = { progress: 'none' } as const;
const ARRIVALS: readonly Arrival[] = ['all', 'some', 'none'];

function recovered(brief: Brief, keys: readonly string[], arrival: Arrival = 'none') {
  const before = whole(brief);
  const { record, orphans } = recoveryOf(
    before,
    keys.map((id) => existingKey(id)),
    arrival,
  );
  return { record, orphans, changed: !sameRecord(before, record) };
}

const unchanged = (record: Brief) => ({ record, orphans: [], changed: false });
const changed = (record: Brief, ...orphans: string[]) => ({ record, orphans, changed: true });

test.each([[[]], [[OLD]], [[OLD, NEW]]])('of keys that nothing is recorded of, %j, none is an orphan', (keys) => {
  for (const arrival of ARRIVALS) expect(recovered(NONE, keys, arrival)).toEqual(unchanged(NONE));
});

describe('while one was made', () => {
  const delivered = { progress: 'delivered', key: OLD } as const;

  test.each<[Brief, string[], object]>([
    [{ progress: 'creating' }, [], changed(NONE)],
    [{ progress: 'creating' }, [NEW], changed(NONE, NEW)],
    [{ progress: 'creating' }, [OLD, NEW], changed(NONE, OLD, NEW)],
    [{ progress: 'creating', other: OLD }, [OLD], changed(NONE)],
    [{ progress: 'creating', other: OLD }, [OLD, NEW], changed(NONE, NEW)],
    [{ progress: 'creating', other: OLD }, [NEW], changed(NONE, NEW)],
    [{ progress: 'creating', after: OLD }, [OLD], changed(delivered)],
    [{ progress: 'creating', after: OLD }, [OLD, NEW], changed(delivered, NEW)],
    [{ progress: 'creating', after: OLD }, [NEW], changed(NONE, NEW)],
    [{ progress: 'creating', after: OLD }, [], changed(NONE)],
  ])('%j with the keys %j', (record, keys, expected) => {
    for (const arrival of ARRIVALS) expect(recovered(record, keys, arrival)).toEqual(expected);
  });
});

describe('while it was delivered', () => {
  const first = { progress: 'delivering', key: NEW } as const;
  const replacing = { progress: 'delivering', key: NEW, after: OLD } as const;
  const back = { progress: 'delivered', key: OLD } as const;
  const spoiled = { progress: 'incomplete', after: OLD } as const;

  test.each<[Brief, string[], Arrival, object]>([
    [first, [NEW], 'all', changed({ progress: 'delivered', key: NEW })],
    [first, [NEW], 'some', changed(NONE, NEW)],
    [first, [NEW], 'none', changed(NONE, NEW)],
    [first, [], 'all', changed(NONE)],
    [first, [], 'some', changed(NONE)],
    [first, [], 'none', changed(NONE)],
    [first, [OLD, NEW], 'all', changed({ progress: 'delivered', key: NEW })],
    [first, [OLD, NEW], 'none', changed(NONE, NEW)],
    [replacing, [OLD, NEW], 'all', changed({ progress: 'delivered', key: NEW, retiring: OLD })],
    [replacing, [OLD, NEW], 'some', changed(spoiled, NEW)],
    [replacing, [OLD, NEW], 'none', changed(back, NEW)],
    [replacing, [NEW], 'all', changed({ progress: 'delivered', key: NEW })],
    [replacing, [NEW], 'some', changed(NONE, NEW)],
    [replacing, [NEW], 'none', changed(NONE, NEW)],
    [replacing, [OLD], 'all', changed(spoiled)],
    [replacing, [OLD], 'some', changed(spoiled)],
    [replacing, [OLD], 'none', changed(back)],
    [replacing, [], 'all', changed(NONE)],
    [replacing, [], 'some', changed(NONE)],
    [replacing, [], 'none', changed(NONE)],
  ])('%j with the keys %j, of which %s is there', (record, keys, arrival, expected) => {
    expect(recovered(record, keys, arrival)).toEqual(expected);
  });
});

describe('once it was delivered', () => {
  const delivered = { progress: 'delivered', key: NEW } as const;

  test.each<[Brief, string[], object]>([
    [delivered, [NEW], unchanged(delivered)],
    [delivered, [OLD, NEW], unchanged(delivered)],
    [delivered, [], changed(NONE)],
    [delivered, [OLD], changed(NONE)],
    [{ ...delivered, retiring: OLD }, [OLD, NEW], unchanged({ ...delivered, retiring: OLD })],
    [{ ...delivered, retiring: OLD }, [NEW], changed(delivered)],
    [{ ...delivered, retiring: OLD }, [OLD], changed(NONE)],
    [{ ...delivered, retired: OLD }, [OLD, NEW], unchanged({ ...delivered, retired: OLD })],
    [{ ...delivered, retired: OLD }, [NEW], changed(delivered)],
    [{ ...delivered, retired: OLD }, [], changed(NONE)],
  ])('%j with the keys %j', (record, keys, expected) => {
    for (const arrival of ARRIVALS) expect(recovered(record, keys, arrival)).toEqual(expected);
  });
});

test.each<[Brief, string[], object]>([
  [{ progress: 'incomplete', after: OLD }, [OLD], unchanged({ progress: 'incomplete', after: OLD })],
  [{ progress: 'incomplete', after: OLD }, [OLD, NEW], unchanged({ progress: 'incomplete', after: OLD })],
  [{ progress: 'incomplete', after: OLD }, [], changed(NONE)],
  [{ progress: 'incomplete', after: OLD }, [NEW], changed(NONE)],
  [{ progress: 'incomplete' }, [NEW], changed(NONE)],
  [{ progress: 'incomplete' }, [], changed(NONE)],
])('after it was delivered in part: %j with the keys %j', (record, keys, expected) => {
  for (const arrival of ARRIVALS) expect(recovered(record, keys, arrival)).toEqual(expected);
});

test('the record is kept in a tag of the user, and no record is no tag', () => {
  expect(recordCall('pulumi', whole({ progress: 'delivered', key: NEW, retired: OLD }))).toEqual({
    operation: 'TagUser',
    input: {
      UserName: 'pulumi',
      Tags: [{ Key: 'aws-identity-action:access-key', Value: `delivered=${NEW} retired=${OLD}` }],
    },
  });
  expect(recordCall('pulumi', NONE)).toEqual({
    operation: 'UntagUser',
    input: { UserName: 'pulumi', TagKeys: ['aws-identity-action:access-key'] },
  });
});
