import { readFileSync, realpathSync, statSync } from 'node:fs';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { codeOf } from '../errors/message';

const LEADS_OUT = 'leads out of the workspace; only files in it are read';
const IS_MISSING = 'is not there: no such file in the workspace. Is the repository checked out before this step?';
const IS_FORBIDDEN = 'may not be read by this job';

/** By the code of an error, whose own message holds the whole path, which nobody needs to see. */
const REASONS = new Map([
  ['ENOENT', IS_MISSING],
  ['ENOTDIR', IS_MISSING],
  ['EACCES', IS_FORBIDDEN],
  ['EPERM', IS_FORBIDDEN],
  ['ELOOP', 'is a link that leads back to itself'],
  ['ERR_ENCODING_INVALID_ENCODED_DATA', 'is not text in UTF-8'],
]);

/** A file's text, or why it is not read, worded to follow its path. */
export type FileText = { readonly text: string } | { readonly wrong: string };

/** What may be read: only what is in the workspace, and no more than so many bytes. */
export interface FileLimits {
  readonly workspace: string;
  readonly maxBytes: number;
}

/** A path as it is shown: relative to the workspace, if it is in it. */
export function shownPath(workspace: string, path: string): string {
  const shown = relative(workspace, resolve(workspace, path));
  return leadsOut(shown) ? path : shown.split(sep).join('/') || '.';
}

/** The text of a file in the workspace, as UTF-8. A link is followed, but not out of the workspace. */
export function readWorkspaceFile(path: string, { workspace, maxBytes }: FileLimits): FileText {
  if (leadsOut(relative(workspace, resolve(workspace, path)))) return { wrong: LEADS_OUT };
  try {
    const real = realpathSync(resolve(workspace, path));
    if (leadsOut(relative(realpathSync(workspace), real))) return { wrong: `is a link that ${LEADS_OUT}` };
    const stat = statSync(real);
    if (stat.isDirectory()) return { wrong: 'is a folder; it should be a file' };
    if (!stat.isFile()) return { wrong: 'is not a regular file' };
    if (stat.size > maxBytes) return { wrong: `has ${stat.size} bytes; it should have at most ${maxBytes}` };
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(real)) };
  } catch (error) {
    const code = codeOf(error) ?? String(error);
    return { wrong: REASONS.get(code) ?? `cannot be read (${code})` };
  }
}

function leadsOut(fromWorkspace: string): boolean {
  return fromWorkspace === '..' || fromWorkspace.startsWith(`..${sep}`) || isAbsolute(fromWorkspace);
}
