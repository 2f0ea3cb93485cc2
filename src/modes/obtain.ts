import { admit } from '../delivery/admit';
import type { Step } from '../runner/step';
import { withinTimeLimit } from '../runner/time-limit';
import type { Credentials } from '../aws/credentials';
import type { Request, SessionRequest } from '../inputs/request';
import { accessKeys } from './access-keys';
import { assumeRole } from './assume-role';
import { federationToken } from './federation-token';
import type { Outcome } from '../delivery/outcome';
import { sessionToken } from './session-token';

/** Obtains the one session that a request asks for. */
export function obtainSession(request: SessionRequest, step: Step): Promise<Outcome> {
  switch (request.mode) {
    case 'assume-role':
      return assumeRole(request, step);
    case 'session-token':
      return sessionToken(request, step);
    case 'federation-token':
      return federationToken(request, step);
    case 'access-keys':
      return accessKeys(request, step);
  }
}

/** Obtains once more what a request asked for, to renew a profile: of many roles, the profile's own. */
export function obtainAgain(profile: string, request: Request, step: Step): Promise<Credentials> {
  return withinTimeLimit(request.timeLimit, obtainFor(profile, request, step), step.clock);
}

async function obtainFor(profile: string, request: Request, step: Step): Promise<Credentials> {
  switch (request.mode) {
    case 'assume-role':
      if (!('roles' in request)) return obtainAdmitted(request, step);
      return (await import('./assume-roles')).assumeRoleOf(profile, request, step);
    case 'session-token':
    case 'federation-token':
    case 'access-keys':
      return obtainAdmitted(request, step);
    case 'verify':
    case 'provision':
    case 'rotate':
    case 'deprovision':
      throw new Error(`The mode ${request.mode} obtains no session that could be renewed.`);
  }
}

async function obtainAdmitted(request: SessionRequest, step: Step): Promise<Credentials> {
  const { identity, credentials } = await obtainSession(request, step);
  admit(identity, request);
  return credentials;
}
