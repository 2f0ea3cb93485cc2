import { ActionError } from '../../src/errors/action-error';
import { writingTo } from '../../src/runner/runner-files';

const full = new Error('ENOSPC: no space left on device');

/** The error of a write that fails. */
function failing(name: Parameters<typeof writingTo>[0], env: NodeJS.ProcessEnv, thrown: unknown = full): ActionError {
  try {
    writingTo(name, env, () => {
      throw thrown;
    });
  } catch (error) {
    if (error instanceof ActionError) return error;
  }
  throw new Error('It did not fail as it should.');
}

test('what is written is what comes back', () => {
  expect(writingTo('GITHUB_ENV', { GITHUB_ENV: '/env' }, () => 'written')).toBe('written');
});

const REST =
  'Cause: The disk is full, or the files of the runner are not there or not open to the user of the job.\n' +
  'Fix: Free some space on the disk of the runner; in a container, see that the folders of the runner are mounted and may be written.';

test.each([
  ['GITHUB_ENV', "the variables of later steps to the runner's file for it (GITHUB_ENV=/there)"],
  ['GITHUB_OUTPUT', "the outputs of the step to the runner's file for it (GITHUB_OUTPUT=/there)"],
  ['GITHUB_STATE', "what the clean-up has to undo to the runner's file for it (GITHUB_STATE=/there)"],
  ['RUNNER_TEMP', "what the clean-up has to put back to the runner's folder for it (RUNNER_TEMP=/there)"],
] as const)('%s that cannot be written: what was to go there, where that is, the system’s words', (name, tried) => {
  const error = failing(name, { [name]: '/there' });
  expect(error.code).toBe('runner-files');
  expect(error.cause).toBe(full);
  expect(error.message).toBe(`Could not write ${tried}. Nothing was exported.\nAnswer: ${full.message}\n${REST}`);
});

test.each([undefined, ''])('where the runner gave none (%j), nothing is tried', (value) => {
  const write = jest.fn(() => 'written');
  expect(() => writingTo('GITHUB_ENV', { GITHUB_ENV: value }, write)).toThrow(
    '(GITHUB_ENV=). Nothing was exported.\nAnswer: the runner gave none\n',
  );
  expect(write).not.toHaveBeenCalled();
});

test('what is thrown need not be an error', () => {
  expect(failing('GITHUB_ENV', { GITHUB_ENV: '/there' }, 'odd').message).toContain('\nAnswer: odd\n');
});
