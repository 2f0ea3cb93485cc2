import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, parse, relative, resolve, sep } from 'node:path';
import { codeOf } from '../errors/message';
import { nearest } from './did-you-mean';

const LEADS_OUT = 'leads out of the workspace; only files in it are read';
const IS_MISSING = 'is not there: no such file in the workspace.';
const NOT_CHECKED_OUT = 'Is the repository checked out before this step?';
const NOT_UTF_8 = 'is not text in UTF-8';
const IS_FORBIDDEN = 'may not be read by this job';

/** By the code of an error, whose own message holds the whole path, which nobody needs to see. */
const REASONS = new Map([
  ['ENOENT', IS_MISSING],
  ['ENOTDIR', IS_MISSING],
  ['EACCES', IS_FORBIDDEN],
  ['EPERM', IS_FORBIDDEN],
  ['ELOOP', 'is a link that leads back to itself'],
  ['ERR_ENCODING_INVALID_ENCODED_DATA', NOT_UTF_8],
]);

/** A file's text, or why it is not read, worded to follow its path. */
export type FileText = { readonly text: string } | UnreadFile;

interface UnreadFile {
  readonly wrong: string;
  /** Whether the path is right, and what is to be corrected is the file. */
  readonly isFile?: boolean;
}

/** What may be read: only what is in the workspace, and no more than so many bytes. */
export interface FileLimits {
  readonly workspace: string;
  readonly maxBytes: number;
  /** The file that names the one to be read: a path may wrongly begin at its folder. */
  readonly namedIn?: string | undefined;
}

/** A path as it is shown: relative to the workspace, if it is in it. */
export function shownPath(workspace: string, path: string): string {
  const shown = relative(workspace, resolve(workspace, path));
  return leadsOut(shown) ? path : shown.split(sep).join('/') || '.';
}

/** The text of a file in the workspace, as UTF-8. A link is followed, but not out of the workspace. */
export function readWorkspaceFile(path: string, limits: FileLimits): FileText {
  const { workspace, maxBytes } = limits;
  if (leadsOut(relative(workspace, resolve(workspace, path)))) return { wrong: LEADS_OUT };
  try {
    const real = realpathSync(resolve(workspace, path));
    if (leadsOut(relative(realpathSync(workspace), real))) return { wrong: `is a link that ${LEADS_OUT}` };
    const stat = statSync(real);
    if (stat.isDirectory()) return { wrong: 'is a folder; it should be a file' };
    if (!stat.isFile()) return { wrong: 'is not a regular file' };
    if (stat.size > maxBytes) {
      return { wrong: `has ${stat.size} bytes; it should have at most ${maxBytes}`, isFile: true };
    }
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(real)) };
  } catch (error) {
    const code = codeOf(error) ?? String(error);
    const reason = REASONS.get(code) ?? `cannot be read (${code})`;
    if (reason === NOT_UTF_8) return { wrong: reason, isFile: true };
    return { wrong: reason === IS_MISSING ? `${IS_MISSING} ${hintAt(path, limits)}` : reason };
  }
}

/** The file that was probably meant by a path where there is none. */
function hintAt(path: string, { workspace, namedIn }: FileLimits): string {
  const meant = relative(workspace, resolve(workspace, path)).split(sep);
  const folders = namedIn === undefined ? [workspace] : [resolve(workspace, dirname(namedIn)), workspace];
  const found = folders.flatMap((folder) => fileLike(meant, folder) ?? []).find((file) => isFileIn(workspace, file));
  return found === undefined ? NOT_CHECKED_OUT : `Did you mean ${shownPath(workspace, found)}?`;
}

/** The path in a folder that differs from the given one in case, in its extension or in few letters only, or not at all. */
function fileLike([name = '', ...rest]: readonly string[], folder: string): string | undefined {
  const names = namesIn(folder);
  const stem = (file: string) => parse(file).name.toLowerCase();
  const found =
    names.find((each) => each === name) ??
    names.find((each) => each.toLowerCase() === name.toLowerCase()) ??
    names.find((each) => rest.length === 0 && stem(each) === stem(name)) ??
    nearest(name, names);
  if (found === undefined) return undefined;
  return rest.length === 0 ? join(folder, found) : fileLike(rest, join(folder, found));
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function isFileIn(workspace: string, file: string): boolean {
  try {
    const real = realpathSync(file);
    return statSync(real).isFile() && !leadsOut(relative(realpathSync(workspace), real));
  } catch {
    return false;
  }
}

function leadsOut(fromWorkspace: string): boolean {
  return fromWorkspace === '..' || fromWorkspace.startsWith(`..${sep}`) || isAbsolute(fromWorkspace);
}
