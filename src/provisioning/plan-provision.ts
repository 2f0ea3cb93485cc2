import type { Declaration } from '../identities/declaration';
import type { KeyHolder } from './access-keys/key-holder';
import { planKey } from './access-keys/plan-key';
import { planReadable } from './access-keys/ready-holders';
import type { AccountAccess } from './changes/account-access';
import { byDependency } from './changes/by-dependency';
import { isObstacle, requireNoObstacle, type Obstacle, type Planned } from './changes/change';
import { readAsOne } from './changes/read-as-one';
import { obstaclesOf, plansOf, type Plan } from './plan';
import { withExisting, type ExistingAccount } from './read-account';
import { heldBy, wantedBy } from './resources/identity';
import { foreignPolicies, forHolders, knownTexts, type Holding } from './resources/managed-policies';
import { isDeviceObstacle, planMfaDevice, planUndeclaredDevice, type DeviceObstacle } from './resources/mfa-device';
import { isNamesake, nameTaken, type Namesake } from './resources/namesakes';
import { oidcProviderArn, planOidcProvider, readOidcProvider } from './resources/oidc-provider';
import type { Rules } from './resources/ownership';
import { planPolicy, policyArn, readPolicy } from './resources/policy';
import { planRole, readRole, trustingLater } from './resources/role';
import { foreignTrustAnchors, misnamedPrincipals } from './resources/trusted-principals';
import { planUser, readUser, withMfaPolicy } from './resources/user';

/** What makes all but access keys as declared, or what stands in the way. */
export interface ResourcePlans {
  readonly phases: Plan['phases'];
  readonly devices: Plan['devices'];
  /** Of users that are there: other runs are making their devices. */
  readonly hindered: readonly DeviceObstacle[];
  readonly obstacles: readonly Obstacle[];
}

export function planResources(
  declaration: Declaration,
  existing: ExistingAccount,
  given: Omit<Rules, 'policyTexts'>,
): ResourcePlans {
  const rules: Rules = { ...given, policyTexts: existing.policyTexts };
  const { policies } = declaration;
  const known = { holdings: holdingsIn(declaration, existing, rules), texts: knownTexts(policies, rules) };
  const providers = declaration.oidcProviders.map((provider) =>
    renewable(existing.oidcProviders.get(provider.url), rules, {
      plan: (found) => planOidcProvider(provider, found, rules),
      read: ({ iam, account }) => readOidcProvider(oidcProviderArn(provider.url, account), iam),
    }),
  );
  const managed = policies.map((policy) =>
    renewable(existing.policies.get(policy.name), rules, {
      plan: (found) => forHolders(planPolicy(policy, found, rules), policy, found, known),
      read: ({ iam, account }) => readPolicy(policyArn(policy, account), iam),
    }),
  );
  const users = declaration.users.map((user) =>
    renewable(existing.users.get(user.name), rules, {
      plan: (found) => planUser(user, found, policies, rules),
      read: (access) => readUser(user, access),
    }),
  );
  const roles = declaration.roles.map((role) =>
    renewable(existing.roles.get(role.name), rules, {
      plan: (found) => planRole(role, found, policies, rules),
      read: ({ iam }) => readRole(role.name, iam),
    }),
  );
  const devices = declaration.users.flatMap((user) => {
    const device = existing.devices.get(user.name);
    return user.mfaDevice && device ? planMfaDevice(user, user.mfaDevice, device, rules) : [];
  });
  const undeclared = declaration.users.flatMap((user) =>
    (existing.undeclaredDevices.get(user.name) ?? []).map((device) => planUndeclaredDevice(user, device)),
  );
  const hindered = devices.filter(isDeviceObstacle).filter(({ user }) => existing.users.has(user));
  const namesakes = existing.namesakes.map(nameTaken);
  const foreign = [
    ...declaration.users.flatMap((user) => foreignPolicies('user', user, rules)),
    ...declaration.roles.flatMap((role) => foreignPolicies('role', role, rules)),
  ];
  const misnamed = declaration.roles.flatMap((role) => [
    ...misnamedPrincipals(role, declaration, rules),
    ...foreignTrustAnchors(role, rules),
  ]);
  return {
    phases: [plansOf([...providers, ...managed]), plansOf(users), ...byDependency(plansOf(roles), trustingLater)],
    devices: [...plansOf(devices), ...undeclared],
    hindered,
    obstacles: [...namesakes, ...providers, ...managed, ...users, ...roles, ...foreign, ...misnamed, ...devices].filter(
      (one): one is Obstacle => isObstacle(one) && !hindered.some((other) => other === one),
    ),
  };
}

/** The policies of all users and roles that are there. */
function holdingsIn({ users, roles, policies }: Declaration, existing: ExistingAccount, rules: Rules): Holding[] {
  const declaredUsers = users.map((user) => withMfaPolicy(user, rules.account));
  const holders = [...withExisting(declaredUsers, existing.users), ...withExisting(roles, existing.roles)];
  return holders.map(({ declared, existing: found }) => ({
    before: heldBy(found),
    after: wantedBy(declared, policies, rules),
  }));
}

interface Planning<Existing> {
  readonly plan: (existing: Existing | undefined) => Planned;
  readonly read: (access: AccountAccess) => Promise<Existing | Namesake | undefined>;
}

/** What is planned for a thing, with how that is planned again. Of what one run alone has, the tags say whose it is. */
function renewable<Existing extends object>(
  existing: Existing | undefined,
  { ephemeral }: Rules,
  { plan, read }: Planning<Existing>,
): Planned {
  const planned = plan(existing);
  if (isObstacle(planned) || planned.action !== 'create' || ephemeral) return planned;
  return {
    ...planned,
    async planAgain(access) {
      const found = await readAsOne(() => read(access), access);
      return found && (isNamesake(found) ? nameTaken(found) : plan(found));
    },
  };
}

/**
 * What makes the account as declared.
 *
 * @throws ActionError when something is in the way, and not only of keys, with all that is
 */
export function planProvision(
  { phases, devices, hindered, obstacles }: ResourcePlans,
  keyHolders: readonly KeyHolder[],
): Plan {
  const keys = keyHolders.map((holder) => planReadable(holder, planKey));
  if (obstacles.length > 0) requireNoObstacle([...obstacles, ...hindered, ...keys]);
  return { phases, devices, keys: plansOf(keys), obstacles: [], hindered: [...hindered, ...obstaclesOf(keys)] };
}
