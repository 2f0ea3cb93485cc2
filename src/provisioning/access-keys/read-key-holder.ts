import { asActionError, type ActionError } from '../../errors/action-error';
import { tagsIn } from '../../iam/tags';
import type { AccountAccess } from '../changes/account-access';
import { concurrently } from '../changes/concurrently';
import { readAsOne } from '../changes/read-as-one';
import { LONGEST_READ_AGE_MS } from '../changes/require-own';
import { readAccessKeys } from './access-key';
import { outlastsJob, secretsIn } from './destinations';
import { keyHolderOf, type KeyHolder, type KeyOwner, type KeyUser, type LastUse } from './key-holder';
import { keysJudgedByUse } from './key-life';
import { canReadMarks, readMarks } from './marks';
import { readRecords } from './record';

/** How often what is recorded is read that a read may not show yet, in milliseconds. */
const BETWEEN_READS_MS = 2_000;

/** Reads what else a plan must know of a user's keys: no more than its records ask for. */
export async function readKeyHolder(
  user: KeyUser,
  existing: KeyOwner | undefined,
  access: AccountAccess,
  {
    placesOfOthers,
    others,
    overRuns = new Set(),
  }: Pick<KeyHolder, 'placesOfOthers' | 'others'> & Partial<Pick<KeyHolder, 'overRuns'>>,
): Promise<KeyHolder> {
  const { stores } = access;
  const holder = keyHolderOf(user, existing, access);
  const deliver = user.accessKey?.deliver ?? [];
  const { keys } = readRecords(existing?.tags ?? {});
  const isDelivered = [...keys.values()].some(({ delivering, delivered }) => delivering ?? delivered);
  let unread: ActionError | undefined;
  const [marks, lastUsed] = await Promise.all([
    isDelivered && outlastsJob(deliver) && canReadMarks(deliver, stores)
      ? readMarks(secretsIn(deliver), stores).catch((error: unknown) => {
          unread = asActionError(error);
          return undefined;
        })
      : undefined,
    concurrently(keysJudgedByUse(holder), async ({ id }) => [id, await lastUseOf(id, access)] as const),
  ]);
  const known = lastUsed.filter((entry): entry is readonly [string, LastUse] => entry[1] !== undefined);
  return { ...holder, placesOfOthers, others, marks, unread, lastUsed: new Map(known), overRuns };
}

/** Asks for what each key was last used: a plan that ends keys at once says what that breaks. */
export async function withLastUses(holder: KeyHolder, access: AccountAccess): Promise<KeyHolder> {
  const unknown = (holder.existing?.accessKeys ?? []).filter(({ id }) => !holder.lastUsed.has(id));
  const uses = await concurrently(unknown, async ({ id }) => [id, await lastUseOf(id, access)] as const);
  const known = uses.filter((entry): entry is readonly [string, LastUse] => entry[1] !== undefined);
  return { ...holder, lastUsed: new Map([...holder.lastUsed, ...known]) };
}

/** Asks for all that can be said of the keys of a user who can have no more: for what each is used, and where it may be. */
export async function withDetails(holder: KeyHolder, access: AccountAccess): Promise<KeyHolder> {
  const deliver = holder.user.accessKey?.deliver ?? [];
  const { stores } = access;
  const isAsked = (holder.marks ?? holder.unread) !== undefined;
  const [used, marks] = await Promise.all([
    withLastUses(holder, access),
    !isAsked && outlastsJob(deliver) && canReadMarks(deliver, stores)
      ? readMarks(secretsIn(deliver), stores).catch(() => undefined)
      : holder.marks,
  ]);
  return { ...used, marks };
}

/** Without the permission to ask it is not known, and the key stays. */
async function lastUseOf(AccessKeyId: string, { iam }: AccountAccess): Promise<LastUse | undefined> {
  const answer = await iam.ask('GetAccessKeyLastUsed', { AccessKeyId }).catch(() => undefined);
  const use = answer?.AccessKeyLastUsed;
  return use && { at: use.LastUsedDate, where: `${use.ServiceName ?? 'N/A'} in ${use.Region ?? 'N/A'}` };
}

/** Reads a user, its keys, and all that tells what becomes of them again. */
export async function readKeyHolderAgain(holder: KeyHolder, access: AccountAccess): Promise<KeyHolder> {
  const { user } = holder;
  return readKeyHolder(user, await readKeyOwner(user, access), access, holder);
}

/** Reads again only which keys a user has, and what is recorded of them. */
export async function readKeysAgain(holder: KeyHolder, access: AccountAccess): Promise<KeyHolder> {
  return { ...holder, existing: await readKeyOwner(holder.user, access), now: access.iam.time() };
}

/**
 * The same, for as long as a read may be older than what this run has recorded, and not show it.
 *
 * @param recordedAt when that was recorded, by the step's clock
 * @param isEnough whether it is shown, or does not matter any more
 */
export async function readKeysOnceRecorded(
  holder: KeyHolder,
  recordedAt: number,
  isEnough: (holder: KeyHolder) => boolean,
  access: AccountAccess,
): Promise<KeyHolder> {
  const { clock } = access;
  for (;;) {
    const mustShow = clock.now() - recordedAt >= LONGEST_READ_AGE_MS;
    const again = await readKeysAgain(holder, access);
    if (mustShow || isEnough(again)) return again;
    await clock.sleep(BETWEEN_READS_MS);
  }
}

function readKeyOwner({ name }: KeyUser, access: AccountAccess): Promise<KeyOwner | undefined> {
  return readAsOne(async () => {
    const { User: found } = (await access.iam.find('GetUser', { UserName: name })) ?? {};
    return found && { tags: tagsIn(found.Tags), accessKeys: await readAccessKeys(name, access) };
  }, access);
}
