import type { Declaration } from '../identities/declaration';
import { planKey } from './access-keys/plan-key';
import type { Change } from './changes/change';
import { plansOf, requireNoObstacle, type Plan } from './plan';
import type { ExistingAccount } from './read-account';
import { planMfaDevice } from './resources/mfa-device';
import { nameTaken } from './resources/namesakes';
import { planOidcProvider } from './resources/oidc-provider';
import type { Rules } from './resources/ownership';
import { planPolicy } from './resources/policy';
import { planRole } from './resources/role';
import { planUser } from './resources/user';

/**
 * What makes the account as declared.
 *
 * @throws ActionError when something is in the way, with all that is
 */
export function planProvision(declaration: Declaration, existing: ExistingAccount, rules: Rules): Plan {
  const { policies } = declaration;
  const providers = declaration.oidcProviders.map((provider) =>
    planOidcProvider(provider, existing.oidcProviders.get(provider.url), rules),
  );
  const managed = policies.map((policy) => planPolicy(policy, existing.policies.get(policy.name), rules));
  const users = declaration.users.map((user) => planUser(user, existing.users.get(user.name), policies, rules));
  const roles = declaration.roles.map((role) => planRole(role, existing.roles.get(role.name), policies, rules));
  const devices = declaration.users.flatMap((user) => {
    const enabled = existing.users.get(user.name)?.mfaDevices ?? [];
    const tags = existing.deviceTags.get(user.name);
    return user.mfaDevice ? planMfaDevice(user, user.mfaDevice, { enabled, tags }, rules) : [];
  });
  const keys = existing.keyHolders.map(planKey);
  const namesakes = existing.namesakes.map(nameTaken);
  requireNoObstacle([...namesakes, ...providers, ...managed, ...users, ...roles, ...devices, ...keys]);
  return {
    phases: [plansOf([...providers, ...managed]), plansOf(users), ...byDependency(plansOf(roles))],
    devices: plansOf(devices),
    keys: plansOf(keys),
    secrets: [],
  };
}

/**
 * Changes in phases, none of which refers to what a later one makes: AWS refuses a trust policy whose principal is not
 * there. Those that refer to each other in a circle come last, together, for AWS to refuse.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
export function byDependency(changes: readonly Change[]): Change[][] {
  const phases: Change[][] = [];
  let left = [...changes];
  while (left.length > 0) {
    const waiting = left.filter((change) => left.some((other) => other !== change && refersTo(change, other)));
    if (waiting.length === left.length) return [...phases, waiting];
    phases.push(left.filter((change) => !waiting.includes(change)));
    left = waiting;
  }
  return phases;
}

/** Whether a change refers to what another makes. */
function refersTo({ stages }: Change, { creates }: Change): boolean {
  if (!creates || !('arn' in creates)) return false;
  return stages.flat().some((planned) => planned.refersTo?.includes(creates.arn));
}
