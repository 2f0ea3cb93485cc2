import { REQUIRE_MFA_POLICY_NAME, requireMfaPolicy } from '../policy/require-mfa';
import { parseDuration } from '../text/duration';
import type { KeyPath } from '../text/problem';
import type { DeclaredAccessKey, DeclaredMfaDevice, DeclaredUser } from './declaration';
import type { DocumentReading, PartReader } from './document-reading';
import { namedEntries, TakenNames } from './named-entries';
import { readKeyDestination, readSeedDestination } from './read-destinations';
import { readPermissions } from './read-permissions';
import { limitSize } from './read-policy-document';
import type { SoundUser } from './structure';

/** The users of a document. */
export function readDeclaredUsers(reading: DocumentReading): DeclaredUser[] {
  const devices = new TakenNames(reading.problems);
  return namedEntries(reading.document.users, ['users'], reading.problems).map(([name, given, path]) => {
    const permissions = readPermissions(given, path, reading);
    const user = { name, ...permissions, requireMfa: given['require-mfa'] ?? false };
    limitInlinePolicies(user, [...path, 'inline-policies'], reading);
    const mfaDevice = readMfaDevice(given['mfa-device'], user, [...path, 'mfa-device'], reading);
    if (mfaDevice) devices.take(mfaDevice.name, [...path, 'mfa-device']);
    return { ...user, mfaDevice, accessKey: readAccessKey(given['access-key'], [...path, 'access-key'], reading) };
  });
}

/** The policy that forces MFA on a user is one of its inline policies, and counts as such. */
function limitInlinePolicies(
  user: Pick<DeclaredUser, 'name' | 'path' | 'inlinePolicies' | 'requireMfa'>,
  path: KeyPath,
  reading: DocumentReading,
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
  reading: DocumentReading,
): DeclaredMfaDevice | undefined {
  if (!given) return undefined;
  const deliver = readEach(given.deliver, [...path, 'deliver'], reading, readSeedDestination);
  return { name: given.name ?? user.name, path: user.path, deliver };
}

function readAccessKey(
  given: SoundUser['access-key'],
  path: KeyPath,
  reading: DocumentReading,
): DeclaredAccessKey | undefined {
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
  reading: DocumentReading,
  read: PartReader<Given, Read>,
): Read[] {
  return items.flatMap((given, index) => (given === undefined ? [] : (read(given, [...path, index], reading) ?? [])));
}
