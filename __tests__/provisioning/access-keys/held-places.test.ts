import { placeDigests } from '../../../src/provisioning/access-keys/destinations';
import { placesWith, whyHeld } from '../../../src/provisioning/access-keys/held-places';
import { TO_GITHUB } from '../declared';
import { DAY, delivered, holderIn, HOUR, made, MINUTE, NEW, NOW, OLD, RUN, type Situation } from './holder';

const delivering = (ago: number) => ({ delivering: { run: RUN, at: NOW - ago, places: placeDigests([TO_GITHUB]) } });
const recorded = (ago: number, places: readonly string[]) => ({
  delivered: { at: NOW - ago, written: NOW - ago, replaces: OLD, torn: false, places },
});
const old = { age: 100 * DAY, ...delivered(100 * DAY) };

type Held = 'whole' | 'perhaps' | 'no';

test.each<[what: string, situation: Situation, old: Held, young: Held]>([
  [
    'the younger has replaced it',
    { keys: { [OLD]: old, [NEW]: { age: DAY, ...delivered(DAY, OLD) } }, written: [DAY, DAY] },
    'no',
    'whole',
  ],
  [
    'the older was not replaced there',
    { keys: { [OLD]: old, [NEW]: { age: DAY, ...delivered(DAY, OLD) } }, written: [100 * DAY, 100 * DAY] },
    'whole',
    'no',
  ],
  [
    'somebody has written both halves since',
    { keys: { [OLD]: old, [NEW]: { age: DAY, ...delivered(DAY, OLD) } }, written: [HOUR, HOUR] },
    'perhaps',
    'perhaps',
  ],
  [
    'somebody has written one half since',
    { keys: { [OLD]: old, [NEW]: { age: DAY, ...delivered(DAY, OLD) } }, written: [DAY, HOUR] },
    'no',
    'perhaps',
  ],
  [
    'a half is gone',
    { keys: { [OLD]: old, [NEW]: { age: DAY, ...delivered(DAY, OLD) } }, written: [DAY, 'missing'] },
    'no',
    'no',
  ],
  [
    'a run died between two halves',
    { keys: { [OLD]: old, [NEW]: { age: DAY, ...delivering(DAY) } }, written: [DAY, 100 * DAY] },
    'no',
    'no',
  ],
  [
    'a run died after them, and somebody has written them since',
    { keys: { [OLD]: old, [NEW]: { age: DAY, ...delivering(DAY) } }, written: [HOUR, HOUR] },
    'perhaps',
    'no',
  ],
  [
    'a run has delivered the younger, and no time of the secrets is recorded',
    {
      keys: {
        [OLD]: old,
        [NEW]: { age: DAY, delivered: { at: NOW - DAY, written: undefined, replaces: OLD, torn: false } },
      },
      written: [HOUR, HOUR],
    },
    'no',
    'whole',
  ],
  [
    'the younger was recorded in some places only',
    {
      keys: { [OLD]: old, [NEW]: { age: DAY, ...delivered(DAY, OLD, true) } },
      written: [DAY - 8 * MINUTE, DAY - 8 * MINUTE],
    },
    'no',
    'whole',
  ],
  [
    'the same, and the places were written later than its run could',
    {
      keys: { [OLD]: old, [NEW]: { age: DAY, ...delivered(DAY, OLD, true) } },
      written: [DAY - 9 * MINUTE, DAY - 9 * MINUTE],
    },
    'perhaps',
    'perhaps',
  ],
  [
    'the younger was delivered to other places',
    { keys: { [OLD]: old, [NEW]: { age: DAY, ...recorded(DAY, ['0a1b2c3d']) } }, written: [DAY, DAY] },
    'perhaps',
    'perhaps',
  ],
  [
    'the younger was made by a person',
    { keys: { [OLD]: old, [NEW]: { age: DAY } }, written: [DAY - MINUTE, DAY - MINUTE] },
    'perhaps',
    'perhaps',
  ],
  [
    'the same, after the places were written',
    { keys: { [OLD]: { age: 100 * DAY }, [NEW]: { age: HOUR } }, written: [DAY, DAY] },
    'perhaps',
    'no',
  ],
  [
    'the younger has not come so far',
    { keys: { [OLD]: old, [NEW]: { age: MINUTE, ...made(MINUTE) } }, written: [100 * DAY, 100 * DAY] },
    'whole',
    'no',
  ],
])('what a place holds, of two keys: %s', (_, situation, ofOld, ofYoung) => {
  const holder = holderIn(situation);
  const held = (holder.existing?.accessKeys ?? []).map((key): Held => {
    const { whole = [], perhaps = [] } = placesWith(holder, key) ?? {};
    return whole.length > 0 ? 'whole' : perhaps.length > 0 ? 'perhaps' : 'no';
  });
  expect(held).toEqual([ofOld, ofYoung]);
});

test('a key that is gone, and was delivered, is what its places hold', () => {
  const holder = holderIn({ keys: { [OLD]: old }, gone: { [NEW]: delivered(DAY, OLD) }, written: [DAY, DAY] });
  expect(holder.existing?.accessKeys.map((key) => placesWith(holder, key))).toEqual([
    { whole: [], perhaps: [], unknown: [], untold: [] },
  ]);
});

test('where nobody knows when the places were written, nobody can tell', () => {
  const holder = holderIn({ keys: { [OLD]: old } });
  expect(holder.existing?.accessKeys.map((key) => [placesWith(holder, key), whyHeld(holder, key)])).toEqual([
    [undefined, undefined],
  ]);
});

test('what somebody else has written is no key that is inactive', () => {
  const why = (more: { readonly inactive?: true }, written: number) => {
    const keys = { [OLD]: { ...old, ...more }, [NEW]: { age: DAY, ...delivered(DAY, OLD) } };
    const holder = holderIn({ keys, written: [written, written] });
    return holder.existing?.accessKeys.flatMap((key) => (key.id === OLD ? whyHeld(holder, key) : []))[0];
  };
  expect(why({}, HOUR)).toMatch(
    /^somebody else has written CI_AWS_ACCESS_KEY_ID .* since, and perhaps put it there again$/,
  );
  expect(why({ inactive: true }, HOUR)).toBeUndefined();
  expect(why({ inactive: true }, 100 * DAY)).toMatch(/ hold it, and no newer one$/);
});
