import { masked } from '../sandbox/runner/log';

/** Outputs of a job, as others find them. */
export interface PassedOutputs {
  readonly passed: Readonly<Record<string, string>>;
  /** The names of those that GitHub withholds from other jobs, as a part of their value is masked. */
  readonly withheld: readonly string[];
}

/** Which outputs of a job reach others: those with nothing in them that the job's log masks. */
export function passedOutputs(outputs: Readonly<Record<string, string>>, masks: ReadonlySet<string>): PassedOutputs {
  const isSecret = (value: string) => masked(value, masks) !== value;
  const entries = Object.entries(outputs);
  return {
    passed: Object.fromEntries(entries.filter(([, value]) => !isSecret(value))),
    withheld: entries.flatMap(([name, value]) => (isSecret(value) ? [name] : [])),
  };
}
