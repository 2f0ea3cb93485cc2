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
};
