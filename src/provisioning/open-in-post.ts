import type { Identity } from '../aws/arn';
import type { Credentials } from '../aws/credentials';
import { isRefusal } from '../aws/failure';
import { messageOf } from '../errors/message';
import { RECORD_PREFIX } from '../identities/own-tags';
import type { IdentityChanges } from '../runner/ledger';
import { openAccount, type AccountEntry, type OpenAccount } from './open-account';

/** Credentials, and what is known of them. */
export interface Obtained {
  readonly credentials: Credentials;
  /** For messages, after "with". */
  readonly name: string;
  readonly identity: Identity | undefined;
}

/**
 * Obtains credentials of whom main worked as once more, by the inputs of the step.
 *
 * @throws Error why that is not possible
 */
export type ObtainAgain = () => Promise<Obtained>;

/** Cleaning up, with its waits and retries, is done in this time: a session that lasts no longer counts as ended. */
const MARGIN_MS = 5 * 60_000;

/**
 * Opens the account with the credentials of main. A job may outlast a session: then others of the same user or role are
 * obtained.
 *
 * @throws Error when the session has ended and there is no other; it says what to delete by hand
 */
export async function openInPost(
  main: Credentials,
  entry: Omit<AccountEntry, 'credentials' | 'credentialsName' | 'identity'>,
  changes: IdentityChanges,
  obtainAgain: ObtainAgain,
): Promise<OpenAccount> {
  const open = ({ credentials, name, identity }: Obtained) =>
    openAccount({ ...entry, credentials, credentialsName: name, identity });
  const ofMain = { credentials: main, name: 'the credentials of the main step', identity: undefined };
  const { log } = entry.reporter;
  let isOver = endsWithin(0, main, entry);
  if (!endsWithin(MARGIN_MS, main, entry)) {
    try {
      return requireAtMain(await open(ofMain), changes);
    } catch (error) {
      if (!isRefusal(error, 'ExpiredToken')) throw error;
      isOver = true;
    }
  }
  try {
    log(`The session of the main step ${isOver ? 'has ended' : 'is about to end'}: obtaining another by its inputs.`);
    return requireSame(await open(await obtainAgain()), changes);
  } catch (error) {
    if (isOver) throw new Error(whatIsLeft(changes, error), { cause: error });
    log(`No other could be obtained: its last minutes are used. ${messageOf(error)}`);
    return requireAtMain(await open(ofMain), changes);
  }
}

/** Whether they end in this time, by this machine's clock. Where the end is not known, AWS will say. */
function endsWithin(ms: number, { expiration, clockAhead = 0 }: Credentials, { calls }: Pick<AccountEntry, 'calls'>) {
  return expiration !== undefined && expiration.getTime() + clockAhead - calls.clock.time() <= ms;
}

/**
 * What is not there for another than main proves nothing.
 *
 * @throws Error when whoever answers says that main's credentials are another's than what answered main said
 */
function requireAtMain(opened: OpenAccount, { caller }: IdentityChanges): OpenAccount {
  const { arn } = opened.identity;
  if (caller === undefined || arn === caller) return opened;
  throw new Error(
    `Nothing was removed: here, the credentials of the main step belong to ${arn ?? 'someone unknown'}, and there they ` +
      `belonged to ${caller}. What answers is not the service that main called: check the names of AWS's hosts and the ` +
      'proxy on this runner, and then remove by hand what is left.',
  );
}

/** A later step may have left others for the job to find. */
function requireSame(opened: OpenAccount, { caller }: IdentityChanges): OpenAccount {
  const { arn } = opened.identity;
  if (arn === caller) return opened;
  throw new Error(`The inputs of the step lead to ${arn ?? 'someone'} now, and main worked as ${caller ?? 'someone'}.`);
}

/** What to do by hand. IDs of access keys are hidden in logs: a tag of the user names the key. */
function whatIsLeft({ created }: IdentityChanges, error: unknown): string {
  const users = new Set(created.flatMap((one) => (one.kind === 'access key' ? one.user : [])));
  const commands = [...users].flatMap((user) => [
    `  aws iam list-user-tags --user-name ${user}`,
    `  aws iam delete-access-key --user-name ${user} --access-key-id ID`,
  ]);
  return [
    `The session of the main step has ended, and no other could be obtained. ${messageOf(error)}`,
    ...(users.size > 0
      ? [`Delete the access key that a tag ${RECORD_PREFIX}job:ID of its user names:`, ...commands]
      : []),
    ...(created.some(({ kind }) => kind !== 'access key')
      ? ['Once the run is over, a step with mode: deprovision and the same document removes the rest.']
      : []),
  ].join('\n');
}
