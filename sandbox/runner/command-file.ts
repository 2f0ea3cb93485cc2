import { readFileSync } from 'node:fs';
import { linesOf } from './lines';

/**
 * The names and values in a file such as GITHUB_ENV: lines of `name=value`, or a heredoc for values of several lines.
 *
 * @param platform where the runner runs: this system if omitted
 * @throws Error when the file is not in that form, on which the runner fails the step
 */
export function readCommandFile(path: string, platform?: NodeJS.Platform): Record<string, string> {
  const lines = linesOf(readFileSync(path, 'utf8'), platform);
  const values: Record<string, string> = {};
  while (lines.length > 0) {
    const { text = '' } = lines.shift() ?? {};
    if (text === '') continue;
    const [, name, form, rest] = /^([^=<]+)(=|<<)(.*)$/s.exec(text) ?? [];
    if (name === undefined || rest === undefined) throw new Error(`Invalid format '${text}'`);
    if (form === '=') {
      values[name] = rest;
      continue;
    }
    if (rest === '') throw new Error(`Invalid format '${text}': delimiter must not be empty`);
    const end = lines.findIndex((line) => line.text === rest);
    if (end < 0) throw new Error(`Matching delimiter not found '${rest}'`);
    const value = lines.splice(0, end + 1).slice(0, -1);
    values[name] = value.map(({ text, ending }, index) => (index < value.length - 1 ? text + ending : text)).join('');
  }
  return values;
}
