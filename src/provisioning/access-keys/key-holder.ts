import { asActionError, type ActionError } from '../../errors/action-error';
import { tagsIn } from '../../iam/tags';
import type { DeclaredUser, Tags } from '../../identities/declaration';
import type { AccountAccess } from '../changes/account-access';
import { concurrently } from '../changes/concurrently';
import { readAsOne } from '../changes/read-as-one';
import { LONGEST_READ_AGE_MS } from '../changes/require-own';
import type { Run } from '../run';
import { readAccessKeys, type ExistingKey } from './access-key';
import { outlastsJob, readSecretTimes, type SecretTimes } from './destinations';
import { readRecords } from './record';

/** How often what is recorded is read that a read may not show yet, in milliseconds. */
const BETWEEN_READS_MS = 2_000;

/** When and for what a key was last used, as far as AWS knows: it learns of it some minutes late. */
export interface LastUse {
  /** undefined where it was never used. */
  readonly at: Date | undefined;
  /** Such as `s3 in eu-central-1`. */
  readonly where: string;
}

/** What of a declared user matters to its keys. */
export type KeyUser = Pick<DeclaredUser, 'name' | 'accessKey'>;

/** A user as far as its keys go. */
export interface KeyHolder {
  readonly user: KeyUser;
  /** undefined where the user is not there. */
  readonly existing: KeyOwner | undefined;
  /** When its places that last were written; undefined where it has none, or that cannot be known, or does not matter. */
  readonly times: SecretTimes | undefined;
  /** Why GitHub did not say that; undefined where it did, or was not asked. */
  readonly unread: ActionError | undefined;
  /** Of each key that may be about to go, where AWS says it. */
  readonly lastUsed: ReadonlyMap<string, LastUse>;
  /** Runs that are over, as `writeRun` has them: what they had begun, nobody goes on with. */
  readonly overRuns: ReadonlySet<string>;
  /** The run that asks. */
  readonly run: Run;
  /** Whether nothing is changed. */
  readonly isDryRun: boolean;
  /** The key that signs the calls of this step. */
  readonly signingKey: string;
  /** Milliseconds since 1970 by AWS's clock. */
  readonly now: number;
}

/** What IAM has of a user. */
export interface KeyOwner {
  readonly tags: Tags;
  readonly accessKeys: readonly ExistingKey[];
}

/** A user's keys by what IAM has of them alone. */
export function keyHolderOf(
  user: KeyUser,
  existing: KeyOwner | undefined,
  { signingKey, isDryRun, run, iam }: AccountAccess,
): KeyHolder {
  const [times, unread, lastUsed, overRuns] = [undefined, undefined, new Map(), new Set<string>()];
  return { user, existing, times, unread, lastUsed, overRuns, run, isDryRun, signingKey, now: iam.time() };
}

/** Reads what else a plan must know of a user's keys: no more than its records ask for. */
export async function readKeyHolder(
  user: KeyUser,
  existing: KeyOwner | undefined,
  access: AccountAccess,
  overRuns: KeyHolder['overRuns'] = new Set(),
): Promise<KeyHolder> {
  const { iam, secrets, signingKey, isDryRun, run } = access;
  const now = iam.time();
  const deliver = user.accessKey?.deliver ?? [];
  const { keys } = readRecords(existing?.tags ?? {});
  const listed = existing?.accessKeys ?? [];
  const isDelivered = [...keys.values()].some(({ delivering, delivered }) => delivering ?? delivered);
  let unread: ActionError | undefined;
  const [times, lastUsed] = await Promise.all([
    isDelivered && secrets && outlastsJob(deliver)
      ? readSecretTimes(deliver, secrets).catch((error: unknown) => {
          unread = asActionError(error);
          return undefined;
        })
      : undefined,
    concurrently(usesThatMatter(listed, keys), async ({ id }) => [id, await lastUseOf(id, access)] as const),
  ]);
  const known = lastUsed.filter((entry): entry is readonly [string, LastUse] => entry[1] !== undefined);
  return { user, existing, times, unread, lastUsed: new Map(known), overRuns, run, isDryRun, signingKey, now };
}

/**
 * The use of a key matters where it may go: it was replaced, or is a suspect, or a run left it on its way, or it stands in
 * the way of another.
 */
function usesThatMatter(listed: readonly ExistingKey[], keys: ReturnType<typeof readRecords>['keys']): ExistingKey[] {
  const replaced = new Set([...keys.values()].map(({ delivered }) => delivered?.replaces));
  return listed.filter(({ id }) => {
    const { delivering, replaced: isReplaced, suspect } = keys.get(id) ?? {};
    return listed.length > 1 || replaced.has(id) || (delivering ?? isReplaced ?? suspect) !== undefined;
  });
}

/** Asks for what each key was last used: a plan that ends keys at once says what that breaks. */
export async function withLastUses(holder: KeyHolder, access: AccountAccess): Promise<KeyHolder> {
  const unknown = (holder.existing?.accessKeys ?? []).filter(({ id }) => !holder.lastUsed.has(id));
  const uses = await concurrently(unknown, async ({ id }) => [id, await lastUseOf(id, access)] as const);
  const known = uses.filter((entry): entry is readonly [string, LastUse] => entry[1] !== undefined);
  return { ...holder, lastUsed: new Map([...holder.lastUsed, ...known]) };
}

/** Without the permission to ask it is not known, and the key stays. */
async function lastUseOf(AccessKeyId: string, { iam }: AccountAccess): Promise<LastUse | undefined> {
  const answer = await iam.ask('GetAccessKeyLastUsed', { AccessKeyId }).catch(() => undefined);
  const use = answer?.AccessKeyLastUsed;
  return use && { at: use.LastUsedDate, where: `${use.ServiceName ?? 'N/A'} in ${use.Region ?? 'N/A'}` };
}

/** Reads a user, its keys, and all that tells what becomes of them again. */
export async function readKeyHolderAgain(holder: KeyHolder, access: AccountAccess): Promise<KeyHolder> {
  const { user, overRuns } = holder;
  return readKeyHolder(user, await readKeyOwner(user, access), access, overRuns);
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
