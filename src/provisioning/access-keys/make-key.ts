import { isPlain, type Credentials } from '../../aws/credentials';
import { unusualAnswerOfIam } from '../../iam/explain';
import type { AccountAccess } from '../changes/account-access';
import { makeCall } from '../changes/apply';
import { concurrently } from '../changes/concurrently';
import { deleteKey, readAccessKeys } from './access-key';
import type { KeyPlan, NewKey } from './plan-key';

export type KeyToMake = KeyPlan & { readonly make: NewKey };

/** A key that was made and tested, and that nobody has yet. */
export interface MadeKey extends Pick<KeyToMake, 'user' | 'destinations' | 'make'> {
  readonly credentials: Credentials;
}

/** How often AWS must know a key before it counts as known: one success does not prove the next. */
const TESTS = 3;

/**
 * Makes a key, whose user's record says `creating` by now, and waits until AWS knows it.
 *
 * @throws ActionError when it cannot be made, or AWS does not learn of it; `recoverKey` then takes it back
 */
export async function makeKey({ user, destinations, make }: KeyToMake, access: AccountAccess): Promise<MadeKey> {
  const answers = { lost: false };
  const answer = await access.iam.change(
    'CreateAccessKey',
    { UserName: user },
    {
      fresh: [user],
      async takeBack() {
        answers.lost = true;
        await deleteOthers(user, make.known, access);
      },
    },
  );
  const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey } = answer?.AccessKey ?? {};
  if (!isPlain(accessKeyId) || !isPlain(secretAccessKey)) {
    throw unusualAnswerOfIam(`make an access key for ${user}`, 'access key');
  }
  access.mask(accessKeyId);
  access.mask(secretAccessKey);
  access.remember({ kind: 'access key', user, id: accessKeyId });
  access.log(`Made an access key for ${user}. Testing it.`);
  const credentials = { accessKeyId, secretAccessKey };
  await concurrently(Array.from({ length: TESTS }), () => access.testKey(credentials));
  // A list made right after the lost answer need not have shown the key that it was about.
  if (answers.lost) await deleteOthers(user, [...make.known, accessKeyId], access);
  return { user, destinations, make, credentials };
}

/** Deletes the keys that attempts made whose answers were lost: all but those that are known. */
async function deleteOthers(user: string, known: readonly string[], access: AccountAccess): Promise<void> {
  const others = (await readAccessKeys(user, access.iam)).filter(({ id }) => !known.includes(id));
  for (const { id } of others) await makeCall(deleteKey(user, id), access);
}
