import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path/posix';
import ts from 'typescript';
import { page, ROOT, section } from './pages';

/** What imports what: files, or what lies directly in a folder, by path. */
type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/** What a file loads, and where it does so in a way that nobody can follow. */
interface Loads {
  readonly paths: readonly string[];
  readonly hidden: readonly string[];
}

/** It asks a script whether dist is current, and where the Node of actions is installed. */
const MAY_REQUIRE = 'sandbox/runner/processes.ts';

/** The code that is held to its arrows, with what each of its files imports, also later or as a type. */
const trees = ['src', 'sandbox'].map((root) => {
  const loads = loadsIn(root);
  return { root, loads, files: importsOf(root, loads) };
});

function loadsIn(root: string): ReadonlyMap<string, Loads> {
  const names = readdirSync(join(ROOT, root), { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.ts'));
  return new Map(names.map((name) => [name, loadsOf(readFileSync(join(ROOT, root, name), 'utf8'))]));
}

function importsOf(root: string, loads: ReadonlyMap<string, Loads>): Graph {
  return new Map(
    [...loads].map(([name, { paths }]) => {
      const local = paths.filter((path) => path.startsWith('.'));
      return [name, new Set(local.map((path) => resolved(root, join(dirname(name), path))))];
    }),
  );
}

function loadsOf(text: string): Loads {
  const source = ts.createSourceFile('file.ts', text, ts.ScriptTarget.Latest);
  const paths: string[] = [];
  const hidden = [...source.referencedFiles, ...source.typeReferenceDirectives].map(({ fileName }) => fileName);
  const visit = (node: ts.Node): void => {
    const specifier = specifierIn(node);
    if (specifier && ts.isStringLiteralLike(specifier)) paths.push(specifier.text);
    else if (specifier) hidden.push(node.getText(source));
    if (ts.isIdentifier(node) && /^(createRequire|require)$/.test(node.text)) hidden.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return { paths, hidden };
}

/** The part of a node that says what it imports or exports from elsewhere, if it does. */
function specifierIn(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (ts.isExternalModuleReference(node)) return node.expression;
  if (ts.isImportTypeNode(node)) return ts.isLiteralTypeNode(node.argument) ? node.argument.literal : node.argument;
  if (!ts.isCallExpression(node) || node.expression.kind !== ts.SyntaxKind.ImportKeyword) return undefined;
  let [path] = node.arguments;
  while (path && ts.isParenthesizedExpression(path)) path = path.expression;
  return path;
}

function resolved(root: string, path: string): string {
  return existsSync(join(ROOT, root, `${path}.ts`)) ? `${path}.ts` : path;
}

/** The same between what lies directly in one folder: its files, and its folders as wholes. */
function inFolder(files: Graph, folder: string): Graph {
  const prefix = folder === '.' ? '' : `${folder}/`;
  const entryOf = (path: string) => path.slice(prefix.length).split('/')[0] ?? '';
  const entries = new Map<string, Set<string>>();
  for (const [file, imported] of files) {
    if (!file.startsWith(prefix)) continue;
    const entry = entries.get(entryOf(file)) ?? new Set();
    for (const path of imported) {
      if (path.startsWith(prefix) && entryOf(path) !== entryOf(file)) entry.add(entryOf(path));
    }
    entries.set(entryOf(file), entry);
  }
  return entries;
}

/** The steps of a way that ends where it began, or none. */
function circleIn(graph: Graph): string[] {
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

/** All that the arrows from a node lead to, directly or by way of others. */
function reachable(graph: Graph, node: string, found = new Set<string>()): ReadonlySet<string> {
  for (const next of graph.get(node) ?? []) {
    if (!found.has(next)) reachable(graph, next, found.add(next));
  }
  return found;
}

/** The same graph, which has no circle, without the arrows that others already make a way of. */
function reduced(graph: Graph): Graph {
  return new Map(
    [...graph].map(([node, targets]) => {
      const byOthers = new Set([...targets].flatMap((target) => [...reachable(graph, target)]));
      return [node, new Set([...targets].filter((target) => !byOthers.has(target)))];
    }),
  );
}

/** The arrows `a --> b & c` of the diagram in docs/architecture.md whose one subgraph is the root. */
function drawnArrows(root: string): Graph {
  const { blocks } = section(page('docs/architecture.md'), 'What may import what');
  const diagram = blocks.find(({ content }) => content.includes(`subgraph ${root}\n`))?.content ?? '';
  const arrows = [...diagram.matchAll(/^ *(\S+) --> (.+)$/gm)];
  return new Map(arrows.map(([, from = '', to = '']) => [from, new Set(to.split(' & '))]));
}

/** The lines to change so that a diagram has the arrows that the imports need, and no others. */
function corrections(drawn: Graph, needed: Graph): string[] {
  const line = (graph: Graph, node: string) => {
    const targets = [...(graph.get(node) ?? [])].sort();
    return targets.length > 0 ? `"${node} --> ${targets.join(' & ')}"` : 'no arrow';
  };
  return [...new Set([...drawn.keys(), ...needed.keys()])]
    .filter((node) => line(drawn, node) !== line(needed, node))
    .map((node) => `${node}: the diagram has ${line(drawn, node)}; the imports need ${line(needed, node)}`);
}

describe.each(trees)('$root', ({ root, loads, files }) => {
  test('imports no file outside itself', () => {
    expect(files.size).toBeGreaterThan(70);
    for (const [file, imported] of files) {
      for (const path of imported) expect([file, path, files.has(path)]).toEqual([file, path, true]);
    }
  });

  test('imports nothing in a way that this test cannot follow', () => {
    for (const [file, { hidden }] of loads) {
      if (join(root, file) !== MAY_REQUIRE) expect([file, hidden]).toEqual([file, []]);
    }
  });

  test.each([...new Set([...files.keys()].map(dirname))].sort())(
    'has no circle of files or folders in %s',
    (folder) => {
      expect(circleIn(inFolder(files, folder))).toEqual([]);
    },
  );

  test('imports as the arrows in docs/architecture.md say: along them, with none to spare', () => {
    expect(corrections(drawnArrows(root), reduced(inFolder(files, '.')))).toEqual([]);
  });
});

test('all kinds of imports are found, whatever is around them', () => {
  const text = [
    `import './a'; import b from './b'; import type { C } from './c'; import d = require('./d');`,
    `export * from './e'; const quote = /['"\`]/; type F = import('./f').F;`,
    'const late = async () => [await import("./g"), await import((`./h`))];',
  ].join('\n');
  const paths = ['./a', './b', './c', './d', './e', './f', './g', './h'];
  expect(loadsOf(text)).toEqual({ paths, hidden: [] });
  expect(loadsOf(`// import('./a')\nconst text = "import './b'";`)).toEqual({ paths: [], hidden: [] });
});

test.each([
  ['await import(name)', 'import(name)'],
  ["await import('./a/' + name)", "import('./a/' + name)"],
  ["require('./a')", 'require'],
  ["import { createRequire as load } from 'node:module'", 'createRequire'],
  ['/// <reference path="./a.ts" />', './a.ts'],
  ['/// <reference types="jest" />', 'jest'],
])('nobody can follow %s', (text, hidden) => {
  expect(loadsOf(text).hidden).toEqual([hidden]);
});

const graph = (arrows: Readonly<Record<string, readonly string[]>>): Graph =>
  new Map(Object.entries(arrows).map(([from, to]) => [from, new Set(to)]));

test('a circle is found where there is one', () => {
  expect(circleIn(graph({ a: ['b'], b: ['c', 'd'], d: ['b'] }))).toEqual(['b', 'd', 'b']);
});

test('a circle of folders is found where their files form none', () => {
  const files = graph({ 'x/a/1.ts': ['x/b/1.ts'], 'x/b/1.ts': [], 'x/b/2.ts': ['x/a/2.ts'], 'x/a/2.ts': [] });
  expect(circleIn(files)).toEqual([]);
  expect(circleIn(inFolder(files, '.'))).toEqual([]);
  expect(circleIn(inFolder(files, 'x'))).toEqual(['a', 'b', 'a']);
});

test('an arrow too few and one too many are named, with the line to write', () => {
  const needed = reduced(graph({ a: ['b', 'c'], b: ['c'], c: [], d: ['c', 'b'] }));
  expect(corrections(graph({ a: ['b'], b: ['c'], d: ['b'] }), needed)).toEqual([]);
  expect(corrections(graph({ a: ['b', 'c'], d: ['b'], e: ['c'] }), needed)).toEqual([
    'a: the diagram has "a --> b & c"; the imports need "a --> b"',
    'e: the diagram has "e --> c"; the imports need no arrow',
    'b: the diagram has no arrow; the imports need "b --> c"',
  ]);
});
