import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

interface World {
  readonly env: NodeJS.ProcessEnv;
  readonly ledger: { readonly making: (folder: string) => void };
}

/** Makes a folder that only the job's user can enter. The post step removes it with all that is in it. */
export function makeJobFolder(name: string, { env, ledger }: World): string {
  const folder = mkdtempSync(join(jobTemp(env), `${name}-`));
  ledger.making(folder);
  return folder;
}

/** Whether `makeJobFolder` made this folder in this job, by that name. */
export function isJobFolder(folder: string, name: string, env: NodeJS.ProcessEnv): boolean {
  const prefix = join(jobTemp(env), `${name}-`);
  return folder.startsWith(prefix) && dirname(folder) === dirname(prefix);
}

/** Where files of this job go. The runner empties it when the job starts and when it ends. */
export function jobTemp(env: NodeJS.ProcessEnv): string {
  return env.RUNNER_TEMP ?? tmpdir();
}
