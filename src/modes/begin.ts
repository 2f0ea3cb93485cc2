import { isManyRoles, type Request } from '../inputs/request';
import type { Step } from '../runner/step';
import type { Work } from './work';

/** Begins what is asked for, by the code of its mode alone. */
export async function begin(request: Request, step: Step): Promise<Work> {
  if ('useExistingCredentials' in request && request.useExistingCredentials) {
    const existing = await (await import('./existing-credentials')).existingCredentials(request, step);
    if (existing) return existing;
  }
  switch (request.mode) {
    case 'assume-role':
      return isManyRoles(request)
        ? (await import('./many-roles')).assumeManyRoles(request, step)
        : (await import('./assume-role')).assumeOneRole(request, step);
    case 'session-token':
      return (await import('./session-token')).sessionToken(request, step);
    case 'federation-token':
      return (await import('./federation-token')).federationToken(request, step);
    case 'access-keys':
      return request.isLogOut
        ? (await import('./log-out')).logOut(request, step)
        : (await import('./access-keys')).accessKeys(request, step);
    case 'verify':
      return (await import('./verify/verify')).verify(request, step);
    case 'provision':
      return (await import('./provision')).provision(request, step);
    case 'rotate':
      return (await import('./rotate')).rotate(request, step);
    case 'deprovision':
      return (await import('./deprovision')).deprovision(request, step);
  }
}
