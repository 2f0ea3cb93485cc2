import { readFileSync } from 'node:fs';

/**
 * The names and values in a file such as GITHUB_ENV: lines of `name=value`, or a heredoc for values of several lines.
 *
 * @throws Error when the file is not in that form, on which the runner fails the step
 */
export function readCommandFile(path: string): Record<string, string> {
  const lines = readFileSync(path, 'utf8').split('\n');
  const values: Record<string, string> = {};
  while (lines.length > 0) {
    const line = lines.shift() ?? '';
    if (line === '') continue;
    const [, name, form, rest] = /^([^=<]+)(=|<<)(.*)$/.exec(line) ?? [];
    if (name === undefined || rest === undefined) throw new Error(`Invalid format '${line}'`);
    if (form === '=') {
      values[name] = rest;
      continue;
    }
    const end = lines.indexOf(rest);
    if (end < 0) throw new Error(`Matching delimiter not found '${rest}'`);
    values[name] = lines
      .splice(0, end + 1)
      .slice(0, -1)
      .join('\n');
  }
  return values;
}
