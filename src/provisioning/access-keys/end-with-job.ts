import { messageOf } from '../../errors/message';
import { tagsIn } from '../../iam/tags';
import type { AccountAccess } from '../changes/account-access';
import { makeCalls } from '../changes/apply';
import { takeBack } from './make-key';
import { readRecords, recordTags, tagCalls } from './record';

/**
 * Deletes a key that main made, when its job is over. Where it cannot be deleted, that is recorded: else it would pass for
 * one that the job works with, for as long as jobs can last.
 *
 * @param isAnnounced whether its announcement may be there yet
 * @throws Error why it cannot be deleted
 */
export async function endWithJob(
  user: string,
  id: string,
  access: AccountAccess,
  { isAnnounced = false }: { readonly isAnnounced?: boolean | undefined } = {},
): Promise<void> {
  try {
    await takeBack(user, id, access, { isAnnounced });
  } catch (error) {
    await recordOver(user, id, access).catch((cause: unknown) => {
      access.log(`That the job of the access key ${id} of ${user} is over could not be recorded. ${messageOf(cause)}`);
    });
    throw error;
  }
}

async function recordOver(UserName: string, id: string, access: AccountAccess): Promise<void> {
  const { User: user } = (await access.iam.find('GetUser', { UserName })) ?? {};
  const record = readRecords(tagsIn(user?.Tags)).keys.get(id);
  if (!user || (record && !record.job)) return;
  // A read may not show yet what main has recorded. The run is the same.
  const { run } = record?.job ?? access;
  await makeCalls([tagCalls(UserName, recordTags(id, { job: { run, until: access.iam.time() } }))], access);
  access.log(
    `It is recorded that the job of the access key ${id} of ${UserName} is over: the next run deletes the key.`,
  );
}
