import type { Declaration } from '../identities/declaration';
import type { KeyHolder } from './access-keys/key-holder';
import { planKey } from './access-keys/plan-key';
import { planReadable } from './access-keys/ready-holders';
import { byDependency } from './changes/by-dependency';
import { isObstacle, requireNoObstacle, type Obstacle } from './changes/change';
import { obstaclesOf, plansOf, type Plan } from './plan';
import type { ExistingAccount } from './read-account';
import { isDeviceObstacle, planMfaDevice, type DeviceObstacle } from './resources/mfa-device';
import { nameTaken } from './resources/namesakes';
import { planOidcProvider } from './resources/oidc-provider';
import type { Rules } from './resources/ownership';
import { planPolicy } from './resources/policy';
import { planRole, trustingLater } from './resources/role';
import { foreignTrustAnchors, misnamedPrincipals } from './resources/trusted-principals';
import { planUser } from './resources/user';

/** What makes all but access keys as declared, or what stands in the way. */
export interface ResourcePlans {
  readonly phases: Plan['phases'];
  readonly devices: Plan['devices'];
  /** Of users that are there: other runs are making their devices. */
  readonly hindered: readonly DeviceObstacle[];
  readonly obstacles: readonly Obstacle[];
}

export function planResources(declaration: Declaration, existing: ExistingAccount, rules: Rules): ResourcePlans {
  const { policies } = declaration;
  const providers = declaration.oidcProviders.map((provider) =>
    planOidcProvider(provider, existing.oidcProviders.get(provider.url), rules),
  );
  const managed = policies.map((policy) => planPolicy(policy, existing.policies.get(policy.name), rules));
  const users = declaration.users.map((user) => planUser(user, existing.users.get(user.name), policies, rules));
  const roles = declaration.roles.map((role) => planRole(role, existing.roles.get(role.name), policies, rules));
  const devices = declaration.users.flatMap((user) => {
    const device = existing.devices.get(user.name);
    return user.mfaDevice && device ? planMfaDevice(user, user.mfaDevice, device, rules) : [];
  });
  const hindered = devices.filter(isDeviceObstacle).filter(({ user }) => existing.users.has(user));
  const namesakes = existing.namesakes.map(nameTaken);
  const misnamed = declaration.roles.flatMap((role) => [
    ...misnamedPrincipals(role, declaration, rules),
    ...foreignTrustAnchors(role, rules),
  ]);
  return {
    phases: [plansOf([...providers, ...managed]), plansOf(users), ...byDependency(plansOf(roles), trustingLater)],
    devices: plansOf(devices),
    hindered,
    obstacles: [...namesakes, ...providers, ...managed, ...users, ...roles, ...misnamed, ...devices].filter(
      (one): one is Obstacle => isObstacle(one) && !hindered.some((other) => other === one),
    ),
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
