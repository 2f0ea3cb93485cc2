import { fork } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ACTIONS_NODE } from '../../sandbox/runner/processes';
import { inJob } from '../contenders';
import type { Fleet } from './fleet';
import type { Outcome } from './outcome';

/** Runs a fleet in virtual time. */
export function simulate(fleet: Fleet): Promise<Outcome> {
  return askSimulator(join(__dirname, 'simulator.ts'), fleet);
}

/** Sends an order to a simulator, in a process of its own with the Node that runs actions, and returns its answer. */
export function askSimulator<T>(program: string, order: object): Promise<T> {
  // A home of its own, as all the jobs have one home that share the process.
  return inJob({}, ({ home }) => {
    const child = fork(program, {
      execPath: ACTIONS_NODE,
      execArgv: ['--import', pathToFileURL(require.resolve('tsx')).href],
      env: { ...process.env, HOME: home, USERPROFILE: home },
    });
    child.send(order);
    return new Promise((resolve, reject) => {
      child.once('message', (answer) => {
        resolve(answer as T);
      });
      child.once('exit', (code) => {
        reject(new Error(`The simulation ended with exit code ${code ?? 'none'}.`));
      });
    });
  });
}
