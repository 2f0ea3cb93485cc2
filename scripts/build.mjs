// Bundles src into dist: one folder for each entry point, with the licences of what went into it. The same sources and
// lockfile give the same bytes, and a digest of them is among these. With --check nothing is written; dist is compared with what src builds.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ncc from '@vercel/ncc';
import { minify } from 'terser';
import ts from 'typescript';
import { DIGEST_FILE, sourceDigest } from './source-digest.cjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');

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
if (process.argv.includes('--check')) check();
else write();

/** The files of one entry point, by name. Types are checked by "npm run types". */
async function bundle({ source, externals }) {
  const options = {
    cache: false,
    quiet: true,
    externals,
    license: 'licenses.txt',
    target: 'es2022',
    transpileOnly: true,
  };
  const { code, assets } = await ncc(join(root, 'src', source), options);
  const parts = [['index.js', code], ...Object.entries(assets).map(([name, { source }]) => [name, String(source)])];
  return Promise.all(
    parts.map(async ([name, source]) => [name, name.endsWith('.js') ? await minified(source) : eachOnce(source)]),
  );
}

/**
 * The same licences with each text once, under the names of all packages that have it. ncc repeats it for each, and those
 * of AWS's SDK all have Apache's, word for word.
 *
 * @param {string} licences for each package its name, what kind of licence it has, and the text
 */
function eachOnce(licences) {
  const names = new Map();
  for (const licence of licences.trim().split(/\n\n(?=\S+\n[\w.-]+(?: \w+ [\w.-]+)*\n)/)) {
    const [name, ...kindAndText] = licence.split('\n');
    const text = kindAndText.join('\n').trim();
    names.set(text, [...(names.get(text) ?? []), name]);
  }
  return `${[...names].map(([text, all]) => `${all.join('\n')}\n${text}`).join('\n\n')}\n`;
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
