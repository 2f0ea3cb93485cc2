import type { Role } from '../accounts/account';
import type { World } from '../accounts/world';
import type { Constraints } from '../query/constraints';
import { validationError } from '../query/error';
import type { Parameters } from '../query/parameters';
import { readSessionPolicies, type SessionPolicies } from './session-policies';

/** What every way of assuming a role asks for. */
export interface RoleRequest extends SessionPolicies {
  readonly roleArn: string;
  readonly sessionName: string;
  readonly durationSeconds: number;
}

/** Reads it; what is wrong is left to `constraints.check`. */
export function readRoleRequest(params: Parameters, constraints: Constraints): RoleRequest {
  const { RoleArn, RoleSessionName, DurationSeconds } = params;
  const roleArn = constraints.required('roleArn', RoleArn);
  constraints.length('roleArn', RoleArn, 20, 2048);
  const sessionName = constraints.required('roleSessionName', RoleSessionName);
  constraints.length('roleSessionName', RoleSessionName, 2, 64);
  constraints.pattern('roleSessionName', RoleSessionName, '[\\w+=,.@-]*');
  const durationSeconds = constraints.integer('durationSeconds', DurationSeconds, 900, 43_200) ?? 3600;
  return { roleArn, sessionName, durationSeconds, ...readSessionPolicies(params, constraints) };
}

/**
 * The role that an ARN names, with its account; the role is undefined when there is none.
 * @throws AwsError ValidationError for what is not the ARN of a role.
 */
export function findRole(world: World, arn: string): { readonly accountId: string; readonly role: Role | undefined } {
  const [, accountId, name] = /^arn:[\w-]+:iam::(\d{12}):role\/(?:[^/]+\/)*([^/]+)$/.exec(arn) ?? [];
  if (accountId === undefined || name === undefined) throw validationError(`${arn} is invalid`);
  const role = world.accounts.get(accountId)?.roles.get(name);
  return { accountId, role: role?.arn === arn ? role : undefined };
}

/** @throws AwsError ValidationError when the role does not allow sessions that long. */
export function checkRoleDuration(role: Role, durationSeconds: number): void {
  if (durationSeconds > role.maxSessionDuration) {
    throw validationError('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
  }
}
