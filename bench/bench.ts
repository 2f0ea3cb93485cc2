import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { installAwsCli } from '../__tests__/conformance/aws-cli';
import { ACTIONS_NODE } from '../sandbox/runner/processes';
import { actionIn, type Action } from './contenders';
import { measure, type Figures } from './measure';
import { RemoteSandbox } from './remote-sandbox';
import { report, type Machine } from './report';
import { scenarios, type Scenario } from './scenarios';

interface Options {
  readonly rounds: number;
  /** Only work whose name contains this. */
  readonly only: string;
  readonly json: boolean;
  readonly other: Action | undefined;
}

async function main(): Promise<void> {
  const { rounds, only, json, other } = options();
  const ours = { name: 'this action', folder: resolve(__dirname, '..') };
  const machine: Machine = {
    node: execFileSync(ACTIONS_NODE, ['--version'], { encoding: 'utf8' }).trim().slice(1),
    platform: `${process.platform} ${process.arch}`,
    cpus: cpus().length,
  };
  const awsCli = await hasAwsCli();
  const sandbox = await RemoteSandbox.start();
  try {
    const figures: Figures[] = [];
    const all = scenarios(sandbox, { ours, other, awsCli });
    const asked = all.filter(({ name }) => name.includes(only));
    if (asked.length === 0) throw new Error(`--only: no work is named "${only}"; there is ${namesOf(all)}`);
    for (const scenario of asked) {
      process.stderr.write(`${scenario.name}, ${scenario.latencyMs} ms …\n`);
      await sandbox.setLatency(scenario.latencyMs);
      figures.push(await measure(scenario, rounds));
    }
    const text = json
      ? JSON.stringify({ machine, rounds, figures }, undefined, 2)
      : `\n${report(figures, machine, rounds)}`;
    process.stdout.write(`${text}\n`);
  } finally {
    sandbox.stop();
  }
}

/** @throws Error when an option is wrong */
function options(): Options {
  const { values } = parseArgs({
    options: {
      against: { type: 'string' },
      pairs: { type: 'string', default: '20' },
      only: { type: 'string', default: '' },
      json: { type: 'boolean', default: false },
    },
  });
  const rounds = Number(values.pairs);
  if (!Number.isInteger(rounds) || rounds < 1) {
    throw new Error(`--pairs is "${values.pairs}"; it must be a whole number from 1`);
  }
  const { json, only, against } = values;
  return { rounds, only, json, other: against === undefined ? undefined : actionIn(against) };
}

function namesOf(all: readonly Scenario[]): string {
  return [...new Set(all.map(({ name }) => name))].join(', ');
}

/** Installs the AWS CLI where it can be; where not, says what is not measured. */
async function hasAwsCli(): Promise<boolean> {
  try {
    await installAwsCli();
    return true;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    process.stderr.write(`The AWS CLI cannot be installed, so nothing is measured against it: ${why}\n`);
    return false;
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
