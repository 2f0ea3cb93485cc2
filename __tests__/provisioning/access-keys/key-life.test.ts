import { placeDigests } from '../../../src/provisioning/access-keys/destinations';
import { livesOf, type KeyLives } from '../../../src/provisioning/access-keys/key-life';
import type { KeyRecord } from '../../../src/provisioning/access-keys/record';
import { writeRun } from '../../../src/provisioning/run';
import { TO_GITHUB } from '../declared';
import { DAY, delivered, holderIn, HOUR, made, MINUTE, NEW, NOW, OLD, RUN, type Situation } from './holder';

/** What each key is, in a word. */
function wordsFor(lives: KeyLives): Record<string, string> {
  const words = (name: string, ids: readonly string[]) => ids.map((id) => [id, name] as const);
  return Object.fromEntries([
    ...words(
      'in work',
      lives.inWork.map(({ id }) => id),
    ),
    ...words(
      'undelivered',
      lives.undelivered.map(({ id }) => id),
    ),
    ...words(
      'overwritten',
      lives.overwritten.map(({ id }) => id),
    ),
    ...words(
      'elsewhere',
      lives.elsewhere.map(({ id }) => id),
    ),
    ...lives.arrived.map(({ key, torn }) => [key.id, torn ? 'torn' : 'arrived'] as const),
    ...(lives.current ? [[lives.current.id, lives.current.drift ?? 'current'] as const] : []),
    ...words(
      'replaced',
      lives.replaced.map(({ key }) => key.id),
    ),
    ...lives.ofJobs.map(({ key, isOver }) => [key.id, isOver ? 'of a job that is over' : 'of a job'] as const),
    ...words(
      'new suspect',
      lives.newSuspects.map(({ id }) => id),
    ),
    ...words(
      'suspect',
      lives.suspects.map(({ key }) => key.id),
    ),
    ...words(
      'a person’s',
      lives.others.map(({ id }) => id),
    ),
  ]);
}

const delivering = (ago: number, places = placeDigests([TO_GITHUB])): KeyRecord => ({
  ...made(ago),
  delivering: { run: RUN, at: NOW - ago, places },
});
const job = (until: number): KeyRecord => ({ job: { run: RUN, until: NOW + until } });
const isOver = { overRuns: new Set([writeRun(RUN)]) };

test.each<[what: string, Situation, is: Record<string, string>]>([
  ['nothing recorded, young', { keys: { [NEW]: { age: 9 * MINUTE } } }, { [NEW]: 'in work' }],
  ['nothing recorded, no longer young', { keys: { [NEW]: { age: 10 * MINUTE } } }, { [NEW]: 'a person’s' }],
  ['announced before', { keys: { [NEW]: { age: 20 * MINUTE } }, announced: 35 * MINUTE }, { [NEW]: 'new suspect' }],
  [
    'announced too long before',
    { keys: { [NEW]: { age: 20 * MINUTE } }, announced: 36 * MINUTE },
    { [NEW]: 'a person’s' },
  ],
  ['announced after', { keys: { [NEW]: { age: 20 * MINUTE } }, announced: 19 * MINUTE }, { [NEW]: 'a person’s' }],
  ['announced, young', { keys: { [NEW]: { age: MINUTE } }, announced: MINUTE }, { [NEW]: 'in work' }],
  [
    'announced, young, and the run is over',
    { keys: { [NEW]: { age: MINUTE } }, announced: MINUTE, more: isOver },
    { [NEW]: 'new suspect' },
  ],
  [
    'announced, so young that another announcement may not be seen yet, and the run is over',
    { keys: { [NEW]: { age: 29_000 } }, announced: MINUTE, more: isOver },
    { [NEW]: 'in work' },
  ],
  ['made, young', { keys: { [NEW]: { age: 9 * MINUTE, ...made(9 * MINUTE) } } }, { [NEW]: 'in work' }],
  ['made, and left', { keys: { [NEW]: { age: 10 * MINUTE, ...made(10 * MINUTE) } } }, { [NEW]: 'undelivered' }],
  [
    'made, and the run is over',
    { keys: { [NEW]: { age: MINUTE, ...made(MINUTE) } }, more: isOver },
    { [NEW]: 'undelivered' },
  ],
  [
    'being delivered, young',
    { keys: { [NEW]: { age: MINUTE, ...delivering(MINUTE) } }, written: [0, 0] },
    { [NEW]: 'in work' },
  ],
  [
    'being delivered, left, and all is written',
    { keys: { [NEW]: { age: 20 * MINUTE, ...delivering(19 * MINUTE) } }, written: [20 * MINUTE, 18 * MINUTE] },
    { [NEW]: 'arrived' },
  ],
  [
    'being delivered, left, and half is written',
    { keys: { [NEW]: { age: 20 * MINUTE, ...delivering(19 * MINUTE) } }, written: [18 * MINUTE, DAY] },
    { [NEW]: 'undelivered' },
  ],
  [
    'being delivered, left, and nothing is there',
    { keys: { [NEW]: { age: 20 * MINUTE, ...delivering(19 * MINUTE) } }, written: ['missing', 'missing'] },
    { [NEW]: 'undelivered' },
  ],
  ...(
    [
      ['both halves are written later than its run could', [5 * MINUTE, 5 * MINUTE]],
      ['one half is', [19 * MINUTE, 5 * MINUTE]],
    ] as const
  ).flatMap(([what, written]): [string, Situation, Record<string, string>][] => {
    const keys = { [NEW]: { age: 20 * MINUTE, ...delivering(19 * MINUTE) } };
    return [
      [`being delivered, left, and ${what}`, { keys, written }, { [NEW]: 'overwritten' }],
      [
        `${what}, and nobody has used it since`,
        { keys, written, lastUsed: { [NEW]: 19 * MINUTE } },
        { [NEW]: 'undelivered' },
      ],
      [
        `${what}, and nobody has ever used it`,
        { keys, written, lastUsed: { [NEW]: 'never' } },
        { [NEW]: 'undelivered' },
      ],
      [`${what}, and it was used since`, { keys, written, lastUsed: { [NEW]: 18 * MINUTE } }, { [NEW]: 'overwritten' }],
    ];
  }),
  [
    'being delivered, left, written as late as its run could',
    { keys: { [NEW]: { age: 20 * MINUTE, ...delivering(19 * MINUTE) } }, written: [12 * MINUTE, 13 * MINUTE] },
    { [NEW]: 'arrived' },
  ],
  [
    'being delivered, left, and nobody can tell',
    { keys: { [NEW]: { age: 20 * MINUTE, ...delivering(19 * MINUTE) } } },
    { [NEW]: 'torn' },
  ],
  [
    'being delivered to other places, left',
    { keys: { [NEW]: { age: 20 * MINUTE, ...delivering(19 * MINUTE, ['other']) } }, written: [DAY, DAY] },
    { [NEW]: 'elsewhere' },
  ],
  [
    'being delivered to other places, left, and somebody else has written those of the document',
    { keys: { [NEW]: { age: 20 * MINUTE, ...delivering(19 * MINUTE, ['other']) } }, written: [MINUTE, MINUTE] },
    { [NEW]: 'elsewhere' },
  ],
  [
    'being delivered to other places, left, and those of the document were written, too',
    {
      keys: { [NEW]: { age: 20 * MINUTE, ...delivering(19 * MINUTE, ['other']) } },
      written: [19 * MINUTE, 19 * MINUTE],
    },
    { [NEW]: 'torn' },
  ],
  [
    'being delivered to other places, left, and nobody can tell',
    { keys: { [NEW]: { age: 20 * MINUTE, ...delivering(19 * MINUTE, ['other']) } } },
    { [NEW]: 'torn' },
  ],
  ['delivered', { keys: { [NEW]: { age: DAY, ...delivered(DAY) } }, written: [DAY, DAY] }, { [NEW]: 'current' }],
  [
    'delivered, young',
    { keys: { [NEW]: { age: MINUTE, ...delivered(MINUTE) } }, written: [MINUTE, MINUTE] },
    { [NEW]: 'current' },
  ],
  [
    'delivered, and the record of a key of an earlier user of that name came late',
    { keys: { [NEW]: { age: DAY, ...delivered(DAY) } }, gone: { [OLD]: delivered(HOUR) }, written: [DAY, DAY] },
    { [NEW]: 'current' },
  ],
  ['delivered, nobody can tell', { keys: { [NEW]: { age: DAY, ...delivered(DAY) } } }, { [NEW]: 'current' }],
  [
    'delivered, then deactivated',
    { keys: { [NEW]: { age: DAY, inactive: true, ...delivered(DAY) } } },
    { [NEW]: 'somebody has deactivated it' },
  ],
  ['delivered, then deleted', { gone: { [NEW]: delivered(DAY) } }, { [NEW]: 'it is gone' }],
  [
    'delivered, a secret gone',
    { keys: { [NEW]: { age: DAY, ...delivered(DAY) } }, written: [DAY, 'missing'] },
    { [NEW]: 'CI_AWS_SECRET_ACCESS_KEY of octo/app is not there' },
  ],
  [
    'delivered, a secret written since',
    { keys: { [NEW]: { age: DAY, ...delivered(DAY) } }, written: [HOUR, DAY] },
    { [NEW]: 'CI_AWS_ACCESS_KEY_ID of octo/app was written by someone else since' },
  ],
  [
    'delivered, a secret written before: a place that the document has got since',
    { keys: { [NEW]: { age: DAY, ...delivered(DAY) } }, written: [2 * DAY, DAY] },
    { [NEW]: 'CI_AWS_ACCESS_KEY_ID of octo/app was written before this key was made' },
  ],
  [
    'delivered to some places only',
    { keys: { [NEW]: { age: DAY, ...delivered(DAY, undefined, true) } }, written: [DAY, DAY] },
    { [NEW]: 'not all of its places hold it for certain' },
  ],
  [
    'one in place of another',
    {
      keys: { [OLD]: { age: 90 * DAY, ...delivered(90 * DAY) }, [NEW]: { age: DAY, ...delivered(DAY, OLD) } },
      written: [DAY, DAY],
    },
    { [OLD]: 'replaced', [NEW]: 'current' },
  ],
  [
    'one in place of another of which nothing is recorded',
    { keys: { [OLD]: { age: 90 * DAY }, [NEW]: { age: DAY, ...delivered(DAY, OLD) } }, written: [DAY, DAY] },
    { [OLD]: 'replaced', [NEW]: 'current' },
  ],
  [
    'replaced, and the one in its place is gone, with its record',
    {
      keys: {
        [OLD]: { age: 90 * DAY, ...delivered(90 * DAY), replaced: { at: NOW - DAY } },
        [NEW]: { age: HOUR, ...delivered(HOUR) },
      },
      written: [HOUR, HOUR],
    },
    { [OLD]: 'replaced', [NEW]: 'current' },
  ],
  [
    'two, and neither in place of the other: the last',
    {
      keys: { [OLD]: { age: 90 * DAY, ...delivered(90 * DAY) }, [NEW]: { age: DAY, ...delivered(DAY) } },
      written: [DAY, DAY],
    },
    { [NEW]: 'current' },
  ],
  ['of a job', { keys: { [NEW]: { age: MINUTE, ...job(HOUR) } } }, { [NEW]: 'of a job' }],
  [
    'of a job whose time is over',
    { keys: { [NEW]: { age: 6 * HOUR, ...job(-1) } } },
    { [NEW]: 'of a job that is over' },
  ],
  [
    'of a job that GitHub says is over',
    { keys: { [NEW]: { age: MINUTE, ...job(HOUR) } }, more: isOver },
    { [NEW]: 'of a job that is over' },
  ],
  ['a suspect', { keys: { [NEW]: { age: DAY, suspect: { at: NOW - HOUR } } } }, { [NEW]: 'suspect' }],
])('%s', (_, situation, is) => {
  expect(wordsFor(livesOf(holderIn(situation)))).toEqual(is);
});

test('a key in work is reported with its run, or those that announced one', () => {
  const recorded = livesOf(holderIn({ keys: { [NEW]: { age: MINUTE, ...made(MINUTE) } } }));
  expect(recorded.inWork).toEqual([{ id: NEW, since: new Date(NOW - MINUTE), runs: [RUN] }]);
  const announced = livesOf(holderIn({ keys: { [NEW]: { age: MINUTE } }, announced: MINUTE }));
  expect(announced.inWork).toMatchObject([{ runs: [RUN] }]);
  const unknown = livesOf(holderIn({ keys: { [NEW]: { age: MINUTE } } }));
  expect(unknown.inWork).toMatchObject([{ runs: [] }]);
});
