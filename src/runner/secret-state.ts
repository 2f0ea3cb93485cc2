import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Credentials } from '../aws/credentials';
import { whileHeldOpen } from '../files/busy';
import type { WrittenProfile } from '../profile/profile';
import { inJobTemp } from './runner-files';

/**
 * What the post step needs and the runner's state file, which is in clear text, must not hold: the earlier values of
 * variables and profiles, and credentials to undo changes with.
 */
export interface SecretState {
  readonly variables: Readonly<Record<string, string>>;
  readonly replaced: readonly WrittenProfile['replaced'][];
  readonly credentials: Credentials | undefined;
  readonly keys: Readonly<Record<string, Credentials>> | undefined;
}

const NO_SECRETS: SecretState = { variables: {}, replaced: [], credentials: undefined, keys: undefined };

/** The file of this job alone, mode 0600, that holds the secret state for as long as there is any. */
export class SecretStateFile {
  readonly #env: NodeJS.ProcessEnv;
  #path: string | undefined;

  constructor(env: NodeJS.ProcessEnv) {
    this.#env = env;
  }

  /** Where it is, if it is there. */
  get path(): string | undefined {
    return this.#path;
  }

  /** @throws ActionError `runner-files` when it cannot be written */
  write(state: SecretState): void {
    inJobTemp(this.#env, (temp) => {
      const path = (this.#path ??= join(mkdtempSync(join(temp, 'aws-identity-')), 'before.json'));
      // In one piece, as the step may be killed at any moment.
      writeFileSync(`${path}.new`, JSON.stringify(state), { mode: 0o600 });
      whileHeldOpen(() => {
        renameSync(`${path}.new`, path);
      });
    });
  }

  remove(): void {
    if (this.#path !== undefined) removeSecretState(this.#path);
    this.#path = undefined;
  }
}

/**
 * What the file at `path` holds; nothing where there never was one. It is removed when all is undone: where it is gone
 * (undefined), the earlier values are back, and must not be taken for ours. One that someone has spoiled is as good as
 * none was: what is ours is removed all the same.
 */
export function readSecretState(path: string | undefined): SecretState | undefined {
  if (path === undefined) return NO_SECRETS;
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as SecretState;
  } catch {
    return NO_SECRETS;
  }
}

/** Removes the file with its folder. */
export function removeSecretState(path: string): void {
  // On Windows, what another process has open cannot be removed for a moment: Node then tries again.
  rmSync(dirname(path), { recursive: true, force: true, maxRetries: 5 });
}
