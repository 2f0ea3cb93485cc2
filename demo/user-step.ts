import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ACTIONS_NODE } from '../sandbox/runner/processes';

/** Runs a script of `user-steps` as a step of the user's workflow: it knows only its environment. */
export async function runUserStep(script: string, env: Readonly<Record<string, string>>): Promise<string> {
  const { stdout } = await promisify(execFile)(ACTIONS_NODE, [join(__dirname, 'user-steps', script)], { env });
  return stdout.trim();
}
