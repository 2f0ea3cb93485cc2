import type { Account, Role } from '../accounts/account';
import type { World } from '../accounts/world';
import type { Constraints } from '../query/constraints';
import { validationError } from '../query/error';
import type { Parameters } from '../query/parameters';
import { VENDORS } from '../query/vendors';
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

/** What the ARN of a role names. */
export interface NamedRole {
  readonly accountId: string;
  readonly account: Account | undefined;
  /** Undefined also while AWS does not know a new role everywhere. */
  readonly role: Role | undefined;
}

const ROLE_ARN = /^arn:[\w-]+:iam::(\d{12}):role\/(?:[^/]+\/)*([^/]+)$/;
const OTHER_ROLE_ARN = /^arn:[\w-]+:iam::([^:]*):role\/(?:[^/]+\/)*([^/]+)$/;

/**
 * The role that an ARN names, with its account.
 * @throws Refusal ValidationError for what is not the ARN of a role.
 */
export function findRole(world: World, arn: string): NamedRole {
  const { vendor } = world.settings;
  if (vendor !== undefined && VENDORS[vendor].ignoresRoleArn) return anyRole(world);
  const form = vendor === undefined ? ROLE_ARN : OTHER_ROLE_ARN;
  const [, accountId, name] = form.exec(arn) ?? [];
  if (accountId === undefined || name === undefined) throw validationError(`${arn} is invalid`);
  const account = world.accounts.get(accountId);
  const role = account?.roles.get(name);
  const known = role?.arn === arn && role.propagatedAt <= world.clock.now();
  return { accountId, account, role: known ? role : undefined };
}

/** The only role that there is. */
function anyRole({ accounts }: World): NamedRole {
  const [account] = accounts.values();
  const [role] = account?.roles.values() ?? [];
  return { accountId: account?.id ?? '', account, role };
}

/** @throws Refusal ValidationError when the role does not allow sessions that long. */
export function checkRoleDuration(role: Role, durationSeconds: number): void {
  if (durationSeconds > role.maxSessionDuration) {
    throw validationError('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
  }
}
