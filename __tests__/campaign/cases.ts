import type { Ended } from '../../sandbox/runner/driver';
import { Chance } from '../two-runs/chance';
import { pairOf } from '../two-runs/generate';
import { describePair, runPair } from '../two-runs/pair';
import { makeReady, reportOf } from '../two-runs/pairs';
import { trialOf } from './generate';
import { describeTrial, runTrial, type Tried } from './trial';

/** What a campaign tries: a pair of runs on the keys of the same users, or a step of any mode. */
export interface Case {
  readonly text: string;
  /** As it can be tried again, whatever becomes of its seed. */
  readonly settings: object;
  readonly run: () => Promise<Result>;
}

export interface Result {
  readonly broken: readonly { readonly promise: string; readonly how: string }[];
  /** All that was done, for whoever looks into a failure. */
  readonly report: string;
}

export type Kind = keyof typeof KINDS;

const KINDS = { steps: trialCase, pairs: pairCase };

/** Which kind of case a seed stands for. */
export function kindOf(seed: number): Kind {
  const chance = new Chance(2 ** 31 + 2 ** 28 + seed);
  chance.next();
  return chance.happens(0.5) ? 'steps' : 'pairs';
}

/** A case by its seed: the same whenever it is asked for. */
export function caseOf(seed: number): Promise<Case> {
  return KINDS[kindOf(seed)](seed);
}

async function pairCase(seed: number): Promise<Case> {
  return inPairs(async () => {
    const pair = await pairOf(seed);
    const run = () =>
      inPairs(async () => {
        const outcome = await runPair(pair);
        return { broken: outcome.broken, report: reportOf(outcome) };
      });
    return { text: describePair(pair), settings: pair, run };
  });
}

async function trialCase(seed: number): Promise<Case> {
  const trial = await trialOf(seed);
  const run = async () => {
    const tried = await runTrial(trial);
    return { broken: tried.broken, report: reportOfTrial(tried) };
  };
  return { text: describeTrial(trial), settings: trial, run };
}

/** Pairs find another network, and other variables, than steps do. */
async function inPairs<T>(work: () => Promise<T>): Promise<T> {
  const stop = makeReady();
  try {
    return await work();
  } finally {
    stop();
  }
}

export function reportOfTrial({ jobs, calls, broken }: Tried): string {
  return [
    ...calls.map((call, at) => `  ${at + 1} ${call}`),
    ...jobs.flatMap(({ main, rounds, posts, again, late }) => [
      ...ended(main, main.log),
      ...rounds.flatMap(({ answers }) => answers).flatMap((one) => ended(one, [one.stdout, one.stderr])),
      ...[...posts, ...again].flatMap((post) => ended(post, post.log)),
      ...late.flatMap((one) => ended(one, [one.stdout, one.stderr])),
    ]),
    ...broken.map(({ promise, how }) => `${promise}: ${how}`),
  ].join('\n');
}

function ended({ exitCode, duration }: Pick<Ended, 'exitCode' | 'duration'>, lines: readonly string[]): string[] {
  return [`ended with ${exitCode} after ${duration / 1000} s`, ...lines.map((line) => `  | ${line}`)];
}
