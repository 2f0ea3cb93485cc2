import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Credentials } from '../aws/credentials';
import { writingTo } from '../runner/runner-files';
import { commandLine, lastWord } from './command-line';
import { environmentToKeep } from './kept-environment';
import { nodeVariables } from './node-variables';
import { keptSession } from './session-file';

/** What a profile gives. */
export interface ProfileSession {
  readonly name: string;
  readonly credentials: Credentials;
  /** Whose they are, where that is known. */
  readonly arn?: string | undefined;
}

/**
 * Keeps what the program behind renewing profiles needs, in a folder that only the job's user can enter: a session
 * each, and the step's environment, from which its request is read again.
 *
 * @param asRead variables in place of those of the environment: what a file gave that may change
 * @returns the `credential_process` of each profile, in the same order
 * @throws ActionError `credential-process-path` when AWS's tools would misread it, `runner-files` when it cannot be kept
 */
export function keepSessions(
  folder: string,
  profiles: readonly ProfileSession[],
  env: NodeJS.ProcessEnv,
  asRead: Readonly<Record<string, string>> = {},
): string[] {
  writePrivate(environmentFile(folder), JSON.stringify({ ...environmentToKeep(env, process.cwd()), ...asRead }));
  return profiles.map(({ name, credentials, arn }, index) => {
    writePrivate(sessionFile(folder, index), JSON.stringify({ ...keptSession(name, credentials), arn }));
    return credentialProcess(folder, index, env);
  });
}

/**
 * The `credential_process` of the profile whose session is the one of that index in a folder.
 *
 * @param env that of the step
 * @throws ActionError `credential-process-path` when AWS's tools would misread it
 */
export function credentialProcess(folder: string, index: number, env: NodeJS.ProcessEnv): string {
  // In `dist` next to the one that runs.
  const program = join(dirname(process.argv[1] ?? ''), '../credential-process/index.js');
  const words = [process.execPath, program, sessionFile(folder, index)] as const;
  return commandLine({ variables: nodeVariables(env), words }, process.platform);
}

/**
 * The environment in which the session behind a `credential_process` is renewed; undefined where that is another's, or
 * where its job has ended.
 */
export function environmentBehind(process: string): Readonly<Record<string, string>> | undefined {
  try {
    return JSON.parse(readFileSync(environmentFile(dirname(lastWord(process))), 'utf8')) as Record<string, string>;
  } catch {
    return undefined;
  }
}

/** The file with the environment that the sessions in the same folder are renewed in. */
export function environmentFile(folder: string): string {
  return join(folder, 'environment.json');
}

function sessionFile(folder: string, index: number): string {
  return join(folder, `${index + 1}.json`);
}

function writePrivate(path: string, text: string): void {
  writingTo('RUNNER_TEMP', { RUNNER_TEMP: dirname(path) }, () => {
    writeFileSync(path, text, { mode: 0o600, flag: 'wx' });
  });
}
