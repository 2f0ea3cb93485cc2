import { Chance } from './chance';
import type { DocumentName } from './documents';
import type { Trouble } from './job';
import { TAKERS, type Taker } from './owners';
import { callsOf, type Pair, type ProcedureName } from './pair';

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
  const kind = new Chance(2 ** 31 + 2 ** 30 + seed);
  kind.next();
  const generate = kind.pick([anyPair, anyPair, anyPair, pairOfOneName, pairWithDevice]);
  // Other seeds mean what they meant before there were workspaces.
  const more = new Chance(2 ** 31 + 2 ** 29 + seed);
  more.next();
  const pair = await (more.happens(0.15) ? pairWithWorkspace(seed, more) : generate(seed, kind));
  return pair.trouble && pair.trouble.how !== 'taken' ? withTwice(pair, pair.trouble) : pair;
}

/** The same pair, in which now and then what goes wrong is that a call is done twice. */
function withTwice(pair: Pair, trouble: NonNullable<Pair['trouble']>): Pair {
  const chance = new Chance(2 ** 31 + 2 ** 27 + pair.seed);
  chance.next();
  return chance.happens(0.15) ? { ...pair, trouble: { ...trouble, how: 'done twice' } } : pair;
}

/** What A is about to create has a name that someone else takes, or the answer is lost, or both. */
async function pairOfOneName(seed: number, chance: Chance): Promise<Pair> {
  const document: DocumentName = chance.pick(['one of each kind', 'one of each kind', 'a device', 'two users']);
  const isBForeign = document === 'one of each kind' && chance.happens(0.4);
  const a = chance.pick<ProcedureName>(['provision', 'ephemeral provision']);
  const b = chance.pick<ProcedureName>(['provision', 'ephemeral provision', 'deprovision']);
  const names = await callsOf(document, false, a);
  const creations = callsNamed(/^Create/, names);
  const call = chance.pick(creations);
  const how = chance.pick<Trouble>(['taken', 'taken', 'answer lost', 'no answer', 'late', 'killed', 'machine lost']);
  return {
    document,
    applied: false,
    a,
    b,
    ...(isBForeign && { documentOfB: 'rights alone', isBForeign }),
    // Mostly B comes just when A is about to ask again.
    holdA: chance.happens(0.6) ? call + 1 : chance.pick([...creations, 1 + chance.below(names.length + 1)]),
    holdB: chance.happens(0.3) ? 1 + chance.below(names.length + 1) : undefined,
    staleMs: chance.pick([0, 30_000]),
    propagationMs: 0,
    ...(chance.happens(0.85) && {
      trouble: { run: 'A', call, how, ...(how === 'taken' && { taker: chance.pick(TAKER_NAMES) }) },
    }),
    asksForRuns: chance.happens(0.5),
    seed,
  };
}

const TAKER_NAMES = Object.keys(TAKERS) as [Taker, ...Taker[]];

/** The runs meet, and calls go wrong, where a workspace of HCP Terraform, which tells no times, is written. */
async function pairWithWorkspace(seed: number, chance: Chance): Promise<Pair> {
  const document: DocumentName = chance.pick(['a workspace', 'a workspace', 'a workspace and a place']);
  const applied = chance.happens(0.7);
  const procedures: Choice<ProcedureName> = applied
    ? ['provision', 'rotate', 'rotate', 'rotate with delete-old-keys', 'deprovision']
    : ['provision', 'provision', 'ephemeral provision', 'deprovision'];
  const [a, b] = [chance.pick(procedures), chance.pick(procedures)];
  const [ofA, ofB] = [await callsOf(document, applied, a), await callsOf(document, applied, b)];
  const callIn = (names: readonly string[]) =>
    chance.pick([...callsNamed(OF_WORKSPACES, names), 1 + chance.below(names.length + 2)]);
  const run = chance.happens(0.6) ? 'A' : 'B';
  return {
    document,
    applied,
    a,
    b,
    holdA: callIn(ofA) + chance.below(2),
    holdB: chance.happens(0.4) ? callIn(ofB) + chance.below(2) : undefined,
    ...(chance.happens(0.2) && { asleepMs: 11 * 60_000 }),
    staleMs: chance.pick([0, 30_000]),
    propagationMs: 0,
    ...(chance.happens(0.6) && {
      trouble: { run, call: callIn(run === 'A' ? ofA : ofB), how: chance.pick(TROUBLES) },
    }),
    asksForRuns: chance.happens(0.5),
    seed,
  };
}

const OF_WORKSPACES = /^(?:POST|PATCH|DELETE) var$/;

/** The runs meet, and calls go wrong, where a device is made or removed, or its seed is. */
async function pairWithDevice(seed: number, chance: Chance): Promise<Pair> {
  const document: DocumentName = chance.pick(['only a device', 'a device with two secrets', 'a device']);
  const applied = chance.happens(0.4);
  const procedures: Choice<ProcedureName> = ['provision', 'ephemeral provision', 'deprovision'];
  const [a, b] = [chance.pick(procedures), chance.pick(procedures)];
  const [ofA, ofB] = [await callsOf(document, applied, a), await callsOf(document, applied, b)];
  const callIn = (names: readonly string[]) => {
    const anywhere = 1 + chance.below(names.length + 2);
    return chance.pick([...callsNamed(OF_DEVICES, names), anywhere]);
  };
  const run = chance.happens(0.5) ? 'A' : 'B';
  return {
    document,
    applied,
    a,
    b,
    holdA: callIn(ofA) + chance.below(2),
    holdB: chance.happens(0.5) ? callIn(ofB) + chance.below(2) : undefined,
    ...(chance.happens(0.3) && { asleepMs: 11 * 60_000 }),
    staleMs: chance.pick([0, 30_000]),
    propagationMs: 0,
    ...(chance.happens(0.7) && {
      trouble: { run, call: callIn(run === 'A' ? ofA : ofB), how: chance.pick(TROUBLES) },
    }),
    asksForRuns: chance.happens(0.5),
    seed,
  };
}

const OF_DEVICES = /^(?!Get|List).*MFADevice$|^(?:PUT|DELETE) secret$/;

/** The numbers of the calls with such names, or of the first. */
function callsNamed(pattern: RegExp, names: readonly string[]): Choice<number> {
  const [first = 1, ...others] = names.flatMap((name, index) => (pattern.test(name) ? index + 1 : []));
  return [first, ...others];
}

async function anyPair(seed: number): Promise<Pair> {
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
