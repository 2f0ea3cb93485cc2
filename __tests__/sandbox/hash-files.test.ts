import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadExpressions } from '../../sandbox/runner/expressions';

const FILES = ['.npmrc', 'app/a+b.lock', 'app/deep/package-lock.json', 'lib/package-lock.json', 'package-lock.json'];
const folder = mkdtempSync(join(tmpdir(), 'hash-'));
for (const file of FILES) {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), `content of ${file}`);
}
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const sha256 = (content: string | Buffer) => createHash('sha256').update(content).digest();
/** As a runner makes it: of the hashes of the files. */
const hashOf = (files: readonly string[]) =>
  files.length === 0 ? '' : sha256(Buffer.concat(files.map((file) => sha256(`content of ${file}`)))).toString('hex');

test.each([
  ["'package-lock.json'", [4]],
  ["'**/package-lock.json'", [2, 3, 4]],
  ["'*/package-lock.json'", [3]],
  ["'**/package-lock.json', '!lib/**'", [2, 4]],
  ["'!lib/**', '**/package-lock.json'", [2, 3, 4]],
  ["'app'", [1, 2]],
  ["'app/a+b.loc?'", [1]],
  ["'./[ln]*/*.json'", [3]],
  ["'*rc'", [0]],
  ["format('{0}/lib/*', github.workspace)", [3]],
  ["'none'", []],
])('hashFiles(%s)', async (patterns, indexes) => {
  const { fillIn } = await loadExpressions();
  const hash = fillIn(`\${{ hashFiles(${patterns}) }}`, { github: { workspace: folder } });
  expect(hash).toBe(hashOf(indexes.map((index) => FILES[index] ?? '')));
});

test('it is known by any case, and needs a workspace', async () => {
  const { fillIn } = await loadExpressions();
  expect(fillIn("${{ HASHFILES('*') != '' }}", { github: { workspace: folder } })).toBe('true');
  expect(() => fillIn("${{ hashFiles('*') }}", { github: {} })).toThrow('hashFiles() needs a workspace');
});
