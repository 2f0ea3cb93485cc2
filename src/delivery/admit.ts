import { homedir } from 'node:os';
import type { Identity } from '../aws/arn';
import { ActionError } from '../errors/action-error';
import type { Request } from '../inputs/request';
import { profileFiles } from '../profile/locations';
import type { Step } from '../runner/step';

/**
 * Looks whether profiles can be written in the end, before anything is done.
 *
 * @throws ActionError `profile-files` with every profile that cannot
 */
export async function checkProfilesAreFree(names: readonly string[], overwrite: boolean, { env }: Step): Promise<void> {
  if (names.length === 0) return;
  const { checkProfile } = await import('../profile/profile');
  const reasons = new Set<string>();
  const stopped: string[] = [];
  for (const name of names) {
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
    fix: 'Mend that, choose another name, or leave the profile out.',
  });
}

/**
 * Lets credentials in only if they are of an account that is allowed.
 *
 * @throws ActionError `account-not-allowed`
 */
export function admit({ arn, account }: Identity, { allowedAccounts }: Request): void {
  if (allowedAccounts.length === 0 || allowedAccounts.includes(account)) return;
  throw new ActionError({
    code: 'account-not-allowed',
    tried: 'accept the credentials',
    why: `They belong to ${arn} in account ${account}; allowed-account-ids names ${allowedAccounts.join(', ')}.`,
    fix: 'Check which credentials or which role the step is given, or add the account to allowed-account-ids.',
  });
}
