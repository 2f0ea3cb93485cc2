import type { Lookup } from '../iam/look-ahead';
import type { Declaration } from '../identities/declaration';
import type { KeyHolder } from './access-keys/key-holder';
import { hasOwnKeys } from './access-keys/key-life';
import { readHolders } from './access-keys/ready-holders';
import type { AccountAccess } from './changes/account-access';
import { CALLS_AT_ONCE, concurrently } from './changes/concurrently';
import { readAsOne } from './changes/read-as-one';
import { readEphemeral, type Ephemeral } from './ephemeral';
import { readPolicyTexts, type PolicyTexts } from './resources/managed-policies';
import { readDevice, readUndeclaredDevices, type ExistingDevice, type UndeclaredDevice } from './resources/mfa-device';
import { isNamesake, readNamesakesOfPolicies, type Namesake } from './resources/namesakes';
import { oidcProviderArn, readOidcProvider, type ExistingOidcProvider } from './resources/oidc-provider';
import { policyArn, readPolicy, type ExistingPolicy } from './resources/policy';
import { readRole, type ExistingRole } from './resources/role';
import { readUser, type ExistingUser } from './resources/user';

/** What an account has of what a document declares. */
export interface ExistingAccount {
  /** By issuer. */
  readonly oidcProviders: ReadonlyMap<string, ExistingOidcProvider>;
  /** By declared name, as all the others. */
  readonly policies: ReadonlyMap<string, ExistingPolicy>;
  readonly users: ReadonlyMap<string, ExistingUser>;
  readonly roles: ReadonlyMap<string, ExistingRole>;
  readonly namesakes: readonly Namesake[];
  /** By the name of the user that is to have one. */
  readonly devices: ReadonlyMap<string, ExistingDevice>;
  /** Those of users for whom the document has none. */
  readonly undeclaredDevices: ReadonlyMap<string, readonly UndeclaredDevice[]>;
  /** Users that are to have a key, and can be made if they are not there. */
  readonly keyHolders: readonly KeyHolder[];
  /** Of policies, as far as what users and roles may do depends on it. */
  readonly policyTexts: PolicyTexts;
}

/** What reading an account begins with, for as much of a document as is read at once. */
export function firstLookups({ users, roles }: Declaration): Lookup[] {
  const ofUsers = users.map(({ name }) => ({ operation: 'GetUser' as const, input: { UserName: name } }));
  const ofRoles = roles.map(({ name }) => ({ operation: 'GetRole' as const, input: { RoleName: name } }));
  return [...ofUsers.slice(0, CALLS_AT_ONCE), ...ofRoles.slice(0, CALLS_AT_ONCE)];
}

/** Reads what the account has of what the document declares. Changes nothing. */
export async function readAccount(declaration: Declaration, access: AccountAccess): Promise<ExistingAccount> {
  const { iam, account } = access;
  const { policies, users, roles } = declaration;
  const providers = declaration.oidcProviders.map(({ url }) => ({ name: url }));
  const [foundProviders, foundPolicies, ofUsers, ofRoles] = await Promise.all([
    readEach(providers, ({ name }) => readOidcProvider(oidcProviderArn(name, account), iam), access),
    readEach(policies, (policy) => readPolicy(policyArn(policy, account), iam), access),
    readEach(users, (user) => readUser(user, access), access),
    readEach(roles, ({ name }) => readRole(name, iam), access),
  ]);
  const [foundUsers, foundRoles] = [declaredAmong(ofUsers), declaredAmong(ofRoles)];
  const namesakes = [
    ...(await readNamesakesOfPolicies(policies, foundPolicies, iam)),
    ...[...ofUsers.values(), ...ofRoles.values()].filter(isNamesake),
  ];
  // What a run made for a user is not forgotten when the document gives it no key any more.
  const withKeys = users.filter(
    ({ accessKey, name }) =>
      (accessKey ?? hasOwnKeys(foundUsers.get(name))) && ofUsers.has(name) === foundUsers.has(name),
  );
  const seeds = users.flatMap(({ mfaDevice }) => mfaDevice?.deliver ?? []);
  const holders = [...withExisting(users, foundUsers), ...withExisting(roles, foundRoles)];
  const [devices, undeclaredDevices, keyHolders, policyTexts] = await Promise.all([
    readEach(
      users,
      async ({ name, mfaDevice }) => (mfaDevice ? readDevice(mfaDevice, foundUsers.get(name), access) : undefined),
      access,
    ),
    readEach(
      users,
      async ({ name, mfaDevice }) => {
        const { mfaDevices = [] } = foundUsers.get(name) ?? {};
        return mfaDevice || mfaDevices.length === 0 ? undefined : readUndeclaredDevices(mfaDevices, seeds, access);
      },
      access,
    ),
    readHolders(
      withKeys.map((user) => ({ user, existing: foundUsers.get(user.name) })),
      access,
    ),
    readPolicyTexts(holders, policies, [...foundPolicies.values()], access),
  ]);
  return {
    oidcProviders: foundProviders,
    policies: foundPolicies,
    users: foundUsers,
    roles: foundRoles,
    namesakes,
    devices,
    undeclaredDevices,
    keyHolders,
    policyTexts,
  };
}

/** What is declared and there. */
export function withExisting<Declared extends { readonly name: string }, Existing>(
  declared: readonly Declared[],
  found: ReadonlyMap<string, Existing>,
) {
  return declared.flatMap((one) => {
    const existing = found.get(one.name);
    return existing === undefined ? [] : { declared: one, existing };
  });
}

/** The marks of what is there for one run alone. */
export function ephemeralIn({ oidcProviders, policies, users, roles, devices }: ExistingAccount): Ephemeral[] {
  const things = [oidcProviders, policies, users, roles].flatMap((found) => [...found.values()]);
  return [...things, ...devices.values()].flatMap(({ tags = {} }) => readEphemeral(tags) ?? []);
}

/** What is there of what is declared, by its name. */
async function readEach<Declared extends { readonly name: string }, Existing extends object>(
  declared: readonly Declared[],
  read: (one: Declared) => Promise<Existing | undefined>,
  access: AccountAccess,
): Promise<Map<string, Existing>> {
  const found = await concurrently(declared, async (one) => {
    const existing = await readAsOne(() => read(one), access);
    return existing ? [[one.name, existing] as const] : [];
  });
  return new Map(found.flat());
}

/** What was found without namesakes. */
function declaredAmong<Existing extends object>(
  found: ReadonlyMap<string, Existing | Namesake>,
): Map<string, Existing> {
  return new Map([...found].flatMap(([name, one]) => (isNamesake(one) ? [] : [[name, one] as const])));
}
