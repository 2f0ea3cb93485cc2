import { homedir } from 'node:os';
import { ActionError } from '../errors/action-error';
import { profileFiles } from '../profile/locations';
import type { Step } from '../runner/step';

/**
 * Looks whether profiles can be written in the end, before anything is done.
 *
 * @throws ActionError `profile-files` with every profile that cannot
 */
export async function checkProfilesAreFree(
  profiles: readonly { readonly name: string; readonly overwrite: boolean }[],
  { env }: Step,
): Promise<void> {
  if (profiles.length === 0) return;
  const { checkProfile } = await import('../profile/profile');
  const reasons = new Set<string>();
  const stopped: string[] = [];
  for (const { name, overwrite } of profiles) {
    const problem = await checkProfile(profileFiles(env, homedir()), name, overwrite);
    if (!problem) continue;
    stopped.push(name);
    reasons.add(`${problem.path}: ${problem.reason}`);
  }
  if (stopped.length === 0) return;
  throw new ActionError({
    code: 'profile-files',
    tried: `start: the profile${stopped.length === 1 ? '' : 's'} ${stopped.join(', ')} cannot be written. Nothing was changed`,
    why: reasons.size === 1 ? [...reasons].join() : [...reasons].map((reason) => `\n- ${reason}`).join(''),
    fix: 'Correct that, choose another name, or omit the profile.',
  });
}
