import { setEnvironment } from './job';
import { describePair, runPair, type Outcome, type Pair } from './pair';
import { shortWay } from './short-way';
import { withoutConnections } from './wire';

/** Makes ready what pairs need of this test file, until what it returns is called. */
export function makeReady({ isShort = true } = {}): () => void {
  const leave = setEnvironment();
  const connect = withoutConnections();
  const goLongWay = isShort ? shortWay() : () => undefined;
  return () => {
    goLongWay();
    connect();
    leave();
  };
}

/** What is wrong with a pair, in lines; nothing where every promise is kept. */
export async function wrongWith(pair: Pair): Promise<string[]> {
  const { broken } = await runPair(pair);
  return broken.length === 0 ? [] : [describePair(pair), ...broken.map(({ promise, how }) => `    ${promise}: ${how}`)];
}

/** What both runs did, for whoever looks into a failure. */
export function reportOf({ a, b, broken }: Outcome): string {
  const runs = [a, b].map(({ name, exitCode, calls, log, turn }) =>
    [
      `${name} ended with ${exitCode ?? 'its death'}, and waited ${turn.waited / 1000} s`,
      ...calls.map((call, at) => `  ${at + 1} ${call}`),
      ...log.flatMap((text) => text.split('\n')).map((line) => `  | ${line}`),
    ].join('\n'),
  );
  return [...runs, ...broken.map(({ promise, how }) => `${promise}: ${how}`)].join('\n');
}
