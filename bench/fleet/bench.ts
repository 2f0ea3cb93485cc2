import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { actionIn, type Action } from '../contenders';
import { STS_QUOTA } from './aws';
import { idealEnds, randomStarts, type Fleet, type Source } from './fleet';
import { runProcesses } from './processes';
import { report, type Result } from './report';
import { simulate } from './simulation';

/** STS shares its quota with all that the account does: little may be left of it. */
const LIMITS = [STS_QUOTA, 40, 15];
const LATENCY_MS = 50;
const SOURCES: readonly Source[] = ['OIDC', 'keys'];

interface Options {
  readonly jobs: number;
  /** In which all of them start. */
  readonly withinSeconds: number;
  readonly limits: readonly number[];
  readonly other: Action | undefined;
  /** Whether each job is a process, and takes the time that it takes. */
  readonly processes: boolean;
}

async function main(): Promise<void> {
  const { jobs, withinSeconds, limits, other, processes } = options();
  const ours: Action = { name: 'this action', folder: resolve(__dirname, '../..') };
  const actions = other ? [ours, other] : [ours];
  const starts = randomStarts(jobs, withinSeconds * 1_000);
  const results: Result[] = [];
  for (const limit of limits) {
    for (const from of SOURCES) {
      const fleetOf = ({ folder }: Action): Fleet => ({ action: folder, from, starts, limit, latencyMs: LATENCY_MS });
      const outcomes = [];
      for (const action of actions) {
        process.stderr.write(`${jobs} jobs from ${from}, ${limit} a second, ${action.name} …\n`);
        const outcome = await (processes ? runProcesses : simulate)(fleetOf(action));
        outcomes.push({ action: action.name, outcome });
      }
      results.push({ name: `${jobs}, ${from}, ${limit}/s`, idealEnds: idealEnds(fleetOf(ours)), outcomes });
    }
  }
  process.stdout.write(`\n${report(results)}\n`);
}

/** @throws Error when an option is wrong */
function options(): Options {
  const { values } = parseArgs({
    options: {
      against: { type: 'string' },
      jobs: { type: 'string', default: '1000' },
      within: { type: 'string', default: '1' },
      limit: { type: 'string', multiple: true, default: LIMITS.map(String) },
      processes: { type: 'boolean', default: false },
    },
  });
  const { against, jobs, within, limit, processes } = values;
  return {
    jobs: wholeNumber('--jobs', jobs),
    withinSeconds: wholeNumber('--within', within),
    limits: limit.map((text) => wholeNumber('--limit', text)),
    other: against === undefined ? undefined : actionIn(against),
    processes,
  };
}

/** @throws Error when it is none */
function wholeNumber(option: string, text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) {
    throw new Error(`${option} is "${text}"; it must be a whole number from 1`);
  }
  return number;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
