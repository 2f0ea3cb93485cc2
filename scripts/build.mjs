// Bundles src into dist: one folder for each entry point, with the licences of what went into it. The same sources and
// lockfile give the same bytes, and a digest of them is among these. With --check nothing is written; dist is compared with what src builds.
// A bundle that is too large, or with a package that may not be in it, is refused.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ncc from '@vercel/ncc';
import { minify } from 'terser';
import ts from 'typescript';
import { licencesOf, packagesIn } from './licences.cjs';
import { DIGEST_FILE, sourceDigest } from './source-digest.cjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const MOST_BYTES = 2_000_000;

/** Bundles by the folder they go to. The code that they share is in the one of `action`, which post loads only when main
 * left something to do in IAM, and the program behind a `credential_process` only to renew a session.
 */
const programs = { './action/programs': '../action/index.js' };
/**
 * What the toolkit loads next to the rest, and nothing here uses: to run programs, to write a summary, to ask for a token.
 * Any module of Node's stands in for them.
 */
const UNUSED_IN_TOOLKIT = { '@actions/exec': 'node:os', './summary.js': 'node:os', './oidc-utils.js': 'node:os' };
const entries = {
  main: { source: 'main.ts', externals: programs },
  post: { source: 'post.ts', externals: programs },
  'credential-process': { source: 'credential-process.ts', externals: programs },
  action: { source: 'action/programs.ts', externals: UNUSED_IN_TOOLKIT },
};

/**
 * The AWS SDK ships as CommonJS and as ES modules. ncc takes the first, of which nothing can be omitted; these paths
 * lead it to the second, a third of the size, with the rarer ways to find credentials in parts that load when needed. They
 * also lead past the HTTP client of GitHub's toolkit, to `src/github/no-http-client.ts`.
 */
process.env.TS_NODE_PROJECT = join(root, 'scripts/tsconfig.bundle.json');

const built = new Map([[DIGEST_FILE, `${sourceDigest(root)}\n`]]);
for (const [folder, entry] of Object.entries(entries)) {
  for (const [name, content] of await bundle(entry)) built.set(`${folder}/${name}`, content);
}
requireSmall();
if (process.argv.includes('--check')) check();
else write();

/** The files of one entry point, by name. Types are checked by "npm run types". */
async function bundle({ source, externals }) {
  // ncc lists licences, too, but not all: the source maps name each file that went into the bundle.
  const options = {
    cache: false,
    quiet: true,
    externals,
    sourceMap: true,
    sourceMapRegister: false,
    target: 'es2022',
    transpileOnly: true,
  };
  const { code, map, assets } = await ncc(join(root, 'src', source), options);
  const parts = Object.entries(assets).map(([name, asset]) => [name, String(asset.source)]);
  const isMap = ([name]) => name.endsWith('.map');
  const packages = packagesIn([map, ...parts.filter(isMap).map(([, content]) => content)]);
  const scripts = [['index.js', code], ...parts.filter((part) => !isMap(part))];
  return [
    ...(await Promise.all(scripts.map(async ([name, content]) => [name, await minified(content)]))),
    ...(packages.length > 0 ? [['licenses.txt', licencesOf(root, packages)]] : []),
  ];
}

/** ncc minifies the entry alone; the parts that load later are most of it. */
async function minified(source) {
  const { code } = await minify(source, { compress: { passes: 2 }, ecma: 2020, format: { comments: false } });
  return `${withModulesInParentheses(code)}\n`;
}

/**
 * The same code with the function of each module in parentheses, as ncc writes it and the minifier does not leave it. Node
 * takes such a function for one that is called at once, as those are when their file loads, and compiles it with the file.
 * Any other it reads twice: at first only to find its end.
 */
function withModulesInParentheses(code) {
  const functions = [];
  const visit = (node) => {
    const isModule = ts.isPropertyAssignment(node) && ts.isNumericLiteral(node.name);
    if (isModule && ts.isFunctionLike(node.initializer)) functions.push(node.initializer);
    else ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('bundle.js', code, ts.ScriptTarget.Latest));
  const [pieces, rest] = functions.reduce(
    ([done, from], { pos, end }) => [`${done}${code.slice(from, pos)}(${code.slice(pos, end)})`, end],
    ['', 0],
  );
  return pieces + code.slice(rest);
}

/** It is fetched at the start of every job. */
function requireSmall() {
  const bytes = [...built.values()].reduce((sum, content) => sum + Buffer.byteLength(content), 0);
  if (bytes > MOST_BYTES) throw new Error(`dist has ${bytes} bytes; it should have at most ${MOST_BYTES}`);
}

function write() {
  rmSync(dist, { recursive: true, force: true });
  for (const [name, content] of built) {
    mkdirSync(dirname(join(dist, name)), { recursive: true });
    writeFileSync(join(dist, name), content);
  }
}

function check() {
  const committed = new Map(
    readdirSync(dist, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [relative(dist, path).replaceAll('\\', '/'), readFileSync(path, 'utf8')]),
  );
  const names = new Set([...built.keys(), ...committed.keys()]);
  const different = [...names].filter((name) => built.get(name) !== committed.get(name)).sort();
  if (different.length === 0) {
    process.stdout.write('dist is what src builds.\n');
    return;
  }
  process.stderr.write(`dist is not what src builds: ${different.join(', ')}.\nRun "npm run build" and commit dist.\n`);
  process.exitCode = 1;
}
