import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { page, ROOT, section } from './pages';

const architecture = page('docs/architecture.md');

test('docs/architecture.md says of each folder of src what it holds, and of no other', () => {
  const folders = readdirSync(join(ROOT, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const told = [...section(architecture, 'Folders').prose.matchAll(/^\| `src\/([\w-]+)` +\| \S/gm)].map(
    ([, folder]) => folder,
  );
  expect(told).toEqual(folders.map(({ name }) => name).sort());
});

test('docs/architecture.md names nothing that is not there', () => {
  const named = [...architecture.prose.matchAll(/`((?:src|__tests__|sandbox|scripts)(?:\/[\w./-]+)?)`/g)].map(
    ([, path = '']) => path,
  );
  expect(named.length).toBeGreaterThan(30);
  expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

test('docs/architecture.md is one page', () => {
  expect(architecture.text.split('\n').length).toBeLessThan(100);
});
