import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The hash of the files in a folder that patterns match, as GitHub's `hashFiles()` has it; empty if there are none.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/expressions#hashfiles
 *
 * @param patterns from the folder on; of those that match a file the last decides, and one with `!` excludes it
 */
export function hashFiles(folder: string, patterns: readonly string[]): string {
  const rules = patterns.map((pattern) => {
    const excludes = pattern.startsWith('!');
    return { excludes, expression: expressionOf(excludes ? pattern.slice(1) : pattern, folder) };
  });
  const hashes = filesIn(folder)
    .filter((path) => rules.findLast(({ expression }) => expression.test(path))?.excludes === false)
    .map((path) => sha256([readFileSync(join(folder, path))]));
  return hashes.length > 0 ? sha256(hashes).toString('hex') : '';
}

function filesIn(folder: string, under = ''): string[] {
  const entries = readdirSync(join(folder, under), { withFileTypes: true });
  return entries.flatMap((entry) => {
    const path = under === '' ? entry.name : `${under}/${entry.name}`;
    if (entry.isDirectory()) return filesIn(folder, path);
    return entry.isFile() ? [path] : [];
  });
}

/** A pattern also matches everything in a folder that it matches. */
function expressionOf(pattern: string, folder: string): RegExp {
  const inFolder = pattern.startsWith(`${folder}/`) ? pattern.slice(folder.length + 1) : pattern;
  const parts = inFolder.replace(/^\.?\//, '').split(/(\*\*\/|\*\*|\*|\?|\[[^\]]+\])/);
  const source = parts.map((part, index) =>
    index % 2 === 0 ? part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&') : (WILDCARDS[part] ?? part),
  );
  return new RegExp(`^${source.join('')}(/.*)?$`);
}

const WILDCARDS: Readonly<Record<string, string>> = { '**/': '(?:.*/)?', '**': '.*', '*': '[^/]*', '?': '[^/]' };

function sha256(contents: readonly Buffer[]): Buffer {
  const hash = createHash('sha256');
  for (const content of contents) hash.update(content);
  return hash.digest();
}
