import type { User } from '@aws-sdk/client-iam';
import { iamArn } from '../../aws/arn';
import { isRefusal } from '../../aws/failure';
import type { Iam } from '../../iam/connect';
import { tagList, tagsIn } from '../../iam/tags';
import type { DeclaredPolicy, DeclaredUser } from '../../identities/declaration';
import { REQUIRE_MFA_POLICY_NAME, requireMfaPolicy } from '../../policy/require-mfa';
import { readAccessKeys, type ExistingKey } from '../access-keys/access-key';
import { announcementTags, hasRecords } from '../access-keys/record';
import type { AccountAccess, TargetAccount } from '../changes/account-access';
import type { Planned } from '../changes/change';
import { deviceRecord, hadDevice } from './device-record';
import { identityCalls, planIdentity, readWithPolicies, type ExistingIdentity } from './identity';
import { readDevices, type EnabledDevice } from './mfa-device';
import { otherCase, type Namesake } from './namesakes';
import type { Rules } from './ownership';

export interface ExistingUser extends ExistingIdentity {
  /** Read if the document gives it a key, or anything is recorded of one. */
  readonly accessKeys: readonly ExistingKey[];
  /** Those enabled; read if the document gives it a device, or gave it one. */
  readonly mfaDevices: readonly EnabledDevice[];
}

export function userArn({ name, path }: Pick<DeclaredUser, 'name' | 'path'>, account: TargetAccount): string {
  return iamArn(account, `user${path}${name}`);
}

/** The user of just this name: AWS finds it whatever the case. */
export async function findUser(name: string, iam: Iam): Promise<User | undefined> {
  const { User } = (await iam.find('GetUser', { UserName: name })) ?? {};
  return User?.UserName === name ? User : undefined;
}

/** Reads a user: what of it the document declares, and no more, as documents may have hundreds of users. */
export async function readUser(
  declared: DeclaredUser,
  access: AccountAccess,
): Promise<ExistingUser | Namesake | undefined> {
  const { iam } = access;
  const { name, accessKey, mfaDevice } = declared;
  const { User: user } = (await iam.find('GetUser', { UserName: name })) ?? {};
  if (!user) return undefined;
  if (user.UserName !== name) return otherCase('user', name, user.Arn);
  const [identity, accessKeys, mfaDevices] = await Promise.all([
    readWithPolicies(user, identityCalls('user', name), iam),
    (accessKey ?? hasRecords(tagsIn(user.Tags))) ? readAccessKeys(name, access) : [],
    mfaDevice ? readDevices(name, iam) : readLeftDevices(user, iam),
  ]);
  return { ...identity, accessKeys, mfaDevices };
}

/** Those of a user for whom the document has no device any more. The step need not be allowed to see them. */
async function readLeftDevices({ UserName = '', Tags }: User, iam: Iam): Promise<EnabledDevice[]> {
  if (!hadDevice(tagsIn(Tags))) return [];
  return readDevices(UserName, iam).catch((error: unknown) => {
    if (isRefusal(error, 'AccessDenied')) return [];
    throw error;
  });
}

/** A user that must use MFA has the policy that requires it among its own. */
export function withMfaPolicy(declared: DeclaredUser, account: TargetAccount): DeclaredUser {
  if (!declared.requireMfa) return declared;
  const policy = requireMfaPolicy(userArn(declared, account));
  return { ...declared, inlinePolicies: { ...declared.inlinePolicies, [REQUIRE_MFA_POLICY_NAME]: policy } };
}

/** Makes a user as declared, but for its access key and its MFA device. */
export function planUser(
  declared: DeclaredUser,
  existing: ExistingUser | undefined,
  policies: readonly DeclaredPolicy[],
  rules: Rules,
): Planned {
  const UserName = declared.name;
  const arn = userArn(declared, rules.account);
  // A user that is made with the announcement of its key needs no call for that.
  const ofKey = declared.accessKey ? announcementTags(rules.run, rules.now, []) : {};
  const ofDevice = declared.mfaDevice ? deviceRecord() : {};
  return planIdentity(existing, policies, rules, {
    kind: 'user',
    declared: withMfaPolicy(declared, rules.account),
    arn,
    create: ({ tags, ...common }) => ({
      operation: 'CreateUser',
      input: { UserName, ...common, Tags: tagList({ ...tags, ...ofKey, ...ofDevice }) },
    }),
    settings: {},
    newDetails: [],
    newWidenings: [],
    differences: [],
  });
}
