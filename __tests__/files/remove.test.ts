import fs, { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { removeFolder } from '../../src/files/remove';
import { inJob, useJobDirectory } from '../runner/job-files';
import { heldOpen, useWindows } from './on-windows';

useJobDirectory();
useWindows();
const folder = () => inJob('folder');
const HELD = () => inJob('folder', 'deep', 'held');

const { rmSync } = fs;
/** Lets so many removals fail, of the folder or of the file that is held. */
function hold(times: number): void {
  jest.spyOn(Atomics, 'wait').mockReturnValue('timed-out');
  let left = times;
  jest.spyOn(fs, 'rmSync').mockImplementation((path, options) => {
    if ((path === folder() || path === HELD()) && left-- > 0) throw heldOpen();
    rmSync(path, options);
  });
}

beforeEach(() => {
  mkdirSync(inJob('folder', 'deep'), { recursive: true });
  for (const path of [HELD(), inJob('folder', 'free')]) writeFileSync(path, 'secret');
});
afterEach(() => jest.restoreAllMocks());

test('a folder that is held open for a moment goes with all that is in it', () => {
  hold(3);
  removeFolder(folder());
  expect(existsSync(folder())).toBe(false);
});

test('one that is not there is no fault', () => {
  expect(() => {
    removeFolder(inJob('nowhere'));
  }).not.toThrow();
});

test('of one with a file that stays open, that is emptied and named, and the rest goes', () => {
  writeFileSync(inJob('other'), 'of someone else');
  symlinkSync(inJob('other'), inJob('folder', 'link'));
  hold(Infinity);
  expect(() => {
    removeFolder(folder());
  }).toThrow(`EBUSY: resource busy or locked ${HELD()} is empty now.`);
  expect(readFileSync(HELD(), 'utf8')).toBe('');
  expect(existsSync(inJob('folder', 'free'))).toBe(false);
  expect(readFileSync(inJob('other'), 'utf8')).toBe('of someone else');
});

test('what cannot be emptied either is named as it is', () => {
  hold(Infinity);
  jest.spyOn(fs, 'truncateSync').mockImplementation(() => {
    throw heldOpen();
  });
  expect(() => {
    removeFolder(folder());
  }).toThrow(`${HELD()} is as it was.`);
  expect(readdirSync(folder())).toEqual(['deep']);
});
