import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let folder: string;
let cache: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'code-'));
  cache = join(folder, 'cache');
  const module = JSON.stringify(join(__dirname, 'compiled-code.cjs'));
  const [dist, kept] = [join(folder, 'dist'), cache].map((path) => JSON.stringify(path));
  writeFileSync(join(folder, 'preload.cjs'), `require(${module}).shareCompiledCode(${dist}, ${kept});`);
  mkdirSync(join(folder, 'dist/main'), { recursive: true });
  write('dist/main/index.js', `const { word } = require('../part.js'); console.log(word(), require.main === module);`);
  write('dist/part.js', `exports.word = () => 'one';`);
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function write(path: string, code: string): void {
  writeFileSync(join(folder, path), code);
  // What is made of it is newer.
  utimesSync(join(folder, path), new Date(), new Date(Date.now() - 1000));
}

const run = () =>
  execFileSync(process.execPath, ['--require', './preload.cjs', 'dist/main/index.js'], {
    cwd: folder,
    encoding: 'utf8',
  });

const kept = () => readdirSync(cache).map((name) => [name, statSync(join(cache, name)).mtimeMs]);

test('code does the same when it is compiled, and when it was', () => {
  expect(run()).toBe('one true\n');
  const first = kept();
  expect(first.map(([name]) => name).sort()).toEqual(['main-index.js', 'part.js']);
  expect(run()).toBe('one true\n');
  expect(kept()).toEqual(first);
});

test('code that changed is compiled again, also where it is as long', () => {
  run();
  writeFileSync(join(folder, 'dist/part.js'), `exports.word = () => 'two';`);
  expect(run()).toBe('two true\n');
});

test('what is no code of this version of V8 is not used, and what cannot be kept does no harm', () => {
  mkdirSync(cache);
  writeFileSync(join(cache, 'part.js'), 'nonsense');
  expect(run()).toBe('one true\n');
  rmSync(cache, { recursive: true });
  writeFileSync(cache, '');
  expect(run()).toBe('one true\n');
  expect(existsSync(join(cache, 'part.js'))).toBe(false);
});
