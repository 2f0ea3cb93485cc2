import { mkdtempSync, rmdirSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ActionError } from '../errors/action-error';
import { messageOf } from '../errors/message';

/** What the runner gives a step to write to, by the variable that names it. */
const PURPOSES = {
  GITHUB_ENV: 'the variables of later steps',
  GITHUB_OUTPUT: 'the outputs of the step',
  GITHUB_STATE: 'what the clean-up has to undo',
  RUNNER_TEMP: 'what the clean-up has to put back',
} as const;

/** A variable that names a file or folder of the runner. */
export type RunnerPath = keyof typeof PURPOSES;

/**
 * Writes to what the runner gives for it. Without a file, the toolkit would print the value instead.
 *
 * @throws ActionError `runner-files` when there is none, or it cannot be written
 */
export function writingTo<T>(name: RunnerPath, env: NodeJS.ProcessEnv, write: () => T): T {
  try {
    if (!env[name]) throw new Error('the runner gave none');
    return write();
  } catch (error) {
    const kind = name === 'RUNNER_TEMP' ? 'folder' : 'file';
    throw new ActionError({
      code: 'runner-files',
      tried: `write ${PURPOSES[name]} to the runner's ${kind} for it (${name}=${env[name] ?? ''}). Nothing was exported`,
      answer: messageOf(error),
      why: 'The disk is full, or the files of the runner are not there or not open to the user of the job.',
      fix: 'Free some space on the disk of the runner; in a container, see that the folders of the runner are mounted and may be written.',
      cause: error,
    });
  }
}

/**
 * Remembers how long the files are through which a step exports variables and outputs, so that a step that fails
 * half-way can take back what it wrote. The runner reads them only when the step has ended.
 */
export function rememberCommandFiles(env: NodeJS.ProcessEnv): { takeBack(): void } {
  const lengthOf = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  const paths = [env.GITHUB_ENV, env.GITHUB_OUTPUT].flatMap((path) => (path ? [path] : []));
  const lengths = new Map(paths.map((path) => [path, lengthOf(path)]));
  return {
    takeBack() {
      for (const [path, length] of lengths) if (lengthOf(path) > length) truncateSync(path, length);
    },
  };
}

/** What `makeJobFolder` needs of a step. */
interface JobFolderStep {
  readonly env: NodeJS.ProcessEnv;
  readonly ledger: { readonly making: (folder: string) => void };
}

/**
 * Makes a folder that only the job's user can enter. The post step removes it with all that is in it.
 *
 * @throws ActionError `runner-files` when it cannot be made
 */
export function makeJobFolder(name: string, { env, ledger }: JobFolderStep): string {
  const folder = inJobTemp(env, (temp) => mkdtempSync(join(temp, `${name}-`)));
  ledger.making(folder);
  return folder;
}

/**
 * Looks whether `makeJobFolder` can make a folder of that name.
 *
 * @returns where it was for a moment
 * @throws ActionError `runner-files` when it cannot be made
 */
export function tryJobFolder(name: string, env: NodeJS.ProcessEnv): string {
  return inJobTemp(env, (temp) => {
    const folder = mkdtempSync(join(temp, `${name}-`));
    rmdirSync(folder);
    return folder;
  });
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
