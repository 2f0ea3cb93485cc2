import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf, messageWithoutPath } from '../errors/message';
import { readPatiently, whileHeldOpen } from '../files/busy';
import { removeFolder } from '../files/remove';
import { replaceFile } from '../files/replace';
import { inJobTemp } from './runner-files';

/** What a ledger is stored in: names, ARNs and paths; and apart from these, for as long as there are any, secrets. */
export type LedgerFile = 'changes.json' | 'before.json';

/** The files of this job alone, mode 0600 in a folder that only its user can enter, that hold a ledger while there is any. */
export class LedgerFiles {
  readonly #env: NodeJS.ProcessEnv;
  #folder: string | undefined;

  constructor(env: NodeJS.ProcessEnv) {
    this.#env = env;
  }

  /**
   * Stores the contents of both files. The secrets come first: there are all that the changes speak of, if the step is
   * killed in between.
   *
   * @param before none if omitted
   * @returns the folder
   * @throws ActionError `runner-files` when that fails
   */
  write(changes: object, before: object | undefined): string {
    return inJobTemp(this.#env, (temp) => {
      const folder = (this.#folder ??= mkdtempSync(join(temp, 'aws-identity-')));
      const write = (name: LedgerFile, content: object) => {
        replaceFile(join(folder, name), JSON.stringify(content), { durable: false });
      };
      if (before) write('before.json', before);
      write('changes.json', changes);
      if (!before) removeIfPossible(join(folder, 'before.json'), removeFile);
      return folder;
    });
  }

  remove(): void {
    const folder = this.#folder;
    this.#folder = undefined;
    if (folder !== undefined) removeIfPossible(folder, removeFolder);
  }
}

function removeFile(path: string): void {
  rmSync(path, { force: true });
}

/** What nobody needs any more and another program has open must not stop the step. */
function removeIfPossible(path: string, remove: (path: string) => void): void {
  try {
    whileHeldOpen(() => {
      remove(path);
    });
  } catch {
    return;
  }
}

/**
 * What a file of a ledger holds, or why not. What is gone or spoiled is lost for good; what could not be read may be
 * readable later.
 */
export type Stored<T> =
  | { readonly content: T; readonly lost?: never; readonly why?: never }
  | { readonly content?: never; readonly lost: 'gone' | 'spoiled' | 'unreadable'; readonly why: string };

export function readLedgerFile<T>(folder: string, name: LedgerFile): Stored<T> {
  const path = join(folder, name);
  try {
    return contentOf<T>(readPatiently(path), path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { lost: 'gone', why: `${path} is gone` };
    return { lost: 'unreadable', why: `${path} could not be read (${messageWithoutPath(error)})` };
  }
}

function contentOf<T>(text: string, path: string): Stored<T> {
  try {
    const content: unknown = JSON.parse(text);
    if (typeof content === 'object' && content !== null) return { content: content as T };
  } catch {
    // Spoiled, too.
  }
  return { lost: 'spoiled', why: `${path} was spoiled by someone` };
}
