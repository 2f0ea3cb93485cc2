import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { page, ROOT, section } from './pages';

const architecture = page('docs/architecture.md');

test('docs/architecture.md says what each folder of src holds, and names no other folder', () => {
  const folders = readdirSync(join(ROOT, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const described = [...section(architecture, 'Folders').prose.matchAll(/^\| `src\/([\w-]+)` +\| \S/gm)].map(
    ([, folder]) => folder,
  );
  expect(described).toEqual(folders.map(({ name }) => name).sort());
});

test('docs/architecture.md names no file that does not exist', () => {
  const named = [...architecture.prose.matchAll(/`((?:src|__tests__|sandbox|scripts)(?:\/[\w./-]+)?)`/g)].map(
    ([, path = '']) => path,
  );
  expect(named.length).toBeGreaterThan(30);
  expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

test('docs/architecture.md is one page, next to its diagrams and its contents', () => {
  const text = architecture.prose.replace(/<!-- contents -->[^]*<!-- \/contents -->\n\n/, '');
  expect(text.split('\n').length).toBeLessThan(90);
});
