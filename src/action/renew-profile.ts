import type { ProfileSession } from '../credential-process/keep-sessions';
import { renewSession, type Asked } from '../credential-process/renew-session';
import type { KeptSession } from '../credential-process/session-file';
import { ActionError } from '../errors/action-error';
import { readRequest } from '../inputs/read-request';
import { isManyRoles, type Request } from '../inputs/request';
import type { Step } from '../runner/step';
import { beginAllowed } from './pipeline';

/** Renews the session in a file, by the pipeline of the step that delivered it. */
export function renewProfile(path: string, asked: Asked): Promise<KeptSession> {
  return renewSession(path, asked, credentialsFor);
}

async function credentialsFor(profile: string, step: Step, until: number): Promise<ProfileSession> {
  const { request } = await readRequest(step.env);
  const retry = { ...request.retry, until };
  const work = await beginAllowed({ ...onlyFor(profile, request), retry }, step);
  let renewed: ProfileSession | undefined;
  await work
    .finish(({ profiles }) => {
      renewed = profiles?.profiles.find(({ name }) => name === profile);
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
  if (!isManyRoles(request)) return request;
  return { ...request, profileRoles: request.profileRoles.filter((role) => role.profile === profile) };
}
