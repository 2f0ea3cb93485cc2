import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { externalDataInterceptor } from '@smithy/core/config';
import type { Driver, Ended, Part } from '../../sandbox/runner/driver';
import { ACTIONS_NODE } from '../../sandbox/runner/processes';
import { runAction } from '../../src/action/pipeline';
import { endSignIns, undoInIam } from '../../src/action/programs';
import { renewProfile } from '../../src/action/renew-profile';
import { currentCredentials } from '../../src/credential-process/answer';
import { warningsIn } from '../../src/credential-process/renewal-warnings';
import { messageOf } from '../../src/errors/message';
import type { Clock } from '../../src/network/clock';
import { Ledger } from '../../src/runner/ledger';
import { actionsRunner, type Runner } from '../../src/runner/runner';
import { undo } from '../../src/runner/undo';
import { Guest } from './guest';
import type { MovedTime } from './moved-time';

/** Runs each part in this process, by the moved time. */
export function inThisProcess(time: MovedTime): Driver {
  return async ({ action, name, file, args = [], env: given, kill }) => {
    const env: Record<string, string> = { ...given };
    readProfilesAgain(env);
    let stdout = '';
    const argv = [ACTIONS_NODE, join(action, file), ...args];
    const guest = new Guest({ env, argv, print: (text) => void (stdout += text) });
    const { clock, stop } = time.clock();
    const started = time.moved;
    const killed = kill?.after.then(() => ({ exitCode: null }));
    const ended = guest.run(() => PARTS[name](env, clock, guest));
    const end = await (killed ? Promise.race([ended, killed]) : ended);
    // A process takes with it what it left under way.
    stop();
    guest.end();
    return { stdout, stderr: '', duration: time.moved - started, ...end };
  };
}

type End = Pick<Ended, 'exitCode'> & Partial<Pick<Ended, 'stderr'>>;
type RunPart = (env: Record<string, string>, clock: Clock, guest: Guest) => Promise<End>;

const PARTS: Readonly<Record<Part['name'], RunPart>> = {
  async main(env, clock, guest) {
    const step = { env, exitCode: undefined as number | undefined };
    const runner = untilEndOf(guest, actionsRunner(step));
    await runAction({ env, runner, clock, ledger: new Ledger(env, runner.saveState) });
    return { exitCode: step.exitCode ?? 0 };
  },
  async post(env, clock, { print }) {
    await undo({ env, clock, print }, { undoIdentities: undoInIam, endSignIns, warningsIn });
    return { exitCode: 0 };
  },
  async 'credential-process'(env, clock, { process: { argv }, print }) {
    try {
      print(await currentCredentials(argv.at(-1) ?? '', (path) => renewProfile(path, { env, clock })));
      return { exitCode: 0 };
    } catch (error) {
      return { exitCode: 1, stderr: `${messageOf(error)}\n` };
    }
  },
};

/** The same runner, which does nothing once the guest has ended. */
function untilEndOf(guest: Guest, runner: Runner): Runner {
  return new Proxy(runner, {
    get: (target, name) => (guest.ended ? () => undefined : (Reflect.get(target, name) as unknown)),
  });
}

/** AWS's SDK reads a profile file once in the life of a process: in the next step, it may have changed. */
function readProfilesAgain({ AWS_SHARED_CREDENTIALS_FILE, AWS_CONFIG_FILE, HOME = '' }: Record<string, string>): void {
  const files = externalDataInterceptor.getFileRecord();
  for (const path of [
    AWS_SHARED_CREDENTIALS_FILE ?? join(HOME, '.aws/credentials'),
    AWS_CONFIG_FILE ?? join(HOME, '.aws/config'),
  ]) {
    let text: Promise<string> | undefined;
    const get = () => {
      text ??= readFile(path, 'utf8');
      // It looks whether there is one before it takes it.
      text.catch(() => undefined);
      return text;
    };
    const set = (intercepted: Promise<string>): void => {
      text = intercepted;
    };
    Object.defineProperty(files, path, { configurable: true, get, set });
  }
}
