import type { Step } from '../action/step';
import type { AssumeRoleRequest } from '../inputs/request';
import { assumeRoleByCredentials } from './assume-role-by-credentials';
import { assumeRoleByWebIdentity } from './assume-role-by-web-identity';
import type { Outcome } from './outcome';

/** Assumes one role, with a web identity or with credentials. */
export async function assumeRole(request: AssumeRoleRequest, step: Step): Promise<Outcome> {
  const { role, session } =
    request.by === 'web identity'
      ? await assumeRoleByWebIdentity(request, step)
      : await assumeRoleByCredentials(request, step);
  return { ...session, roleArns: { [role.name]: role.arn } };
}
