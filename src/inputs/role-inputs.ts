import { parseRoleArn, parseRoleName, type RoleArn, type RoleName } from '../aws/arn';
import { partitionOfRegion } from '../aws/partition';
import { validateProfileName } from '../profile/name';
import { keyPathText } from '../text/problem';
import type { Reading } from './reading';
import { MAX_CHAINED_DURATION } from '../sts/session-durations';
import type { Chain, ProfileRole } from './request';
import { readAllowedAccounts } from './step-inputs';

const FORM = 'arn:aws:iam::123456789012:role/name, or the name of a role in the account of the given credentials';

/** What stands in for a role that was none: the step ends before it is used. */
const NO_ROLE: RoleName = { pathAndName: '' };

/** What limits which roles can be assumed, and for how long. */
export interface RoleLimits {
  /** With a web identity: it is in no account in which a role could be looked for by its name. */
  readonly byToken: boolean;
  /** With temporary credentials of a user who proved MFA once, for many roles. */
  readonly byUserSession: boolean;
  /** Seconds. */
  readonly duration: number;
}

/** Whether roles are asked for by profile. */
export function rolesAreMany({ inputs }: Reading): boolean {
  return inputs.text('roles') !== undefined;
}

/** The one role to assume, or the chain that leads to it. */
export function readRoleToAssume(reading: Reading, limits: RoleLimits): Chain {
  const { inputs, problems } = reading;
  if (inputs.asks('continue-on-role-error')) problems.add('continue-on-role-error', 'is for roles, which is not given');
  return readChain('role-to-assume', inputs.lines('role-to-assume'), reading, limits);
}

const BESIDE_ROLES = [
  ['role-to-assume', 'is given together with roles; it should be one of them'],
  ['aws-profile', 'is given together with roles, which names the profiles'],
  ['output-credentials', 'is for one session, and roles asks for several: they go to profiles'],
  ['output-env-credentials', 'is for one session, and roles asks for several: they go to profiles'],
  ['use-existing-credentials', 'is for one session, and roles asks for several'],
] as const;

/** The roles by profile: `profile: role`, or `profile: [role, role, …]` for a chain. */
export async function readManyRoles(reading: Reading, limits: RoleLimits): Promise<ProfileRole[]> {
  const { inputs, problems, warnings } = reading;
  for (const [name, why] of BESIDE_ROLES) if (inputs.asks(name)) problems.add(name, why);
  const { readYaml } = await import('../text/yaml');
  const { value, problems: inText } = readYaml(inputs.text('roles') ?? '');
  for (const { line, path, message } of inText) {
    problems.add('roles', `line ${line}: ${`${keyPathText(path)} ${message}`.trim()}`);
  }
  if (inText.length > 0) return [];
  if (typeof value !== 'object' || value === null || Array.isArray(value) || Object.keys(value).length === 0) {
    problems.add(
      'roles',
      'is not a mapping of profiles to roles; it should be lines like production: arn:aws:iam::123456789012:role/deploy',
    );
    return [];
  }
  const roles = Object.entries(value).map(([profile, written]: [string, unknown]) => {
    const broken = validateProfileName(profile);
    if (broken !== undefined) problems.add('roles', `"${profile}" as the name of a profile ${broken}`);
    const chain = written === null ? [] : [written].flat();
    return { profile, chain: readChain(`roles: ${profile}`, chain, reading, limits) };
  });
  const seen = new Map<string, string>();
  for (const { profile, chain } of roles) {
    const text = chain.map(textOf).join(' ');
    const other = seen.get(text);
    if (other !== undefined)
      warnings.push(`roles: ${other} and ${profile} are the same role: each gets a session of its own.`);
    else seen.set(text, profile);
  }
  return roles;
}

/** @param where the input, and what it is in it, for problems */
function readChain(where: string, written: readonly unknown[], reading: Reading, limits: RoleLimits): Chain {
  const { problems } = reading;
  const [first = NO_ROLE, ...others] = written.map((role) => readRole(where, role, reading));
  if (written.length === 0) problems.add(where, `is missing; it should be an ARN like ${FORM}`);
  if (limits.byToken && !('arn' in first) && first.pathAndName !== '') {
    problems.add(
      where,
      `"${first.pathAndName}" is a name; with a web identity it should be the whole ARN, as no account is known yet`,
    );
  }
  const last = others.at(-1) ?? first;
  if ('arn' in last) checkAccount(where, last, reading);
  const chained = others.length > 0 || limits.byUserSession;
  if (chained && limits.duration > MAX_CHAINED_DURATION) {
    problems.add(
      'role-duration-seconds',
      `is ${limits.duration}; a role assumed with ${others.length > 0 ? 'the session of another' : 'the session that MFA gave'} lasts ${MAX_CHAINED_DURATION} at most`,
    );
  }
  return [first, ...others];
}

/** A role: by its ARN, or by its name in an account still to be found out. */
function readRole(where: string, written: unknown, { inputs, problems, env }: Reading): RoleArn | RoleName {
  const text = typeof written === 'string' ? written.trim() : '';
  const role = parseRoleArn(text) ?? parseRoleName(text);
  if (role === undefined) {
    problems.add(where, `${JSON.stringify(written)} is not one role; it should be an ARN like ${FORM}`);
    return NO_ROLE;
  }
  const region = inputs.text('aws-region');
  const ownEndpoint = inputs.text('sts-endpoint') ?? env.AWS_ENDPOINT_URL_STS ?? env.AWS_ENDPOINT_URL;
  if ('arn' in role && region !== undefined && !ownEndpoint && role.partition !== partitionOfRegion(region)) {
    const wrong = `is in the partition ${role.partition}, but ${region} (aws-region) is in ${partitionOfRegion(region)}`;
    problems.add(where, `${role.arn} ${wrong}; credentials of one are unknown to the other`);
  }
  return role;
}

function checkAccount(where: string, role: RoleArn, reading: Reading): void {
  const allowed = readAllowedAccounts(reading);
  if (allowed.length > 0 && !allowed.includes(role.account)) {
    reading.problems.add(where, `${role.arn} is in none of the allowed-account-ids ${allowed.join(', ')}`);
  }
}

function textOf(role: RoleArn | RoleName): string {
  return 'arn' in role ? role.arn : role.pathAndName;
}
