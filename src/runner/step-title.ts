import { Inputs } from '../inputs/inputs';
import { modeOf } from '../inputs/read-request';
import { validateProfileName } from '../profile/name';
import { placeInJob } from './place-in-job';

/**
 * What people tell the step by where they see what it says: `AWS assume-role (step keys, profile prod)`.
 *
 * @param outcome follows the mode: `failed`
 */
export function stepTitle(env: NodeJS.ProcessEnv, outcome = ''): string {
  const profile = new Inputs(env).text('aws-profile') ?? '';
  const ofProfile = validateProfileName(profile) === undefined && `profile ${profile}`;
  const details = [placeInJob(env), ofProfile].filter(Boolean).join(', ');
  return `AWS ${modeOf(env) ?? 'step'}${outcome && ` ${outcome}`}${details && ` (${details})`}`;
}
