import type { StoredSecret } from '../../identities/stored-secret';
import type { AccountAccess } from '../changes/account-access';
import type { Mark } from '../stores/store';

/**
 * Writes a secret, which a post step can tell from what others write of it: by what the store says of it, where every request
 * was answered.
 *
 * @param user whose key or seed it is for
 * @param onUnanswered called at once, for each request, when the store did not say what became of it
 * @returns what the store says of it from now on; undefined where its answer does not tell
 */
export async function writeSecret(
  { secret, user, value }: { readonly secret: StoredSecret; readonly user: string; readonly value: string },
  { stores, iam, remember }: AccountAccess,
  onUnanswered: () => void,
): Promise<Mark | undefined> {
  const writing = { kind: 'secret', secret, user, at: iam.time() } as const;
  remember(writing);
  let unanswered = 0;
  const mark = await stores.put(secret, value, () => {
    unanswered += 1;
    onUnanswered();
  });
  if (mark && unanswered === 0) remember({ ...writing, written: mark });
  return mark;
}
