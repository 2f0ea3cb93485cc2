import type { Pair } from './pair';

/** Pairs at which a promise once broke, by what was wrong. */
export const FOUND: Readonly<Record<string, Pair>> = {
  'a request to GitHub that arrives after the one sent in its place passed for one of somebody else': {
    document: 'a user',
    applied: false,
    a: 'provision',
    b: 'deprovision',
    holdA: 26,
    holdB: undefined,
    staleMs: 30_000,
    propagationMs: 0,
    trouble: { run: 'A', call: 17, how: 'late' },
    asksForRuns: true,
    seed: 1445,
  },
  'a key that a user made for itself was used before it was recorded, and passed for a person’s': {
    document: 'a user',
    applied: true,
    a: 'deprovision',
    b: 'rotate oneself',
    holdA: 13,
    holdB: 9,
    staleMs: 30_000,
    propagationMs: 0,
    asksForRuns: false,
    seed: 1408,
  },
  'a list that was older than the plan showed a key that was gone, and a post step took it for a new one': {
    document: 'a key of the job',
    applied: false,
    a: 'ephemeral provision',
    b: 'ephemeral provision',
    holdA: 9,
    holdB: 13,
    asleepMs: 660_000,
    staleMs: 30_000,
    propagationMs: 0,
    asksForRuns: false,
    seed: 28,
  },
};
