import type { DocumentName } from './documents';
import { FOUND } from './found';
import { heldEverywhere } from './generate';
import { runPair, type ProcedureName } from './pair';
import { makeReady, reportOf, wrongWith } from './pairs';

let stop: () => void;
beforeAll(() => (stop = makeReady()));
afterAll(() => {
  stop();
});

type Meeting = readonly [document: DocumentName, applied: boolean, a: ProcedureName, b: ProcedureName];

const MAIN: readonly Meeting[] = [
  ['a user', true, 'rotate', 'provision'],
  ['a user', true, 'rotate', 'rotate'],
  ['a user', true, 'rotate', 'rotate with delete-old-keys'],
  ['a user', true, 'rotate with delete-old-keys', 'rotate'],
  ['a user', true, 'provision', 'rotate'],
  ['a user', true, 'deprovision', 'provision'],
  ['a user', false, 'provision', 'provision'],
  ['a key of the job', false, 'provision', 'provision'],
  ['a key of the job', true, 'provision', 'provision'],
];

const OTHERS: readonly Meeting[] = [
  ['a user', true, 'rotate', 'deprovision'],
  ['a user', true, 'rotate with delete-old-keys', 'provision'],
  ['a user', true, 'rotate oneself', 'provision'],
  ['a user', true, 'rotate oneself', 'rotate oneself'],
  ['a user', true, 'rotate oneself with delete-old-keys', 'provision'],
  ['a user', true, 'provision', 'deprovision'],
  ['a user', true, 'deprovision', 'rotate'],
  ['a user', false, 'provision', 'deprovision'],
  ['a user', false, 'provision', 'ephemeral provision'],
  ['a user', false, 'ephemeral provision', 'provision'],
  ['a user', false, 'ephemeral provision', 'ephemeral provision'],
  ['two users', true, 'rotate', 'provision'],
  ['two users', true, 'rotate', 'rotate'],
  ['two users', true, 'rotate oneself with delete-old-keys', 'provision'],
  ['a key of the job', true, 'provision', 'deprovision'],
  ['a workspace', true, 'rotate', 'provision'],
  ['a workspace', true, 'rotate', 'rotate with delete-old-keys'],
  ['a workspace', true, 'deprovision', 'provision'],
  ['a workspace', false, 'provision', 'provision'],
  ['a workspace and a place', true, 'rotate', 'rotate'],
  ['only a device', true, 'deprovision', 'provision'],
  ['only a device', false, 'provision', 'provision'],
];

/** What a campaign looks at more closely. */
const WIDER: readonly Meeting[] = [
  ['two places', true, 'rotate', 'provision'],
  ['a device', false, 'provision', 'provision'],
  ['one of each kind', false, 'ephemeral provision', 'provision'],
];

const nameOf = ([document, applied, a, b]: Meeting) => `${document}${applied ? ', applied before' : ''}: ${a}, ${b}`;
const named = (meetings: readonly Meeting[]) => meetings.map((meeting) => [nameOf(meeting), meeting] as const);

async function wrongAtEach(every: number, [document, applied, a, b]: Meeting): Promise<string[]> {
  const pairs = await heldEverywhere({ document, applied, a, b }, every);
  const wrong = [];
  for (const pair of pairs) wrong.push(...(await wrongWith(pair)));
  return wrong;
}

test.each(named(MAIN))('%s, which runs while the first is held at each call', async (_, meeting) => {
  expect(await wrongAtEach(1, meeting)).toEqual([]);
});

// At every call they would take much longer; a campaign holds runs anywhere.
test.each(named(OTHERS))('%s, which runs while the first is held at each seventh call', async (_, meeting) => {
  expect(await wrongAtEach(7, meeting)).toEqual([]);
});

test.each(named(WIDER))('%s, which runs while the first is held here and there', async (_, meeting) => {
  expect(await wrongAtEach(17, meeting)).toEqual([]);
});

test.each(Object.entries(FOUND))('once, %s', async (_, pair) => {
  expect(await wrongWith(pair)).toEqual([]);
});

test('the SDK in its own way does the same', async () => {
  const pairs = await heldEverywhere({ document: 'a user', applied: true, a: 'rotate', b: 'provision' }, 8);
  for (const pair of pairs) {
    const short = reportOf(await runPair(pair));
    stop();
    stop = makeReady({ isShort: false });
    const long = reportOf(await runPair(pair));
    stop();
    stop = makeReady();
    expect(firstInAnyOrder(long)).toBe(firstInAnyOrder(short));
  }
});

/** A report, whichever of its two first calls a run has sent first: it makes them at once. */
function firstInAnyOrder(report: string): string {
  return report.replaceAll(/^ {2}1 (.+)\n {2}2 (.+)$/gm, (_, ...calls: string[]) =>
    calls.slice(0, 2).sort().join(' and '),
  );
}
