import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { replaceFile } from '../../src/files/replace';
import { inJob, useJobDirectory } from '../runner/job-files';

useJobDirectory();

test.each([
  ['that is not there', undefined],
  ['that others may read', 'old'],
])('a file %s is replaced by one for its owner alone', async (_, old) => {
  if (old !== undefined) writeFileSync(inJob('file'), old, { mode: 0o644 });
  await replaceFile(inJob('file'), 'new');
  expect(readFileSync(inJob('file'), 'utf8')).toBe('new');
  expect(statSync(inJob('file')).mode & 0o777).toBe(0o600);
  expect(readdirSync(inJob())).toEqual(['file']);
});

test('what cannot be replaced stays, and nothing is left beside it', async () => {
  mkdirSync(inJob('file'));
  await expect(replaceFile(inJob('file'), 'new')).rejects.toMatchObject({ code: 'EISDIR' });
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
])('where %s, the system says so', async (_, path, code) => {
  await expect(replaceFile(path(), 'new')).rejects.toMatchObject({ code });
});

test('the signal of a file that may not grow is ignored only while one is written', async () => {
  const during: number[] = [];
  process.on('newListener', function count(event) {
    if (event === 'SIGXFSZ') during.push(process.listenerCount('SIGXFSZ') + 1);
  });
  const before = process.listenerCount('SIGXFSZ');
  await replaceFile(inJob('file'), 'new');
  await replaceFile(inJob('nowhere', 'file'), 'new').catch(() => undefined);
  process.removeAllListeners('newListener');
  expect(during).toEqual([before + 1, before + 1]);
  expect(process.listenerCount('SIGXFSZ')).toBe(before);
});
