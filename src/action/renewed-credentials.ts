import type { Credentials } from '../aws/credentials';
import { ActionError } from '../errors/action-error';
import { readRequest } from '../inputs/read-request';
import type { Request } from '../inputs/request';
import type { Step } from '../runner/step';
import { beginAllowed } from './pipeline';

/**
 * Obtains once more the session that a step delivered to a profile, by the way of the step.
 *
 * @throws ActionError when it cannot be obtained
 */
export async function renewedCredentials(profile: string, step: Step): Promise<Credentials> {
  const { request } = await readRequest(step.env);
  const work = await beginAllowed(onlyFor(profile, request), step);
  let renewed: Credentials | undefined;
  await work
    .finish(({ profiles }) => {
      renewed = profiles?.profiles.find(({ name }) => name === profile)?.credentials;
      return Promise.resolve();
    })
    .catch((error: unknown) => {
      // Where there is one role, what went wrong with it says all.
      throw error instanceof ActionError && error.code === 'roles-failed' ? error.cause : error;
    });
  if (!renewed) throw new Error(`The step delivers nothing to the profile ${profile}.`);
  return renewed;
}

/** Of many roles, the profile's own is renewed. */
function onlyFor(profile: string, request: Request): Request {
  if (!('profileRoles' in request)) return request;
  return { ...request, profileRoles: request.profileRoles.filter((role) => role.profile === profile) };
}
