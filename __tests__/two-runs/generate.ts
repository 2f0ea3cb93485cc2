import { Chance } from './chance';
import type { Trouble } from './job';
import { callsOf, type DocumentName, type Pair, type ProcedureName } from './pair';

type Choice<T> = readonly [T, ...T[]];

interface Meeting {
  readonly document: DocumentName;
  readonly applied: boolean;
  readonly procedures: Choice<ProcedureName>;
}

/** Which procedures meet, by what was there before. */
const MEETINGS: Choice<Meeting> = [
  {
    document: 'a user',
    applied: true,
    procedures: [
      'provision',
      'rotate',
      'rotate oneself',
      'rotate oneself with delete-old-keys',
      'rotate with delete-old-keys',
      'deprovision',
      'ephemeral provision',
    ],
  },
  { document: 'a user', applied: false, procedures: ['provision', 'ephemeral provision', 'rotate', 'deprovision'] },
  {
    document: 'two users',
    applied: true,
    procedures: [
      'rotate',
      'provision',
      'rotate with delete-old-keys',
      'rotate oneself with delete-old-keys',
      'deprovision',
    ],
  },
  { document: 'a key of the job', applied: false, procedures: ['provision', 'deprovision', 'ephemeral provision'] },
  { document: 'a key of the job', applied: true, procedures: ['provision', 'deprovision'] },
];

/** More of them, with other documents, and with a document that is another one by the time that B begins. */
const WIDER_MEETINGS: Choice<Meeting & { documentOfB?: DocumentName }> = [
  {
    document: 'two places',
    applied: true,
    procedures: ['provision', 'rotate', 'rotate with delete-old-keys', 'deprovision', 'ephemeral provision'],
  },
  { document: 'two places', applied: false, procedures: ['provision', 'ephemeral provision', 'deprovision'] },
  { document: 'a key of the job', applied: false, procedures: ['provision', 'ephemeral provision'] },
  { document: 'a device', applied: false, procedures: ['provision', 'ephemeral provision', 'deprovision'] },
  { document: 'a device', applied: true, procedures: ['provision', 'rotate', 'deprovision', 'ephemeral provision'] },
  ...(
    [
      ['a user', 'two places'],
      ['two places', 'a user'],
      ['a user', 'another place'],
      ['a user', 'a key of the job'],
      ['a key of the job', 'a user'],
    ] as const
  ).map(([document, documentOfB]): Meeting & { documentOfB: DocumentName } => ({
    document,
    documentOfB,
    applied: true,
    procedures: ['provision', 'provision', 'rotate', 'rotate with delete-old-keys', 'deprovision'],
  })),
];

const TROUBLES: Choice<Trouble> = ['refused', 'answer lost', 'no answer', 'late', 'killed', 'machine lost'];

/** A pair by its seed: the same whenever it is asked for. */
export async function pairOf(seed: number): Promise<Pair> {
  const chance = new Chance(seed);
  // The first numbers of seeds that are near each other are so, too.
  chance.next();
  // Seeds for which this does not happen mean what they meant before there was more.
  const more = new Chance(2 ** 31 + seed);
  more.next();
  const isWider = more.happens(0.5);
  const met: Meeting & { documentOfB?: DocumentName } = isWider ? more.pick(WIDER_MEETINGS) : chance.pick(MEETINGS);
  const { document, documentOfB, applied, procedures } = met;
  const [a, b] = [chance.pick(procedures), chance.pick(procedures)];
  const namesA = await callsOf(document, applied, a);
  const callsA = namesA.length;
  const callsB = (await callsOf(documentOfB ?? document, applied, b)).length;
  // Runs that meet others may make more calls than they do alone.
  const callIn = (calls: number) => 1 + chance.below(calls + 2);
  const pair: Pair = {
    document,
    applied,
    a,
    b,
    ...(documentOfB !== undefined && { documentOfB }),
    holdA: callIn(callsA),
    holdB: chance.happens(0.5) ? callIn(callsB) : undefined,
    ...(chance.happens(0.15) && { asleepMs: 11 * 60_000 }),
    staleMs: chance.pick([0, 30_000]),
    propagationMs: chance.pick([0, 8_000]),
    ...(chance.happens(0.5) && {
      trouble: chance.happens(0.5)
        ? { run: 'A', call: callIn(callsA), how: chance.pick(TROUBLES) }
        : { run: 'B', call: callIn(callsB), how: chance.pick(TROUBLES) },
    }),
    asksForRuns: chance.happens(0.5),
    ...(chance.happens(0.15) && { personBefore: callIn(callsA + callsB) }),
    seed,
  };
  // Whose a user is, its maker has to find out then.
  const creation = namesA.indexOf('CreateUser') + 1;
  const isLost = isWider && creation > 0 && more.happens(0.3);
  return isLost
    ? { ...pair, trouble: { run: 'A', call: creation, how: more.pick(['answer lost', 'no answer', 'late']) } }
    : pair;
}

/**
 * A is held at each of its calls, or at every so many, while B runs. How old reads are, when keys are known, what GitHub
 * says, and what follows goes in turns. Keys are mostly known at once, as the tests of others shift all calls after them.
 */
export async function heldEverywhere(met: Pick<Pair, 'document' | 'applied' | 'a' | 'b'>, every = 1): Promise<Pair[]> {
  const { length: calls } = await callsOf(met.document, met.applied, met.a);
  return Array.from({ length: Math.ceil((calls + 1) / every) }, (_, turn) => ({
    ...met,
    holdA: 1 + turn * every,
    holdB: undefined,
    staleMs: turn % 2 === 0 ? 0 : 30_000,
    propagationMs: turn % 8 < 7 ? 0 : 8_000,
    asksForRuns: turn % 4 < 2,
    isFollowedOnce: turn % 7 !== 0,
    seed: turn,
  }));
}
