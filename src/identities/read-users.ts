import { iamArn } from '../aws/arn';
import { REQUIRE_MFA_POLICY_NAME, requireMfaPolicy } from '../policy/require-mfa';
import { parseDuration } from '../text/duration';
import { DEFAULT_GRACE_MS, type DeclaredAccessKey, type DeclaredMfaDevice, type DeclaredUser } from './declaration';
import type { DocumentPart } from './document-part';
import { readKeyDestination, readSeedDestination } from './read-destinations';
import { readPermissions } from './read-permissions';
import { limitSize, SOME_ACCOUNT } from './read-policies';
import { isStore } from './stored-secret';
import type { SoundDocument, SoundUser } from './structure';
import { namedParts, TakenNames } from './unique-parts';

/** The users of a document. */
export function readDeclaredUsers(users: DocumentPart<SoundDocument['users']>): DeclaredUser[] {
  const devices = new TakenNames();
  return namedParts(users).map(([name, part]) => {
    const user = { name, ...readPermissions(part), requireMfa: part.given['require-mfa'] ?? false };
    limitInlinePolicies(user, part.at('inline-policies'));
    const mfaDevice = readMfaDevice(part.at('mfa-device'), user);
    if (mfaDevice) devices.take(mfaDevice.name, part.at('mfa-device'));
    return { ...user, mfaDevice, accessKey: readAccessKey(part.at('access-key')) };
  });
}

/** The policy that forces MFA on a user is one of its inline policies, and counts as such. */
function limitInlinePolicies(
  user: Pick<DeclaredUser, 'name' | 'path' | 'inlinePolicies' | 'requireMfa'>,
  part: DocumentPart<SoundUser['inline-policies']>,
): void {
  const { partition } = part.reading.settings;
  const arn = iamArn({ partition, account: SOME_ACCOUNT }, `user${user.path}${user.name}`);
  const forced = user.requireMfa ? [requireMfaPolicy(arn)] : [];
  limitSize([...Object.values(user.inlinePolicies), ...forced], 'inline, of a user', part);
  const clash = Object.keys(user.inlinePolicies).find(
    (name) => name.toLowerCase() === REQUIRE_MFA_POLICY_NAME.toLowerCase(),
  );
  if (user.requireMfa && clash !== undefined) {
    part.at(clash).wrong('has the name of the policy that require-mfa adds; it should have another');
  }
}

function readMfaDevice(
  part: DocumentPart<SoundUser['mfa-device']>,
  user: Pick<DeclaredUser, 'name' | 'path'>,
): DeclaredMfaDevice | undefined {
  if (!part.given) return undefined;
  const deliver = part.at('deliver').items();
  return {
    name: part.given.name ?? user.name,
    path: user.path,
    deliver: deliver.flatMap((destination) => readSeedDestination(destination) ?? []),
  };
}

function readAccessKey(part: DocumentPart<SoundUser['access-key']>): DeclaredAccessKey | undefined {
  if (!part.given) return undefined;
  const { 'max-age': maxAge, grace } = part.given;
  const places = part.at('deliver');
  const deliver = places.items().flatMap((destination) => readKeyDestination(destination) ?? []);
  const lasting = deliver.filter(({ to }) => isStore(to));
  if (lasting.length > 0 && lasting.length < deliver.length) {
    places.wrong(
      'names places that last and places that end with the job. A key ends with the last place that holds it: declare ' +
        'two users, or one kind of places',
    );
  }
  // A place that is wrong may be meant as one that lasts.
  const endsWithJob = lasting.length === 0 && deliver.length > 0 && deliver.length === places.given?.length;
  for (const key of endsWithJob ? (['max-age', 'grace'] as const) : []) {
    if (part.given[key] === undefined) continue;
    part
      .at(key)
      .wrong(
        'is for a key that lasts. This one is for the job, whose post step deletes it: it should be omitted, or deliver ' +
          'should name a place that lasts, such as github-secrets',
      );
  }
  const declared = {
    maxAge: maxAge === undefined ? undefined : parseDuration(maxAge),
    grace: grace === undefined ? undefined : parseDuration(grace),
    deliver,
  };
  if (!endsWithJob) requireRoomForGrace(part, declared);
  return declared;
}

/** A key that is due while the one before it still works finds no place: AWS allows a user two. */
function requireRoomForGrace(
  part: DocumentPart<SoundUser['access-key']>,
  { maxAge, grace = DEFAULT_GRACE_MS }: DeclaredAccessKey,
): void {
  const given = part.given?.grace;
  const isWrong = given === undefined && part.at('grace').written !== undefined;
  if (isWrong || maxAge === undefined || maxAge >= grace) return;
  const long = given === undefined ? '24h, the default' : `"${given}"`;
  part
    .at('max-age')
    .wrong(
      `is "${part.given?.['max-age'] ?? ''}", which is shorter than the grace of ${long}: the key would be due while the one ` +
        'before it still works, and AWS allows only two. It should be as long as the grace, or the grace shorter',
    );
}
