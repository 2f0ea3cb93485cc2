import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readWorkspaceFile, shownPath } from '../../src/text/workspace-file';
import { workspaceWith } from '../identities/workspace';

const outside = workspaceWith({ 'secret.txt': 'secret' });
const workspace = workspaceWith({ 'a.txt': 'text', 'folder/b.txt': '\uFEFFtext', 'large.txt': 'x'.repeat(101) });
symlinkSync(join(outside, 'secret.txt'), join(workspace, 'out'));
symlinkSync(outside, join(workspace, 'out-folder'));
symlinkSync('folder/b.txt', join(workspace, 'in'));
symlinkSync('loop', join(workspace, 'loop'));
symlinkSync('nowhere', join(workspace, 'dangling'));
writeFileSync(join(workspace, 'utf-16.txt'), Buffer.from('\uFEFFtext', 'utf16le'));
mkdirSync(join(workspace, '..folder'));
writeFileSync(join(workspace, '..folder', 'c.txt'), 'text');
if (process.platform !== 'win32') execFileSync('mkfifo', [join(workspace, 'pipe')]);

const read = (path: string) => readWorkspaceFile(path, { workspace, maxBytes: 100 });

test.each(['a.txt', './a.txt', 'folder/../a.txt', 'folder/b.txt', 'in', '..folder/c.txt', join(workspace, 'a.txt')])(
  '%s is read',
  (path) => {
    expect(read(path)).toEqual({ text: 'text' });
  },
);

test.each([
  ['../a.txt', /^leads out of the workspace/],
  ['..', /^leads out of the workspace/],
  ['folder/../../a.txt', /^leads out of the workspace/],
  [join(outside, 'secret.txt'), /^leads out of the workspace/],
  ['out', /^is a link that leads out of the workspace/],
  ['out-folder/secret.txt', /^is a link that leads out of the workspace/],
  ['loop', /^is a link that leads back to itself/],
  ['dangling', /^is not there/],
  ['nowhere.txt', /^is not there/],
  ['a.txt/b', /^is not there/],
  ['folder', /^is a folder/],
  ['', /^is a folder/],
  ['pipe', /^is not a regular file/],
  ['a\0b', /^cannot be read/],
])('%j is not', (path, wrong) => {
  expect(read(path)).toEqual({ wrong: expect.stringMatching(wrong) });
});

test.each([
  ['large.txt', 'has 101 bytes; it should have at most 100'],
  ['utf-16.txt', 'is not text in UTF-8'],
])('%s is not, and it is the file that is to be corrected', (path, wrong) => {
  expect(read(path)).toEqual({ wrong, isFile: true });
});

test('a file that the job may not read', () => {
  writeFileSync(join(workspace, 'closed.txt'), '');
  chmodSync(join(workspace, 'closed.txt'), 0);
  const isRoot = process.getuid?.() === 0;
  expect(read('closed.txt')).toEqual(isRoot ? { text: '' } : { wrong: 'may not be read by this job' });
});

test.each([
  ['./folder/../a.txt', 'a.txt'],
  [join(workspace, 'folder', 'b.txt'), 'folder/b.txt'],
  ['../a.txt', '../a.txt'],
])('%s is shown as %s', (path, shown) => {
  expect(shownPath(workspace, path)).toBe(shown);
});
