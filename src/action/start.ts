import { systemClock } from '../network/clock';
import { allPrinted } from '../runner/all-printed';
import { Ledger } from '../runner/ledger';
import { actionsRunner } from '../runner/runner';
import { nameInCapitals } from '../runner/variable-names';
import { runAction } from './pipeline';
import { reportFailure } from './report-failure';

/** A request that was given up may still hold its connection: the step does not wait for it. */
const GRACE_MS = 250;

/** Runs the step in this process, and ends the process when it is done. */
export function start(process: NodeJS.Process): void {
  const { env, stdout } = process;
  nameInCapitals(env);
  const runner = actionsRunner(process);
  const step = { env, runner, clock: systemClock, ledger: new Ledger(env, runner.saveState) };

  // Where nobody reads the log any more, the step goes on: what it leaves half done is worse.
  stdout.on('error', () => undefined);
  // What is thrown where nobody waits for it would end the step with a stack trace.
  process.once('uncaughtException', (error) => {
    void reportFailure(error, step)
      .finally(() => allPrinted(process))
      .finally(() => process.exit());
  });
  void runAction(step)
    .finally(() => allPrinted(process))
    .finally(() => {
      setTimeout(() => process.exit(), GRACE_MS).unref();
    });
}
