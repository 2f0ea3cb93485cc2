import { userOrRoleIn } from '../aws/arn';
import type { Declaration } from '../identities/declaration';
import type { Created } from '../runner/ledger';
import { givenPlaces } from './access-keys/unrenewed-places';
import type { AccountAccess } from './changes/account-access';
import { isObstacle, withoutCalls, type Change, type Obstacle, type PlannedCall } from './changes/change';
import { requireNoObstacle } from './changes/change';
import { concurrently } from './changes/concurrently';
import { readAsOne } from './changes/read-as-one';
import { findOver } from './ephemeral';
import { plansOf, type Plan } from './plan';
import { mfaDeviceArn, planMfaDeviceRemoval } from './resources/mfa-device';
import { oidcProviderArn, planOidcProviderRemoval } from './resources/oidc-provider';
import { ofAnotherRun } from './resources/ownership';
import { boundariesInUse, planPolicyRemoval, policyArn } from './resources/policy';
import { planRoleRemoval, roleArn } from './resources/role';
import { userArn } from './resources/user';
import { planUserRemoval, type Decide, type LeavingUser } from './resources/user-removal';

/**
 * What removes everything declared.
 *
 * @throws ActionError when something is in the way, with all that is
 */
export async function planDeprovision(
  { oidcProviders, policies, users, roles }: Declaration,
  access: AccountAccess,
): Promise<Plan> {
  const { account } = access;
  const things: readonly Created[] = [
    ...users.map((user) => ({ kind: 'user', name: user.name, arn: userArn(user, account) }) as const),
    ...roles.map((role) => ({ kind: 'role', name: role.name, arn: roleArn(role, account) }) as const),
    ...policies.map((policy) => ({ kind: 'policy', arn: policyArn(policy, account) }) as const),
    ...oidcProviders.map(({ url }) => ({ kind: 'OIDC provider', arn: oidcProviderArn(url, account) }) as const),
    ...users.flatMap(({ name, mfaDevice }) =>
      mfaDevice ? ({ kind: 'MFA device', user: name, serial: mfaDeviceArn(mfaDevice, account) } as const) : [],
    ),
  ];
  const { phases, withUsers, obstacles } = await planRemoval(things, access, { declared: users });
  const changes = phases.flat();
  const policyArns = ofKind('policy', things).map(({ arn }) => arn);
  const [bounding, ofOthers] = await Promise.all([
    boundariesInUse(changes, policyArns, access),
    ofOtherRuns(changes, withUsers, access),
  ]);
  requireNoObstacle([...ownRemoval(changes, access), ...ofOthers, ...obstacles, ...bounding]);
  return { phases, devices: [], keys: [], obstacles: [], hindered: [] };
}

/** What other runs, which are not over, have for themselves alone, or are making. */
async function ofOtherRuns(
  changes: readonly Change[],
  withUsers: readonly Change[],
  access: AccountAccess,
): Promise<Obstacle[]> {
  const all = [...changes, ...withUsers];
  const marks = all.map(({ ephemeral }) => ephemeral);
  const isOver = await findOver(marks, access);
  const ephemeral = all.flatMap(({ kind, name, ephemeral }) => ofAnotherRun(kind, name, ephemeral, { isOver }) ?? []);
  // A device that goes with its user is enabled: nobody is making it.
  return [...ephemeral, ...changes.flatMap(({ obstacle }) => obstacle ?? [])];
}

/** What takes from the user or role that signs the calls what it may do: AWS would refuse the rest, half-way. */
function ownRemoval(changes: readonly Change[], { caller }: AccountAccess): Obstacle[] {
  const own = caller === undefined ? undefined : userOrRoleIn(caller);
  if (!own) return [];
  const nameIn = ({ input }: PlannedCall) =>
    Reflect.get(input, own.kind === 'user' ? 'UserName' : 'RoleName') as unknown;
  const touching = changes.filter(
    ({ action, kind, name, stages }) =>
      (action === 'delete' && kind === own.kind && name === own.name) ||
      stages.flat().some((call) => nameIn(call) === own.name),
  );
  return touching.map(({ kind, name }) => ({
    code: 'removes-itself',
    text:
      (kind === own.kind
        ? `the ${kind} ${name} is the one as which this step works`
        : `the ${kind} ${name} is attached to the ${own.kind} ${own.name}, as which this step works`) +
      ': AWS would refuse the rest as soon as its rights are gone. Let the step work as a user or role that the document ' +
      'does not declare',
  }));
}

/** What removes things, and what stands in the way of some. */
export interface Removal {
  /** Users and roles before the policies that they have. */
  readonly phases: readonly (readonly Change[])[];
  /** Of devices that go with their users, and so are in no phase. */
  readonly withUsers: readonly Change[];
  readonly obstacles: readonly Obstacle[];
}

export interface RemovalOptions {
  /** What the document gives to users: with them go the secrets that hold it. */
  readonly declared?: readonly LeavingUser[];
  readonly decide?: Decide;
}

/**
 * Plans the removal of everything that AWS would refuse to delete a thing for, and then of the thing. What is gone
 * already is done; what is not this repository's is left. Access keys go with their users.
 */
export async function planRemoval(
  things: readonly Created[],
  access: AccountAccess,
  { declared = [], decide = (removal) => removal }: RemovalOptions = {},
): Promise<Removal> {
  const leavingUser = (name: string) =>
    declared.find((user) => user.name === name) ?? { name, accessKey: undefined, mfaDevice: undefined };
  const since = access.clock.now();
  const given = givenPlaces(declared.map((user) => ({ user, existing: undefined })));
  const names = ofKind('user', things).map(({ name }) => name);
  const [planned, roles] = await Promise.all([
    concurrently(names, (name) =>
      readAsOne(
        () =>
          planUserRemoval(leavingUser(name), access, {
            decide,
            since,
            others: declared.filter((other) => other.name !== name),
            placesOfOthers: given.filter(({ user }) => user !== name),
          }),
        access,
      ),
    ),
    concurrently(ofKind('role', things), async ({ name }) =>
      decide(await readAsOne(() => planRoleRemoval(name, access), access)),
    ),
  ]);
  const users = plansOf(planned);
  const identities = [...users.flatMap(({ change, secrets }) => [change, ...secrets]), ...roles];
  const busy = names.filter((_, index) => planned[index] && isObstacle(planned[index]));
  const staying = new Set([...leftUsers(identities), ...busy]);
  const [devices, policies, providers] = await Promise.all([
    concurrently(ofKind('MFA device', things), async ({ serial, user }) =>
      staying.has(user)
        ? withoutCalls('leave', 'MFA device', serial, 'left as it is: so is its user')
        : decide(await planMfaDeviceRemoval(serial, user, access)),
    ),
    concurrently(ofKind('policy', things), async ({ arn }) => decide(await planPolicyRemoval(arn, identities, access))),
    concurrently(ofKind('OIDC provider', things), async ({ arn }) =>
      decide(await planOidcProviderRemoval(arn, access)),
    ),
  ]);
  const deletedWithUsers = new Set(users.flatMap((user) => user.devices));
  const isWithUser = ({ name }: Change) => deletedWithUsers.has(name);
  const phases = [
    [...identities, ...devices.filter((device) => !isWithUser(device))],
    [...policies, ...providers],
  ];
  return { phases, withUsers: devices.filter(isWithUser), obstacles: planned.filter(isObstacle) };
}

/** Names of users that are not this repository's. */
export function leftUsers(changes: readonly Change[]): Set<string> {
  const left = changes.filter(({ action, kind }) => action === 'leave' && kind === 'user');
  return new Set(left.map(({ name }) => name));
}

export function ofKind<K extends Created['kind']>(kind: K, things: readonly Created[]) {
  return things.filter((one): one is Created & { readonly kind: K } => one.kind === kind);
}
