import { userOrRoleIn } from '../aws/arn';
import { ActionError } from '../errors/action-error';
import { githubRefusalOf } from '../github/failure';
import { describeSecret, type Declaration, type DeclaredUser, type GithubSecret } from '../identities/declaration';
import type { Created } from '../runner/ledger';
import { githubSecretsOf } from './access-keys/destinations';
import type { AccountAccess } from './changes/account-access';
import { withoutCalls, type Change, type Obstacle, type PlannedCall } from './changes/change';
import { concurrently } from './changes/concurrently';
import { findOver } from './ephemeral';
import { requireNoObstacle, type Plan } from './plan';
import { mfaDeviceArn, planMfaDeviceRemoval } from './resources/mfa-device';
import { oidcProviderArn, planOidcProviderRemoval } from './resources/oidc-provider';
import { ofAnotherRun } from './resources/ownership';
import { boundariesInUse, planPolicyRemoval, policyArn } from './resources/policy';
import { planRoleRemoval, roleArn } from './resources/role';
import { planUserRemoval, userArn } from './resources/user';

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
  const phases = await planRemoval(things, access);
  const changes = phases.flat();
  const left = leftUsers(changes);
  const going = users.filter(({ name }) => !left.has(name));
  const policyArns = ofKind('policy', things).map(({ arn }) => arn);
  const [obstacles, secrets] = await Promise.all([
    boundariesInUse(changes, policyArns, access),
    readSecrets(going, access),
  ]);
  requireNoObstacle([...ownRemoval(changes, access), ...(await ofOtherRuns(changes, access)), ...obstacles]);
  return { phases, devices: [], keys: [], secrets };
}

/** What other runs, which are not over, have for themselves alone, or are making. */
async function ofOtherRuns(changes: readonly Change[], access: AccountAccess): Promise<Obstacle[]> {
  const marks = changes.map(({ ephemeral }) => ephemeral);
  const isOver = await findOver(marks, access);
  return changes.flatMap(
    ({ kind, name, ephemeral, obstacle }) => ofAnotherRun(kind, name, ephemeral, { isOver }) ?? obstacle ?? [],
  );
}

/** What takes from the user or role that signs the calls what it may do: AWS would refuse the rest, half-way. */
function ownRemoval(changes: readonly Change[], { caller }: AccountAccess): Obstacle[] {
  const own = caller === undefined ? undefined : userOrRoleIn(caller);
  if (!own) return [];
  const nameIn = ({ input }: PlannedCall) =>
    Reflect.get(input, own.kind === 'user' ? 'UserName' : 'RoleName') as unknown;
  const touching = changes.filter(({ stages }) => stages.flat().some((call) => nameIn(call) === own.name));
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

/** The secrets that hold keys and seeds of these users, where there is a token to see them with. */
async function readSecrets(users: readonly DeclaredUser[], access: AccountAccess): Promise<GithubSecret[]> {
  if (!access.secrets) return [];
  const found = await concurrently(githubSecretsOf(users), async (secret) =>
    (await isThere(secret, access)) ? [secret] : [],
  );
  return found.flat();
}

/** A repository, environment or organization that is gone has taken its secrets with it. */
async function isThere(secret: GithubSecret, { secrets, warn }: AccountAccess): Promise<boolean> {
  try {
    return (await secrets?.updatedAt(secret)) !== undefined;
  } catch (error) {
    if (!(error instanceof ActionError) || githubRefusalOf(error.cause)?.status !== 404) throw error;
    warn(`The GitHub secret ${describeSecret(secret)} stays, if it is there at all. ${error.message}`);
    return false;
  }
}

/**
 * Plans the removal of everything that AWS would refuse to delete a thing for, and then of the thing. What is gone
 * already is done; what is not this repository's is left. Access keys go with their users.
 *
 * @param decide what becomes of what would be removed: that, or it is left
 * @returns phases: users and roles before the policies that they have
 */
export async function planRemoval(
  things: readonly Created[],
  access: AccountAccess,
  decide: (removal: Change) => Change = (removal) => removal,
): Promise<Change[][]> {
  const [users, roles] = await Promise.all([
    concurrently(ofKind('user', things), async ({ name }) => {
      const { change, devices } = await planUserRemoval(name, access);
      const decided = decide(change);
      return { change: decided, devices: decided.action === 'delete' ? devices : [] };
    }),
    concurrently(ofKind('role', things), async ({ name }) => decide(await planRoleRemoval(name, access))),
  ]);
  const identities = [...users.map(({ change }) => change), ...roles];
  const left = leftUsers(identities);
  const [devices, policies, providers] = await Promise.all([
    concurrently(ofKind('MFA device', things), async ({ serial, user }) =>
      left.has(user)
        ? withoutCalls('leave', 'MFA device', serial, 'left as it is: so is its user')
        : decide(await planMfaDeviceRemoval(serial, user, access)),
    ),
    concurrently(ofKind('policy', things), async ({ arn }) => decide(await planPolicyRemoval(arn, identities, access))),
    concurrently(ofKind('OIDC provider', things), async ({ arn }) =>
      decide(await planOidcProviderRemoval(arn, access)),
    ),
  ]);
  const deletedWithUsers = new Set(users.flatMap((user) => user.devices));
  return [
    [...identities, ...devices.filter(({ name }) => !deletedWithUsers.has(name))],
    [...policies, ...providers],
  ];
}

/** Names of users that are not this repository's. */
export function leftUsers(changes: readonly Change[]): Set<string> {
  const left = changes.filter(({ action, kind }) => action === 'leave' && kind === 'user');
  return new Set(left.map(({ name }) => name));
}

export function ofKind<K extends Created['kind']>(kind: K, things: readonly Created[]) {
  return things.filter((one): one is Created & { readonly kind: K } => one.kind === kind);
}
