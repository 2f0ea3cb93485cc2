import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { copiesOf, removeCopies, replaceFile, tryCopy } from '../../src/files/replace';
import { inJob, useJobDirectory } from '../runner/job-files';

useJobDirectory();

const DURABLE = { durable: true };

test.each([
  ['that is not there', undefined, true],
  ['that others may read', 'old', true],
  ['of the job alone', 'old', false],
])('a file %s is replaced by one for its owner alone', (_, old, durable) => {
  if (old !== undefined) writeFileSync(inJob('file'), old, { mode: 0o644 });
  replaceFile(inJob('file'), 'Größe', { durable });
  expect(readFileSync(inJob('file'), 'utf8')).toBe('Größe');
  expect(statSync(inJob('file')).mode & 0o777).toBe(0o600);
  expect(readdirSync(inJob())).toEqual(['file']);
});

test('what cannot be replaced stays, and nothing is left next to it', () => {
  mkdirSync(inJob('file'));
  expect(() => {
    replaceFile(inJob('file'), 'new', DURABLE);
  }).toThrow(expect.objectContaining({ code: 'EISDIR' }) as Error);
  expect(readdirSync(inJob())).toEqual(['file']);
  expect(readdirSync(inJob('file'))).toEqual([]);
});

test.each([
  ['its folder is not there', () => inJob('nowhere', 'file'), 'ENOENT'],
  [
    'its folder is a file',
    () => {
      writeFileSync(inJob('file'), '');
      return inJob('file', 'file');
    },
    'ENOTDIR',
  ],
])('where %s, the system says so', (_, path, code) => {
  const file = path();
  expect(() => {
    replaceFile(file, 'new', DURABLE);
  }).toThrow(expect.objectContaining({ code }) as Error);
  expect(copiesOf(file)).toEqual([]);
});

test('that a copy can be made is tried, and none is left', () => {
  tryCopy(inJob('file'));
  expect(copiesOf(inJob('file'))).toEqual([]);
  expect(() => {
    tryCopy(inJob('missing/file'));
  }).toThrow('ENOENT');
});

test('a copy that a killed process left is known by its name, and no other file is', () => {
  const copy = inJob('file.aws-identity-7f3b');
  const others = ['file', 'file.bak', 'file2.aws-identity-7f3b', 'xfile.aws-identity-7f3b'];
  for (const path of [copy, ...others.map((name) => inJob(name))]) writeFileSync(path, '');
  expect(copiesOf(inJob('file'))).toEqual([copy]);
  removeCopies(inJob('file'));
  expect(readdirSync(inJob()).sort()).toEqual(others.sort());
});

test('the signal of a file that may not grow ends nothing, also when it comes later', () => {
  const before = process.listenerCount('SIGXFSZ');
  replaceFile(inJob('file'), 'new', DURABLE);
  replaceFile(inJob('file'), 'newer', DURABLE);
  expect(process.listenerCount('SIGXFSZ')).toBe(Math.max(before, 1));
});
