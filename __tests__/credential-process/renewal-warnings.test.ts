import { existsSync } from 'node:fs';
import { noteWarning, warningsIn } from '../../src/credential-process/renewal-warnings';
import { inJob, useJobDirectory } from '../runner/job-files';

useJobDirectory();

test('warnings are kept until all is well again, and none is asked for more than it has', () => {
  noteWarning(inJob('1.json'), 'first');
  noteWarning(inJob('1.json'), 'second');
  noteWarning(inJob('2.json'), 'other');
  expect(warningsIn(inJob()).sort()).toEqual(['other', 'second']);
  noteWarning(inJob('1.json'), undefined);
  noteWarning(inJob('2.json'), undefined);
  expect(warningsIn(inJob())).toEqual([]);
  noteWarning(inJob('nowhere', '1.json'), 'no room for it');
  expect(existsSync(inJob('nowhere'))).toBe(false);
  expect(warningsIn(inJob('nowhere'))).toEqual([]);
});
