import type { Account, Role, User } from '../../sandbox/accounts/account';
import type { MfaDevice } from '../../sandbox/accounts/mfa-device';

/**
 * Remembers what an account has now: users, with their access keys and MFA devices, roles, policies and OIDC providers.
 *
 * @returns what makes the same in another account, with the same names, tags, times of keys and secrets, but other
 *   unique IDs; what is there already is left as it is
 */
export function rememberAccount(account: Account): (other: Account) => void {
  const makes = [
    ...[...account.managedPolicies.values()].filter(({ arn }) => !arn.includes(':aws:policy/')).map(rememberPolicy),
    ...[...account.oidcProviders.values()].map((provider) => {
      const remembered = { ...provider };
      return (other: Account) => void other.createOidcProvider(remembered);
    }),
    ...[...account.users.values()].map(rememberUser),
    ...[...account.roles.values()].map(rememberRole),
  ];
  return (other) => {
    for (const make of makes) make(other);
  };
}

function rememberPolicy(policy: Account['managedPolicies'] extends Map<string, infer P> ? P : never) {
  const { name, path, defaultVersion, description, tags } = policy;
  return (other: Account) => void other.createManagedPolicy(name, { path, policy: defaultVersion, description, tags });
}

function rememberUser(user: User) {
  const { name } = user;
  const settings = settingsOf(user);
  const addPolicies = rememberPolicies(user);
  const keys = user.accessKeys.map(({ accessKeyId, secretAccessKey, createdAt, lastUsed, status }) => ({
    fixed: { accessKeyId, secretAccessKey },
    found: { createdAt, lastUsed, status },
  }));
  const devices = [...user.mfaDevices.values()].map(rememberDevice);
  return (other: Account) => {
    if (other.users.has(name)) return;
    const made = other.createUser(name, settings);
    addPolicies(made);
    for (const { fixed, found } of keys) Object.assign(made.createAccessKey(fixed), found);
    for (const enable of devices) enable(made);
  };
}

function rememberDevice({ serialNumber, seed, tags }: MfaDevice) {
  const [, name = ''] = serialNumber.split(':mfa/');
  return (user: User) => {
    user.createMfaDevice(name, { seed }).tags = tags;
  };
}

function rememberRole(role: Role) {
  const { name, trust, description, maxSessionDuration } = role;
  const settings = { ...settingsOf(role), trust, description, maxSessionDuration };
  const addPolicies = rememberPolicies(role);
  return (other: Account) => {
    addPolicies(other.createRole(name, settings));
  };
}

function settingsOf({ path, policies, tags, permissionsBoundary }: User | Role) {
  return { path, policies, tags, permissionsBoundary };
}

function rememberPolicies({ attachedPolicies, inlinePolicies }: User | Role) {
  const [attached, inline] = [[...attachedPolicies], [...inlinePolicies]];
  return (other: User | Role) => {
    for (const arn of attached) other.attachedPolicies.add(arn);
    for (const [name, policy] of inline) other.inlinePolicies.set(name, policy);
  };
}
