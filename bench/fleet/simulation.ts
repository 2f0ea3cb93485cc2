import { fork } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ACTIONS_NODE } from '../../sandbox/runner/processes';
import { inJob } from '../contenders';
import type { Fleet } from './fleet';
import type { Outcome } from './outcome';

/** Runs a fleet in virtual time, in a process of its own with the Node that runs actions. */
export function simulate(fleet: Fleet): Promise<Outcome> {
  // A home of its own, as all the jobs have one home that share the process.
  return inJob({}, ({ home }) => {
    const child = fork(join(__dirname, 'simulator.ts'), {
      execPath: ACTIONS_NODE,
      execArgv: ['--import', pathToFileURL(require.resolve('tsx')).href],
      env: { ...process.env, HOME: home, USERPROFILE: home },
    });
    child.send(fleet);
    return new Promise((resolve, reject) => {
      child.once('message', (outcome) => {
        resolve(outcome as Outcome);
      });
      child.once('exit', (code) => {
        reject(new Error(`The simulation ended with exit code ${code ?? 'none'}.`));
      });
    });
  });
}
