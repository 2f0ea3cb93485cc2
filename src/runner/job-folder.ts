import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { writingTo } from './runner-files';

interface World {
  readonly env: NodeJS.ProcessEnv;
  readonly ledger: { readonly making: (folder: string) => void };
}

/**
 * Makes a folder that only the job's user can enter. The post step removes it with all that is in it.
 *
 * @throws ActionError `runner-files` when it cannot be made
 */
export function makeJobFolder(name: string, { env, ledger }: World): string {
  const folder = inJobTemp(env, (temp) => mkdtempSync(join(temp, `${name}-`)));
  ledger.making(folder);
  return folder;
}

/** Whether `makeJobFolder` made this folder in this job, by that name. */
export function isJobFolder(folder: string, name: string, env: NodeJS.ProcessEnv): boolean {
  const prefix = join(jobTemp(env), `${name}-`);
  return folder.startsWith(prefix) && dirname(folder) === dirname(prefix);
}

/**
 * Writes to where files of this job go, which the runner empties when the job starts and when it ends.
 *
 * @throws ActionError `runner-files` when that fails
 */
export function inJobTemp<T>(env: NodeJS.ProcessEnv, write: (temp: string) => T): T {
  const temp = jobTemp(env);
  return writingTo('RUNNER_TEMP', { RUNNER_TEMP: temp }, () => write(temp));
}

function jobTemp(env: NodeJS.ProcessEnv): string {
  return env.RUNNER_TEMP ?? tmpdir();
}
