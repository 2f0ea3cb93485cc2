import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readText, ROOT } from './pages';

/** What a page has between its comments of this name. With UPDATE_DOCS=1, what is expected is written there first. */
export function writtenBetween(path: string, name: string, expected: string): string | undefined {
  const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [before = '', rest = ''] = readText(path).split(start);
  const [written = '', after] = rest.split(end);
  if (after === undefined) return undefined;
  if (process.env.UPDATE_DOCS !== '1') return written.trim();
  writeFileSync(join(ROOT, path), `${before}${start}\n\n${expected}\n\n${end}${after}`);
  return expected;
}
