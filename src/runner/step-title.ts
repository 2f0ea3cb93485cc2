import { Inputs } from '../inputs/inputs';
import { modeOf } from '../inputs/read-request';
import { validateProfileName } from '../profile/name';

/**
 * What people tell the step by where they see what it says: `AWS assume-role (step keys, profile prod)`.
 *
 * @param outcome follows the mode: `failed`
 */
export function stepTitle(env: NodeJS.ProcessEnv, outcome = ''): string {
  const profile = new Inputs(env).text('aws-profile') ?? '';
  const ofProfile = validateProfileName(profile) === undefined && `profile ${profile}`;
  const details = [placeInJob(env.GITHUB_ACTION ?? ''), ofProfile].filter(Boolean).join(', ');
  return `AWS ${modeOf(env)}${outcome && ` ${outcome}`}${details && ` (${details})`}`;
}

/**
 * What tells a step from others of its job that run the same action: its `id:`, else the number that the runner gives to
 * each but the first.
 * https://docs.github.com/actions/reference/workflows-and-actions/variables
 */
function placeInJob(action: string): string {
  if (!action.startsWith('__')) return action && `step ${action}`;
  const [, number] = /_(\d+)$/.exec(action) ?? [];
  return number === undefined ? '' : `no. ${number} in this job`;
}
