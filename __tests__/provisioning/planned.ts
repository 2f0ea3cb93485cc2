import type { Declaration } from '../../src/identities/declaration';
import { changesIn, type Plan } from '../../src/provisioning/plan';
import { planProvision, planResources } from '../../src/provisioning/plan-provision';
import type { ExistingAccount } from '../../src/provisioning/read-account';
import type { ExistingPolicy } from '../../src/provisioning/resources/policy';
import type { ExistingRole } from '../../src/provisioning/resources/role';
import type { ExistingUser } from '../../src/provisioning/resources/user';
import { arn, existingPolicy, existingRole, existingUser, RULES } from './declared';

/** What an account has, by name. */
export interface Account {
  readonly policies: Readonly<Record<string, Partial<ExistingPolicy>>>;
  readonly users?: Readonly<Record<string, Partial<ExistingUser>>>;
  readonly roles?: Readonly<Record<string, Partial<ExistingRole>>>;
}

/** The plan of a document for such an account, whose policies are all known. */
export function planOf(declared: Partial<Declaration>, { policies, users = {}, roles = {} }: Account): Plan {
  const found = <T, Existing>(named: Readonly<Record<string, T>>, existing: (name: string, one: T) => Existing) =>
    new Map(Object.entries(named).map(([name, one]) => [name, existing(name, one)]));
  const existing: ExistingAccount = {
    oidcProviders: new Map(),
    policies: found(policies, (name, one) => existingPolicy({ arn: arn(`policy/${name}`), ...one })),
    users: found(users, (name, one) => existingUser({ arn: arn(`user/${name}`), ...one })),
    roles: found(roles, (name, one) => existingRole({ arn: arn(`role/${name}`), ...one })),
    namesakes: [],
    devices: new Map(),
    undeclaredDevices: new Map(),
    keyHolders: [],
    policyTexts: new Map(
      Object.entries(policies).map(([name, { document = {} }]) => [arn(`policy/${name}`), document]),
    ),
  };
  const declaration = { oidcProviders: [], policies: [], users: [], roles: [], ...declared };
  return planProvision(planResources(declaration, existing, RULES), []);
}

/** How the rows of a plan widen access. */
export function wideningsIn(plan: Plan): string[] {
  return changesIn(plan).flatMap(({ kind, name, widenings }) => widenings.map((wider) => `${kind} ${name}: ${wider}`));
}
