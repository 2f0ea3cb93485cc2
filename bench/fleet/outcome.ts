import type { Run } from '../../sandbox/runner/job';
import { hasCredentials } from '../contenders';

/** What became of a fleet. */
export interface Outcome {
  readonly jobs: readonly JobOutcome[];
  readonly calls: StsCalls;
}

export interface JobOutcome {
  /** Milliseconds from the beginning of the fleet. */
  readonly endedAt: number;
  /** The error that it ended with; undefined when it ended with a role's credentials. */
  readonly error: string | undefined;
}

export interface StsCalls {
  /** All that reached STS. */
  readonly made: number;
  /** Those of them that it refused because of its limit. */
  readonly throttled: number;
}

export function outcomeOf({
  endedAt,
  exported,
  lines,
}: { readonly endedAt: number } & Pick<Run, 'exported' | 'lines'>): JobOutcome {
  const failure = lines.find(({ command }) => command?.name === 'error')?.command?.value;
  return { endedAt, error: failure ?? (hasCredentials({ exported }) ? undefined : 'no credentials') };
}
