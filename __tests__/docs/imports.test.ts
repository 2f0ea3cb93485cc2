import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { preProcessFile } from 'typescript';
import { ROOT } from './pages';

const SOURCE = join(ROOT, 'src');

/** What each file of src imports of src, also where it is loaded later, or as a type. */
const imports = new Map(
  readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => {
      const { importedFiles } = preProcessFile(readFileSync(join(SOURCE, name), 'utf8'));
      const local = importedFiles.filter(({ fileName }) => fileName.startsWith('.'));
      return [name, local.map(({ fileName }) => resolved(join(dirname(name), fileName)))];
    }),
);

function resolved(path: string): string {
  return existsSync(join(SOURCE, `${path}.ts`)) ? `${path}.ts` : join(path, 'index.ts');
}

/** The steps of a way that ends where it began, or none. */
function circleIn(graph: ReadonlyMap<string, Iterable<string>>): string[] {
  const done = new Set<string>();
  const visit = (node: string, way: readonly string[]): string[] => {
    if (way.includes(node)) return [...way.slice(way.indexOf(node)), node];
    if (done.has(node)) return [];
    for (const next of graph.get(node) ?? []) {
      const circle = visit(next, [...way, node]);
      if (circle.length > 0) return circle;
    }
    done.add(node);
    return [];
  };
  for (const node of graph.keys()) {
    const circle = visit(node, []);
    if (circle.length > 0) return circle;
  }
  return [];
}

test('every import of src leads to a file of it', () => {
  expect(imports.size).toBeGreaterThan(100);
  for (const [file, imported] of imports) {
    for (const path of imported) expect([file, path, imports.has(path)]).toEqual([file, path, true]);
  }
});

test('no file imports itself by way of others', () => {
  expect(circleIn(imports)).toEqual([]);
});

test('the folders of src are read from the top down: none imports from one that is above it', () => {
  const folders = new Map<string, Set<string>>();
  for (const [file, imported] of imports) {
    const from = dirname(file).split('/')[0] ?? '';
    const to = imported.map((path) => dirname(path).split('/')[0] ?? '').filter((folder) => folder !== from);
    folders.set(from, new Set([...(folders.get(from) ?? []), ...to]));
  }
  expect(circleIn(folders)).toEqual([]);
});

test('a circle is found where there is one', () => {
  const circle = new Map([
    ['a', ['b']],
    ['b', ['c', 'd']],
    ['d', ['b']],
  ]);
  expect(circleIn(circle)).toEqual(['b', 'd', 'b']);
});
