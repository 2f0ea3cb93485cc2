import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/** What a copy may take, in bytes: more is hardly what a job needs. */
const MOST = 200_000_000;
const NEVER = new Set(['.git', 'node_modules']);

/** The folder that a workflow file belongs to: the repository for one in `.github/workflows`, else that of the file. */
export function folderOf(file: string): string {
  const folder = dirname(resolve(file));
  const isWorkflows = basename(folder) === 'workflows' && basename(dirname(folder)) === '.github';
  return isWorkflows ? dirname(dirname(folder)) : folder;
}

/**
 * Copies a folder into the workspace of a job, as a checkout does: what git does not ignore, as it is now.
 *
 * @returns how many files
 * @throws Error when that is too much
 */
export function checkOut(folder: string, workspace: string): number {
  const files = filesOf(folder);
  const bytes = files.reduce(
    (sum, file) => sum + (statSync(join(folder, file), { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
  if (bytes > MOST) {
    throw new Error(`${folder} has ${Math.round(bytes / 1e6)} MB. Name a smaller folder with --workspace.`);
  }
  for (const file of files) {
    if (!statSync(join(folder, file), { throwIfNoEntry: false })?.isFile()) continue;
    mkdirSync(dirname(join(workspace, file)), { recursive: true });
    cpSync(join(folder, file), join(workspace, file));
  }
  return files.length;
}

function filesOf(folder: string): string[] {
  try {
    const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
    const listed = execFileSync('git', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return listed.split('\0').filter(Boolean);
  } catch {
    // There is no git, or the folder is not git's.
    return found(folder);
  }
}

function found(folder: string, under = ''): string[] {
  return readdirSync(join(folder, under), { withFileTypes: true }).flatMap((entry) => {
    if (NEVER.has(entry.name)) return [];
    const path = join(under, entry.name);
    return entry.isDirectory() ? found(folder, path) : [path];
  });
}
