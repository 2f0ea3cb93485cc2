import { ActionError } from '../errors/action-error';
import { messageOf } from '../errors/message';

/** What the runner gives a step to write to, by the variable that names it. */
const PURPOSES = {
  GITHUB_ENV: 'the variables of later steps',
  GITHUB_OUTPUT: 'the outputs of the step',
  GITHUB_STATE: 'what the clean-up has to undo',
  RUNNER_TEMP: 'what the clean-up has to put back',
} as const;

/**
 * Writes to what the runner gives for it. Without a file, the toolkit would print the value instead.
 *
 * @throws ActionError `runner-files` when there is none, or it cannot be written
 */
export function writingTo<T>(name: keyof typeof PURPOSES, env: NodeJS.ProcessEnv, write: () => T): T {
  try {
    if (!env[name]) throw new Error('the runner gave none');
    return write();
  } catch (error) {
    const kind = name === 'RUNNER_TEMP' ? 'folder' : 'file';
    throw new ActionError({
      code: 'runner-files',
      tried: `write ${PURPOSES[name]} to the runner's ${kind} for it (${name}=${env[name] ?? ''}). Nothing was exported`,
      answer: messageOf(error),
      why: 'The disk is full, or the files of the runner are not there or not open to the user of the job.',
      fix: 'Free some space on the disk of the runner; in a container, see that the folders of the runner are mounted and may be written.',
      cause: error,
    });
  }
}
