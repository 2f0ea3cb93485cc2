import type { Figures, Spread } from './measure';

/** The machine that the figures are from. */
export interface Machine {
  /** Version of the Node that runs the actions. */
  readonly node: string;
  readonly platform: string;
  readonly cpus: number;
}

/** Tables for a terminal. */
export function report(figures: readonly Figures[], { node, platform, cpus }: Machine, rounds: number): string {
  const medians = figures.flatMap(({ scenario, latencyMs, contenders }) =>
    contenders.map(({ name, ms, calls, peakMemory }) => [
      `${scenario}, ${latencyMs} ms`,
      name,
      ...numbers(ms, 0),
      calls.idToken,
      calls.aws,
      peakMemory?.toFixed(0) ?? 'n/a',
    ]),
  );
  const ratios = figures.flatMap(({ scenario, latencyMs, ratios: all }) =>
    all.map((ratio) => [`${scenario}, ${latencyMs} ms`, ratio.against, ...numbers(ratio, 2)]),
  );
  const targets = figures.flatMap(({ scenario, latencyMs, verdicts }) =>
    verdicts.map(({ figure, value, atMost, met }) => [
      `${scenario}, ${latencyMs} ms`,
      figure,
      Number(value.toFixed(2)),
      `≤ ${atMost}`,
      met ? 'met' : 'not met',
    ]),
  );
  return [
    `Node ${node} on ${platform}, ${cpus} CPUs; ${rounds} rounds, one of each in turn`,
    '',
    'Wall time in ms, calls, and peak memory in MiB',
    ...table(['work', 'done by', 'median', 'min', 'max', 'id-token', 'AWS', 'MiB'], medians),
    ...(ratios.length === 0
      ? []
      : [
          '',
          'Wall time of this action as a part of that of others, round by round',
          ...table(['work', 'against', 'median', 'min', 'max'], ratios),
        ]),
    '',
    'Targets',
    ...table(['work', 'figure', 'is', 'target', ''], targets),
    '',
  ].join('\n');
}

function numbers({ median, min, max }: Spread, digits: number): string[] {
  return [median, min, max].map((value) => value.toFixed(digits));
}

type Cell = string | number;

/** Columns as wide as they must be; texts to the left, figures to the right. */
export function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string[] {
  const texts = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, column) => Math.max(...texts.map((row) => row[column]?.length ?? 0)));
  return texts.map((row) =>
    row
      .map((text, column) => (column < 2 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}
