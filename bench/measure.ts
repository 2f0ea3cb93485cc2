import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Contender } from './contenders';
import type { Calls } from './sandbox-process';
import type { Scenario } from './scenarios';

/** Median, least and greatest of many. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export interface ContenderFigures {
  readonly name: string;
  readonly ms: Spread;
  /** The most that one run made. */
  readonly calls: Calls;
  /** MiB, resident; undefined for what is no Node process. */
  readonly peakMemory: number | undefined;
}

/** This project's wall time as a part of another contender's, round by round. */
export interface Ratio extends Spread {
  readonly against: string;
}

export interface Figures {
  readonly scenario: string;
  readonly latencyMs: number;
  /** This project's first. */
  readonly contenders: readonly [ContenderFigures, ...ContenderFigures[]];
  readonly ratios: readonly Ratio[];
  readonly verdicts: readonly Verdict[];
}

export interface Verdict {
  readonly figure: string;
  readonly value: number;
  readonly atMost: number;
  readonly met: boolean;
}

const WARM_UP_ROUNDS = 2;
const MEMORY_ROUNDS = 3;

/**
 * Runs the contenders in turn, so that whatever else the machine does meets all of them alike. Memory is measured in
 * rounds of its own, as what reads it is loaded into the process and would take a little of its time.
 */
export async function measure({ name, latencyMs, contenders, targets }: Scenario, rounds: number): Promise<Figures> {
  const [ours, ...others] = contenders.map((contender) => new Measured(contender));
  if (!ours) throw new Error(`${name} has no contender`);
  const all = [ours, ...others] as const;
  for (let round = 0; round < WARM_UP_ROUNDS; round += 1) for (const each of all) await each.warmUp();
  for (let round = 0; round < rounds; round += 1) for (const each of all) await each.time();
  for (let round = 0; round < MEMORY_ROUNDS; round += 1) for (const each of all) await each.weigh();

  const ratios = others.map((other) => ({
    against: other.name,
    ...spread(ours.times.map((ms, round) => ms / (other.times[round] ?? NaN))),
  }));
  const figures = ours.figures();
  const verdicts = [
    ...ratios.flatMap(({ against, median }) => {
      const atMost = targets.ratios?.[against];
      return atMost === undefined ? [] : [verdict(`wall time / ${against}`, median, atMost)];
    }),
    ...(targets.calls === undefined
      ? []
      : [verdict('calls', figures.calls.idToken + figures.calls.aws, targets.calls)]),
  ];
  return {
    scenario: name,
    latencyMs,
    contenders: [figures, ...others.map((other) => other.figures())],
    ratios,
    verdicts,
  };
}

/** A contender with what was measured of it. */
class Measured {
  readonly times: number[] = [];
  readonly #calls: Calls[] = [];
  readonly #memory: number[] = [];

  constructor(private readonly contender: Contender) {}

  get name(): string {
    return this.contender.name;
  }

  async warmUp(): Promise<void> {
    await this.contender.run({});
  }

  async time(): Promise<void> {
    const { ms, calls } = await this.contender.run({});
    this.times.push(ms);
    this.#calls.push(calls);
  }

  async weigh(): Promise<void> {
    const folder = mkdtempSync(join(tmpdir(), 'bench-'));
    const file = join(folder, 'peak-memory');
    const reader = join(__dirname, 'peak-memory.cjs');
    try {
      await this.contender.run({ NODE_OPTIONS: `--require ${JSON.stringify(reader)}`, BENCH_PEAK_MEMORY: file });
      if (existsSync(file)) this.#memory.push(Number(readFileSync(file, 'utf8')) / 1024);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  figures(): ContenderFigures {
    return {
      name: this.name,
      ms: spread(this.times),
      calls: {
        idToken: Math.max(...this.#calls.map(({ idToken }) => idToken)),
        aws: Math.max(...this.#calls.map(({ aws }) => aws)),
      },
      peakMemory: this.#memory.length > 0 ? spread(this.#memory).median : undefined,
    };
  }
}

function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? NaN;
  const middle = (sorted.length - 1) / 2;
  return { median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2, min: at(0), max: at(sorted.length - 1) };
}

function verdict(figure: string, value: number, atMost: number): Verdict {
  return { figure, value, atMost, met: value <= atMost };
}
