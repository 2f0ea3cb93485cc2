import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const { licencesOf, packagesIn } = jest.requireActual<{
  readonly licencesOf: (root: string, folders: readonly string[]) => string;
  readonly packagesIn: (maps: readonly string[]) => string[];
}>('../../scripts/licences.cjs');

const root = mkdtempSync(join(tmpdir(), 'licences-'));
afterAll(() => {
  rmSync(root, { recursive: true });
});

/** A package with this licence, and with the text of it in this file. */
function packageOf(name: string, license: string, [file, text]: [string?, string?] = [], repository?: object): string {
  const folder = `node_modules/${name}`;
  mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, folder, 'package.json'), JSON.stringify({ name, license, repository }));
  if (file !== undefined) writeFileSync(join(root, folder, file), text ?? '');
  return folder;
}

test('the packages of a bundle are those of which its source maps name files', () => {
  const map = (...sources: string[]) => JSON.stringify({ sources });
  expect(
    packagesIn([
      map('/src/main.ts', '../node_modules/a/lib/x.js', '../node_modules/a/y.js'),
      map('/project/node_modules/@b/c/index.js', '/project/node_modules/@b/c/node_modules/d/e/f.js'),
      map('C:\\project\\node_modules\\@b\\e\\index.js'),
    ]),
  ).toEqual(['node_modules/a', 'node_modules/@b/c', 'node_modules/@b/c/node_modules/d', 'node_modules/@b/e']);
});

test.each(['/webpack/bootstrap', '../webpack/runtime/ensure chunk'])(
  'what bundled them has added code, too: %s',
  (source) => {
    const folders = packagesIn([JSON.stringify({ sources: ['/src/main.ts', source] })]);
    expect(licencesOf(join(__dirname, '../..'), folders)).toMatch(/^webpack\nMIT\nCopyright JS Foundation/);
  },
);

test('each text is there once, under all that have it', () => {
  const folders = [
    packageOf('z', 'MIT', ['LICENSE', 'Do\r\nas you like.\r\n']),
    packageOf('@a/b', 'ISC', ['license.md', 'Do as you like.']),
    packageOf('a', 'MIT', ['LICENSE.txt', '\nDo\nas you like.\n']),
  ];
  expect(licencesOf(root, folders)).toBe('@a/b\nISC\nDo as you like.\n\na\nz\nMIT\nDo\nas you like.\n');
});

test('a package without the file has the text of another of its repository and kind', () => {
  const repository = (url: string) => ({ type: 'git', url });
  const folders = [
    packageOf('other', 'MIT', ['LICENSE', 'Another.'], repository('https://example.com/other.git')),
    packageOf('parser', 'ISC', ['LICENSE', 'Of the parser.'], repository('https://example.com/one.git')),
    packageOf('core', 'MIT', ['Copying', 'Of all.'], repository('https://example.com/one.git')),
    packageOf('part', 'MIT', [], repository('https://example.com/one.git')),
  ];
  expect(licencesOf(root, folders)).toContain('core\npart\nMIT\nOf all.\n');
  expect(() =>
    licencesOf(
      root,
      folders.filter((folder) => !folder.endsWith('core')),
    ),
  ).toThrow('part has no text of its licence, nor has another of its repository');
});

test.each(['BlueOak-1.0.0', 'GPL-3.0-only', '(MIT OR GPL-2.0)', 'UNLICENSED'])('%s may not be bundled', (kind) => {
  const folder = packageOf('foreign', kind, ['LICENSE', 'Terms.']);
  expect(() => licencesOf(root, [folder])).toThrow(`foreign has the licence ${kind}; what is bundled has one of 0BSD`);
});
