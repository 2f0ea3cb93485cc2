import { table } from '../report';
import type { JobOutcome, Outcome } from './outcome';

/** A fleet, and what became of it with each of the actions. */
export interface Result {
  readonly name: string;
  /** When each job would have ended at best. */
  readonly idealEnds: readonly number[];
  readonly outcomes: readonly { readonly action: string; readonly outcome: Outcome }[];
}

/** Tables for a terminal. */
export function report(results: readonly Result[]): string {
  const rows = results.flatMap(({ name, idealEnds, outcomes }) => [
    [name, 'at best', '100.0 %', '1.00', ...seconds(idealEnds), '1.00'],
    ...outcomes.map(({ action, outcome }) => [name, action, ...figuresOf(outcome, idealEnds)]),
  ]);
  const errors = results.flatMap(({ name, outcomes }) =>
    outcomes.flatMap(({ action, outcome }) =>
      [...countsOf(outcome.jobs)].map(([error, jobs]) => [name, `${action}: ${error}`, jobs]),
    ),
  );
  return [
    'Calls to STS, and seconds until half of the jobs served and all of them had credentials',
    ...table(['jobs, from, limit', 'action', 'served', 'calls/job', 'median', 'last', 'last/best'], rows),
    ...(errors.length > 0 ? ['', 'Errors', ...table(['jobs, from, limit', 'error', 'jobs'], errors)] : []),
    '',
  ].join('\n');
}

function figuresOf({ jobs, calls }: Outcome, idealEnds: readonly number[]): string[] {
  const ends = jobs.filter(({ error }) => error === undefined).map(({ endedAt }) => endedAt);
  return [
    `${((ends.length / jobs.length) * 100).toFixed(1)} %`,
    (calls.made / jobs.length).toFixed(2),
    ...seconds(ends),
    (Math.max(...ends) / Math.max(...idealEnds)).toFixed(2),
  ];
}

/** The median and the last. */
function seconds(ends: readonly number[]): string[] {
  const sorted = [...ends].sort((a, b) => a - b);
  return [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)].map((ms) =>
    ms === undefined ? 'n/a' : (ms / 1_000).toFixed(1),
  );
}

/** How many jobs ended with which error, by its first line. */
function countsOf(jobs: readonly JobOutcome[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { error } of jobs) {
    const [line] = error?.split('\n') ?? [];
    if (line !== undefined) counts.set(line, (counts.get(line) ?? 0) + 1);
  }
  return counts;
}
