import { isManyRoles, type Request, type SessionRequest } from '../inputs/request';
import type { Step } from '../runner/step';
import type { Work } from './work';

/** Whether credentials that the job has already are kept where they work: then none are delivered. */
export function mayKeepExisting(
  request: Request,
): request is SessionRequest & { readonly useExistingCredentials: true } {
  return 'useExistingCredentials' in request && request.useExistingCredentials;
}

/**
 * Begins what is asked for, by the code of its mode alone.
 *
 * @param beforeNew called where credentials that the job has already could have been kept, and are not
 */
export async function begin(
  request: Request,
  step: Step,
  beforeNew: () => Promise<void> = () => Promise.resolve(),
): Promise<Work> {
  if (mayKeepExisting(request)) {
    const existing = await (await import('./existing-credentials')).existingCredentials(request, step);
    if (existing) return existing;
    await beforeNew();
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
