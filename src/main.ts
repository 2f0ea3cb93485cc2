import { reportFailure, runAction } from './action/run-action';
import { systemClock } from './network/clock';
import { Ledger } from './runner/ledger';
import { actionsRunner } from './runner/runner';

/** A request that was given up may still hold its connection: the step does not wait for it. */
const GRACE_MS = 250;

const runner = actionsRunner(process.env);
const step = { env: process.env, runner, clock: systemClock, ledger: new Ledger(process.env, runner.saveState) };

// What is thrown where nobody waits for it would end the step with a stack trace.
process.once('uncaughtException', (error) => {
  void reportFailure(error, step).finally(() => process.exit());
});
void runAction(step).finally(() => {
  setTimeout(() => process.exit(), GRACE_MS).unref();
});
