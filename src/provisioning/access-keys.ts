import { isPlain, type Credentials } from '../aws/credentials';
import { ActionError } from '../errors/action-error';
import { messageOf } from '../errors/message';
import type { KeyDestination } from '../identities/declaration';
import { makeCall, userMark } from './apply';
import type { Hands } from './hands';
import { describeSecret } from '../github/connect';
import { arrivalOf, secretsFor } from './key-places';
import { readKeyRecord, type KeyRecord } from './key-record';
import { KEY_RECORD } from '../identities/own-tags';
import { deactivateKey, deleteKey, type KeyPlan, type NewKey } from './plan-key';
import { readAccessKeys, tagsIn } from './read-account';
import { recordCall, settle } from './settle-key';
import { sideBySide } from './side-by-side';

/** A key that was made and tested, and that nobody has yet. */
export interface MadeKey {
  readonly user: string;
  readonly destinations: readonly KeyDestination[];
  readonly make: NewKey;
  /** Of its user. */
  readonly arn: string;
  readonly credentials: Credentials;
}

export type KeyToMake = KeyPlan & { readonly make: NewKey };

/** How often AWS must know a key before it counts as known: one success does not prove the next. */
const TESTS = 3;

/**
 * Makes a key, whose user's record says `creating` by now, and waits until AWS knows it.
 *
 * @throws ActionError when it cannot be made, or AWS does not come to know it; `settleKey` then takes it back
 */
export async function makeKey({ user, destinations, make }: KeyToMake, hands: Hands): Promise<MadeKey> {
  const { iam, log } = hands;
  const lost: unknown[] = [];
  const deleteUnknown = async (known: readonly string[]) => {
    const unknown = (await readAccessKeys(user, iam)).filter(({ id }) => !known.includes(id));
    for (const { id } of unknown) await makeCall(deleteKey(user, id), new Set(), hands);
  };
  const answer = await iam.change(
    'CreateAccessKey',
    { UserName: user },
    {
      fresh: [userMark(user)],
      async takeBack() {
        lost.push(user);
        await deleteUnknown(make.known);
      },
    },
  );
  const { AccessKeyId, SecretAccessKey } = answer?.AccessKey ?? {};
  if (!isPlain(AccessKeyId) || !isPlain(SecretAccessKey)) throw noKeyIn(user);
  hands.mask(AccessKeyId);
  hands.mask(SecretAccessKey);
  hands.remember({ kind: 'access key', user, id: AccessKeyId });
  log(`Made an access key for ${user}. Testing it.`);
  const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey };
  const { arn } = await test(credentials, hands);
  // A list made right after the lost answer need not have shown the key that it was about.
  if (lost.length > 0) await deleteUnknown([...make.known, AccessKeyId]);
  return { user, destinations, make, arn, credentials };
}

function noKeyIn(user: string): ActionError {
  return new ActionError({
    code: 'unusual-answer',
    tried: `make an access key for ${user}`,
    why: 'The answer says that it was made, and holds none: what answered is not AWS, or not in working order.',
    fix: 'Check iam-endpoint, http-proxy and no-proxy, and what stands between the runner and AWS.',
  });
}

async function test(credentials: Credentials, hands: Hands) {
  const identity = await hands.testKey(credentials);
  await sideBySide(Array.from({ length: TESTS - 1 }), () => hands.testKey(credentials));
  return identity;
}

/** Puts keys into the secrets where they outlast the job, and records that they are delivered. */
export async function deliverKeys(keys: readonly MadeKey[], hands: Hands): Promise<void> {
  await sideBySide(keys, async (key) => {
    const { user, make, credentials } = key;
    const { accessKeyId } = credentials;
    const { after } = make;
    if (secretsFor(key.destinations).length > 0) {
      await record(user, { stage: 'delivering', key: accessKeyId, ...(after !== undefined && { after }) }, hands);
      await putSecrets(key, hands);
    }
  });
  await sideBySide(keys, async ({ user, make: { after }, credentials: { accessKeyId } }) => {
    await record(
      user,
      { stage: 'delivered', key: accessKeyId, ...(after !== undefined && { retiring: after }) },
      hands,
    );
  });
}

/** @throws ActionError `delivery-incomplete` when only a part could be written */
async function putSecrets(
  { user, destinations, credentials }: Pick<MadeKey, 'user' | 'destinations' | 'credentials'>,
  { secrets, log, remember }: Hands,
): Promise<void> {
  const written: string[] = [];
  const values = secretsFor(destinations).flatMap(({ id, secret }) => [
    { name: id, value: credentials.accessKeyId },
    { name: secret, value: credentials.secretAccessKey },
  ]);
  for (const { name, value } of values) {
    remember({ kind: 'GitHub secret', secret: name });
    try {
      await secrets?.put(name, value);
    } catch (error) {
      if (written.length === 0) throw error;
      throw new ActionError(
        {
          code: 'delivery-incomplete',
          tried: `deliver the new access key of ${user} whole`,
          answer: messageOf(error),
          why:
            `GitHub took ${written.join(', ')}, and did not take ${describeSecret(name)}: the two do not belong together ` +
            'now. Secrets are written one by one, and the earlier ones cannot be read to be put back.',
          fix:
            'See below whether the clean-up could write them all; else run this step again: it makes a new key and writes ' +
            'all of it. Until then, what uses these secrets fails.',
        },
        { cause: error },
      );
    }
    written.push(describeSecret(name));
  }
  log(`Delivered the key of ${user} to GitHub: ${written.join('; ')}.`);
}

/**
 * Retires the keys that new ones have replaced.
 *
 * @throws ActionError `old-key-not-retired`; the new keys are delivered all the same
 */
export async function retireOldKeys(keys: readonly MadeKey[], hands: Hands): Promise<void> {
  await sideBySide(keys, async ({ user, make, credentials: { accessKeyId } }) => {
    const { after, retire } = make;
    if (after === undefined) return;
    try {
      const write = retire === 'delete' ? deleteKey(user, after) : deactivateKey(user, after);
      await makeCall(write, new Set(), hands);
      const retired = retire === 'delete' ? {} : { retired: after };
      await record(user, { stage: 'delivered', key: accessKeyId, ...retired }, hands);
      hands.log(`${retire === 'delete' ? 'Deleted' : 'Deactivated'} the old key of ${user}: ${after}.`);
    } catch (error) {
      throw new ActionError(
        {
          code: 'old-key-not-retired',
          tried: `${retire ?? 'deactivate'} the old access key ${after} of ${user}`,
          answer: messageOf(error),
          why: `The new key, ${accessKeyId}, is delivered and works. The old one may still be active.`,
          fix: 'Mend what the answer says, and run the step again: it retires the old key.',
        },
        { cause: error },
      );
    }
  });
}

/** A user's keys that a failed or killed run left, and what is known of them. */
export interface Unsettled {
  readonly user: string;
  readonly destinations: readonly KeyDestination[];
  /** The key that was made, if it did not reach those in the job that it was for. */
  readonly refused?: string;
  /** The key that was being delivered. */
  readonly kept?: Credentials | undefined;
  /** Whether a key may have been made just now that lists do not show yet. */
  readonly unseen?: boolean;
}

/**
 * Sets right what was left of a user's keys: those that nobody has go, and the record says so. Where a part of a new key
 * has spoiled the one that was in use, the delivery is brought to its end.
 *
 * @throws Error when a key may yet come to light: the record stays as it is, for whoever looks later
 */
export async function settleKey({ user, destinations, refused, kept, unseen }: Unsettled, hands: Hands): Promise<void> {
  const { iam, secrets } = hands;
  const found = await iam.find('GetUser', { UserName: user });
  if (!found) return;
  const keys = await readAccessKeys(user, iam);
  const record = reopened(readKeyRecord(tagsIn(found.User?.Tags)[KEY_RECORD]), refused);
  const key = record.stage === 'delivering' && keys.find(({ id }) => id === record.key);
  const arrival = key ? await arrivalOf(key.created, destinations, secrets) : 'none';
  const spoiled = arrival === 'some' && 'after' in record && kept !== undefined;
  const whole = spoiled && (await deliverAgain({ user, destinations, credentials: kept }, hands));
  const settled = settle(record, keys, whole ? 'all' : arrival);
  if (unseen && record.stage === 'creating' && settled.orphans.length === 0) {
    throw new Error('The answer to CreateAccessKey was lost, and AWS does not list a key that it made, or not yet.');
  }
  for (const id of settled.orphans) {
    await makeCall(deleteKey(user, id), new Set(), hands);
    hands.log(`Deleted the access key ${id} of ${user}, which nobody has.`);
  }
  if (settled.changed) await makeCall(recordCall(user, settled.record), new Set(), hands);
}

/** Whether the secrets hold the key now, whole. */
async function deliverAgain(
  key: Pick<MadeKey, 'user' | 'destinations' | 'credentials'>,
  hands: Hands,
): Promise<boolean> {
  try {
    await putSecrets(key, hands);
    return true;
  } catch (error) {
    hands.warn(messageOf(error));
    return false;
  }
}

/** A key that was taken back from the job is delivered only if it is somewhere else as well. */
function reopened(record: KeyRecord, refused: string | undefined): KeyRecord {
  if (record.stage !== 'delivered' || record.key !== refused) return record;
  return { stage: 'delivering', key: refused, ...(record.retiring !== undefined && { after: record.retiring }) };
}

async function record(user: string, state: KeyRecord, hands: Hands): Promise<void> {
  // A user that was made just now may not be known everywhere.
  await makeCall(recordCall(user, state), new Set([userMark(user)]), hands);
}
