import type { GithubSecret } from '../../identities/declaration';
import type { AccountAccess } from '../changes/account-access';

/**
 * Writes a secret, which a post step can tell from what others write of it: by GitHub's own time, where every request was
 * answered.
 *
 * @param user whose key or seed it is for
 * @param onUnanswered called at once, for each request, when GitHub did not say what became of it
 * @returns when it was written, by GitHub's clock; undefined where the answer had no time
 */
export async function writeSecret(
  { secret, user, value }: { readonly secret: GithubSecret; readonly user: string; readonly value: string },
  { secrets, iam, remember }: AccountAccess,
  onUnanswered: () => void,
): Promise<Date | undefined> {
  const writing = { kind: 'GitHub secret', secret, user, at: iam.time() } as const;
  remember(writing);
  let unanswered = 0;
  const at = await secrets?.put(secret, value, () => {
    unanswered += 1;
    onUnanswered();
  });
  if (at && unanswered === 0) remember({ ...writing, written: at.getTime() });
  return at;
}
