import { REQUIRE_MFA_POLICY_NAME, requireMfaPolicy } from '../policy/require-mfa';
import type { DeclaredAccessKey, DeclaredMfaDevice, DeclaredPolicy, DeclaredRole, DeclaredUser } from './declaration';
import { readKeyDestination, readSeedDestination } from './destinations';
import { parseDuration } from './duration';
import type { KeyPath } from './key-path';
import { Names } from './names';
import { readPermissions } from './permissions';
import { limitSize, readPolicy } from './policies';
import type { Reading } from './reading';
import type { SoundRole, SoundUser } from './structure';
import { readTags } from './tags';
import { readTrust } from './trust';

const DEFAULT_SESSION_SECONDS = 3600;

/** The customer managed policies of a document. */
export function readPolicies(reading: Reading): DeclaredPolicy[] {
  return entriesOf(reading.document.policies, 'policies', reading).flatMap(([name, given, path]) => {
    const document = readPolicy(given.document, [...path, 'document'], 'identity', reading);
    const tags = readTags(given.tags, [...path, 'tags'], reading);
    if (!document) return [];
    limitSize([document], 'managed', [...path, 'document'], reading);
    return { name, path: given.path ?? '/', description: given.description, document, tags };
  });
}

/** The users of a document. */
export function readUsers(reading: Reading): DeclaredUser[] {
  const devices = new Names(reading.problems);
  return entriesOf(reading.document.users, 'users', reading).map(([name, given, path]) => {
    const permissions = readPermissions(given, path, reading);
    const user = { name, ...permissions, requireMfa: given['require-mfa'] ?? false };
    limitInlinePolicies(user, [...path, 'inline-policies'], reading);
    const mfaDevice = readMfaDevice(given['mfa-device'], user, [...path, 'mfa-device'], reading);
    if (mfaDevice) devices.take(mfaDevice.name, [...path, 'mfa-device']);
    return { ...user, mfaDevice, accessKey: readAccessKey(given['access-key'], [...path, 'access-key'], reading) };
  });
}

/** The roles of a document. */
export function readRoles(reading: Reading): DeclaredRole[] {
  return entriesOf(reading.document.roles, 'roles', reading).flatMap(([name, given, path]) => {
    const permissions = readPermissions(given, path, reading);
    const inline = Object.values(permissions.inlinePolicies);
    limitSize(inline, 'inline, of a role', [...path, 'inline-policies'], reading);
    const trust = readTrust(given.trust, [...path, 'trust'], reading);
    if (!trust) return [];
    const maxSessionDuration = sessionSeconds(given['max-session-duration']);
    return { name, ...permissions, description: given.description, trust, maxSessionDuration };
  });
}

/** The things of one kind, each with its name and path. */
function entriesOf<Given>(
  given: Readonly<Record<string, Given | undefined>> = {},
  kind: 'policies' | 'users' | 'roles',
  { problems }: Reading,
) {
  const names = new Names(problems);
  return Object.entries(given).flatMap(([name, each]) => {
    const path: KeyPath = [kind, name];
    names.take(name, path);
    return each === undefined ? [] : [[name, each, path] as const];
  });
}

/** The policy that forces MFA on a user is one of its inline policies, and counts as such. */
function limitInlinePolicies(
  user: Pick<DeclaredUser, 'name' | 'path' | 'inlinePolicies' | 'requireMfa'>,
  path: KeyPath,
  reading: Reading,
): void {
  const { problems, settings } = reading;
  const forced = user.requireMfa
    ? [requireMfaPolicy(`arn:${settings.partition}:iam::123456789012:user${user.path}${user.name}`)]
    : [];
  limitSize([...Object.values(user.inlinePolicies), ...forced], 'inline, of a user', path, reading);
  const clash = Object.keys(user.inlinePolicies).find(
    (name) => name.toLowerCase() === REQUIRE_MFA_POLICY_NAME.toLowerCase(),
  );
  if (user.requireMfa && clash !== undefined) {
    problems.add([...path, clash], 'has the name of the policy that require-mfa adds; it should have another');
  }
}

function readMfaDevice(
  given: SoundUser['mfa-device'],
  user: Pick<DeclaredUser, 'name' | 'path'>,
  path: KeyPath,
  reading: Reading,
): DeclaredMfaDevice | undefined {
  if (!given) return undefined;
  const deliver = readEach(given.deliver, [...path, 'deliver'], reading, readSeedDestination);
  return { name: given.name ?? user.name, path: user.path, deliver };
}

function readAccessKey(given: SoundUser['access-key'], path: KeyPath, reading: Reading): DeclaredAccessKey | undefined {
  if (!given) return undefined;
  const maxAge = given['max-age'];
  return {
    maxAge: maxAge === undefined ? undefined : parseDuration(maxAge),
    deliver: readEach(given.deliver, [...path, 'deliver'], reading, readKeyDestination),
  };
}

function readEach<Given, Read>(
  items: readonly (Given | undefined)[] = [],
  path: KeyPath,
  reading: Reading,
  read: (given: Given, path: KeyPath, reading: Reading) => Read | undefined,
): Read[] {
  return items.flatMap((given, index) => (given === undefined ? [] : (read(given, [...path, index], reading) ?? [])));
}

function sessionSeconds(given: SoundRole['max-session-duration']): number {
  const milliseconds = typeof given === 'string' ? parseDuration(given) : undefined;
  if (milliseconds !== undefined) return milliseconds / 1000;
  return typeof given === 'number' ? given : DEFAULT_SESSION_SECONDS;
}
