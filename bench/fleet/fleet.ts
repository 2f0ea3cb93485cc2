/** Jobs that want a role's credentials from the same account and region. */
export interface Fleet {
  /** Holds the `action.yml` of the action that they use. */
  readonly action: string;
  readonly from: Source;
  /** When each job starts, in milliseconds from a beginning that they share, first job first. */
  readonly starts: readonly number[];
  /** Requests a second that STS lets through; undefined where it lets all through. */
  readonly limit: number | undefined;
  /** From a request to its answer, of GitHub and of STS. */
  readonly latencyMs: number;
}

/** What the jobs get their credentials from. */
export type Source = 'OIDC' | 'keys';

/** Starts of jobs that nobody puts in order, within some time. */
export function randomStarts(jobs: number, withinMs: number): number[] {
  return Array.from({ length: jobs }, () => Math.random() * withinMs).sort((a, b) => a - b);
}

/** How many requests are let through at once after a quiet time: those of a second, and at least one. */
export function burstOf(limit: number): number {
  return Math.max(1, limit);
}

/** When each job would end if each made one call, at the first moment that the limit lets it through. */
export function idealEnds({ from, starts, limit = Infinity, latencyMs }: Fleet): number[] {
  const refillMs = 1_000 / limit;
  const burst = burstOf(limit);
  let bucketIsFull = 0;
  return starts.map((start) => {
    // With OIDC, STS is called once GitHub has answered.
    const arrival = from === 'OIDC' ? start + latencyMs : start;
    const hasToken = limit === Infinity ? 0 : bucketIsFull - (burst - 1) * refillMs;
    const letThrough = Math.max(arrival, hasToken);
    bucketIsFull = Math.max(bucketIsFull, letThrough) + refillMs;
    return letThrough + latencyMs;
  });
}
