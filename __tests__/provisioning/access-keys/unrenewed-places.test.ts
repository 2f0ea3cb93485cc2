import type { KeyDestination } from '../../../src/identities/declaration';
import { placeDigests } from '../../../src/provisioning/access-keys/destinations';
import { recordTags } from '../../../src/provisioning/access-keys/record';
import {
  givenAwaySince,
  givenPlaces,
  placesOfOthersWith,
  undeclaredBegun,
  undeclaredPlaces,
  unrenewedPlaces,
} from '../../../src/provisioning/access-keys/unrenewed-places';
import { HOUR, NEW, NOW, OLD, RUN } from './holder';

const OTHERS = 'AKIAIOTHERSKEYEXAMPLE';
const to = (...prefixes: readonly string[]) =>
  prefixes.map((prefix): KeyDestination => {
    const location = { of: 'repository', repository: 'octo/app' } as const;
    return { to: 'github-secrets', prefix, location };
  });
const many = (count: number) => Array.from({ length: count }, (_, index) => `P${index}_`);
const delivered = (id: string, ago: number, prefixes: readonly string[], torn = false) => {
  const places = placeDigests(to(...prefixes));
  return recordTags(id, { delivered: { at: NOW - ago, written: undefined, replaces: undefined, torn, places } });
};
const userOf = (name: string, prefixes: readonly string[], ...tags: ReturnType<typeof delivered>[]) => ({
  user: { name, accessKey: { deliver: to(...prefixes), maxAge: undefined, grace: undefined } },
  existing: { tags: Object.assign({}, ...tags) as Record<string, string>, accessKeys: [] },
});

/** A user whose old key was delivered ten hours ago, and what the document gives to another user. */
const holderOf = (user: ReturnType<typeof userOf>, ...others: readonly ReturnType<typeof userOf>[]) => ({
  ...user,
  placesOfOthers: givenPlaces(others),
});
const usersWith = (holder: ReturnType<typeof holderOf>) =>
  placesOfOthersWith(holder, OLD).map(({ user, place }) => `${user}: ${place.halves[0]?.secret.name ?? ''}`);

test('a place that the document gives to another user may hold a key until one of that user is delivered there', () => {
  const a = userOf('a', ['N_'], delivered(OLD, 10 * HOUR, ['P_', 'N_']));
  const unserved = holderOf(a, userOf('b', ['P_', 'O_']));
  expect(usersWith(unserved)).toEqual(['b: P_AWS_ACCESS_KEY_ID']);
  expect([undeclaredPlaces(unserved, OLD), givenAwaySince(unserved, OLD)]).toEqual([0, 0]);
  const torn = holderOf(a, userOf('b', ['P_'], delivered(OTHERS, HOUR, ['P_'], true)));
  const before = holderOf(a, userOf('b', ['P_'], delivered(OTHERS, 11 * HOUR, ['P_'])));
  const elsewhere = holderOf(a, userOf('b', ['P_'], delivered(OTHERS, HOUR, ['O_'])));
  for (const holder of [torn, before, elsewhere]) expect(usersWith(holder)).toEqual(['b: P_AWS_ACCESS_KEY_ID']);
  const served = holderOf(a, userOf('b', ['P_'], delivered(OTHERS, HOUR, ['P_'])));
  expect([usersWith(served), givenAwaySince(served, OLD)]).toEqual([[], NOW - HOUR]);
});

test('so may one that a run had begun with, which died', () => {
  const places = placeDigests(to('P_'));
  const begun = recordTags(OLD, { delivering: { run: RUN, at: NOW - 10 * HOUR, places } });
  expect(usersWith(holderOf(userOf('a', ['N_'], begun), userOf('b', ['P_'])))).toEqual(['b: P_AWS_ACCESS_KEY_ID']);
});

test('so may one that the document does not name, which is another case than one that the key was delivered to', () => {
  const places = placeDigests(to('P_', 'N_'));
  const begun = recordTags(OLD, { delivering: { run: RUN, at: NOW - 10 * HOUR, places } });
  const left = (...prefixes: readonly string[]) => {
    const holders = [begun, delivered(OLD, 10 * HOUR, ['P_', 'N_'])].map((tags) =>
      holderOf(userOf('a', prefixes, tags)),
    );
    return holders.map((holder) => [undeclaredPlaces(holder, OLD), undeclaredBegun(holder, OLD)]);
  };
  expect(left('N_')).toEqual([
    [0, 1],
    [1, 0],
  ]);
  expect(left('P_', 'N_').flat()).toEqual([0, 0, 0, 0]);
});

test('one that a newer key of the same user was delivered to does not, unless that failed in part', () => {
  const old = delivered(OLD, 10 * HOUR, ['P_']);
  const holders = [false, true].map((torn) =>
    holderOf(userOf('a', ['N_'], old, delivered(NEW, 5 * HOUR, ['P_'], torn)), userOf('b', ['P_'])),
  );
  expect(holders.map((holder) => usersWith(holder).length)).toEqual([0, 1]);
  expect(holders.map((holder) => unrenewedPlaces(holder, OLD).length)).toEqual([0, 1]);
});

test('a record that does not tell its many places: they may be those to which nothing was ever delivered for others', () => {
  const a = userOf('a', many(39), delivered(OLD, 10 * HOUR, many(40)));
  const unserved = holderOf(a, userOf('b', ['P39_']));
  expect(usersWith(unserved)).toEqual(['b: P39_AWS_ACCESS_KEY_ID']);
  const servedBefore = holderOf(a, userOf('b', ['O_'], delivered(OTHERS, 11 * HOUR, ['O_'])));
  expect([usersWith(servedBefore), undeclaredPlaces(servedBefore, OLD)]).toEqual([[], 1]);
  const asDeclared = holderOf(userOf('a', many(40), delivered(OLD, 10 * HOUR, many(40))), userOf('b', ['O_']));
  expect([usersWith(asDeclared), undeclaredPlaces(asDeclared, OLD)]).toEqual([[], 0]);
});
