import { ActionError, asActionError } from '../../errors/action-error';
import { describeSecret, describeStored, keepersOf, STORES, type StoredSecret } from '../../identities/stored-secret';
import { restRefusalOf } from '../../rest/failure';
import { untilNothingIsLate } from '../access-keys/late-requests';
import { isWrittenBy, type Writing } from '../access-keys/writings';
import type { AccountAccess } from '../changes/account-access';
import { withoutCalls, type Change } from '../changes/change';
import { concurrently } from '../changes/concurrently';
import type { Mark } from '../stores/store';

/** A secret that goes with what is removed of a user, unless someone else has written it. */
export interface LeavingSecret {
  readonly secret: StoredSecret;
  /** Whose key or seed it was written with. */
  readonly user: string;
  /** By what that is known: what was written otherwise is someone else's. */
  readonly writings: readonly Writing[];
  /** Reads that once more: a run that was under way when the removal was planned may have recorded since what it wrote. */
  readonly readAgain?: (() => Promise<readonly Writing[]>) | undefined;
}

/** What becomes of a secret that is there. */
export interface SecretRemoval {
  /** How the plan shows it. The removal looks again. */
  readonly change: Change;
  readonly leaving: LeavingSecret;
}

/**
 * Plans the removal of those secrets that are there; of those for which there is a token.
 *
 * @param stays why they all stay, for people
 */
export async function planSecretRemovals(
  secrets: readonly LeavingSecret[],
  access: AccountAccess,
  stays?: string,
): Promise<SecretRemoval[]> {
  return concurrently(secrets, async (leaving) => {
    const name = describeSecret(leaving.secret);
    const { kind } = STORES[leaving.secret.store];
    const written = await findWritten(leaving.secret, access).catch((error: unknown) => {
      if (!access.isDryRun && !isNeverWritten(leaving)) throw error;
      return asActionError(error);
    });
    if (!written) return undefined;
    if (written instanceof ActionError && isNeverWritten(leaving)) {
      return { change: withoutCalls('leave', kind, name, `left as it is: ${inVain(leaving, written)}`), leaving };
    }
    if (written instanceof ActionError) {
      const fails = `a run would fail: ${written.message.replaceAll('\n', ' ')}`;
      return { change: withoutCalls('leave', kind, name, fails), leaving };
    }
    const why = stays ?? whyItStays(leaving, written);
    const change =
      why === undefined
        ? withoutCalls('delete', kind, name)
        : withoutCalls('leave', kind, name, `left as it is: ${why}`);
    return { change, leaving };
  }).then((removals) => removals.filter((one) => one !== undefined));
}

/** Whether nothing is recorded that would remove a secret: that nobody can look at it stands in no removal's way. */
function isNeverWritten({ writings }: LeavingSecret): boolean {
  return writings.length === 0;
}

function inVain({ user }: LeavingSecret, { message }: ActionError): string {
  return `no run is recorded to have delivered something of ${user} there, and ${message.replaceAll('\n', ' ')}`;
}

/** What its store says of a secret. A place that is gone, such as a repository, has taken its secrets with it. */
async function findWritten(secret: StoredSecret, { stores, warn }: AccountAccess): Promise<Mark | undefined> {
  if (!stores.has(secret)) return undefined;
  try {
    return await stores.find(secret);
  } catch (error) {
    if (!(error instanceof ActionError) || restRefusalOf(error.cause)?.status !== 404) throw error;
    warn(`The ${describeStored(secret)} stays, if it is there at all. ${error.message}`);
    return undefined;
  }
}

/**
 * Removes secrets, and makes sure that they are gone. One that someone else has written stays, with a warning.
 *
 * @throws ActionError `another-run` when one is there again
 */
export async function removeSecrets(leaving: readonly LeavingSecret[], access: AccountAccess): Promise<void> {
  const { stores, log } = access;
  const known = leaving.filter(({ secret }) => stores.has(secret));
  const removed = await concurrently(known, (one) => removeSecret(one, access));
  const asked = removed.filter((one) => one !== undefined);
  const keepers = keepersOf(asked.map(({ secret }) => secret));
  await untilNothingIsLate(Math.max(...asked.map(({ unanswered }) => unanswered)), keepers, access);
  await concurrently(asked, async ({ secret, failure }) => {
    if (await stores.find(secret)) throw failure ?? writtenAgain(secret);
    log(`Removed the ${describeStored(secret)}.`);
  });
}

/** A secret whose removal was asked for. */
interface AskedRemoval {
  readonly secret: StoredSecret;
  /** When the last request left that got no answer, by the step's clock; where all were answered, never. */
  readonly unanswered: number;
  /** Why it may have failed. */
  readonly failure: Error | undefined;
}

async function removeSecret(leaving: LeavingSecret, access: AccountAccess): Promise<AskedRemoval | undefined> {
  const { stores, clock, warn } = access;
  const { secret } = leaving;
  const written = await stores.find(secret).catch(async (error: unknown) => {
    if (!isNeverWritten(leaving) || !isNeverWritten(await upToDate(leaving))) throw error;
    warn(`The ${describeStored(secret)} stays, if it is there: ${inVain(leaving, asActionError(error))}`);
    return undefined;
  });
  if (!written) return undefined;
  const why = whyItStays(leaving, written) && whyItStays(await upToDate(leaving), written);
  if (why !== undefined) {
    warn(`The ${describeStored(secret)} stays: ${why}.`);
    return undefined;
  }
  let unanswered = -Infinity;
  let failure: Error | undefined;
  try {
    await stores.remove(secret, () => (unanswered = clock.now()));
  } catch (error) {
    if (unanswered === -Infinity || !(error instanceof Error)) throw error;
    failure = error;
  }
  return { secret, unanswered, failure };
}

async function upToDate(leaving: LeavingSecret): Promise<LeavingSecret> {
  return { ...leaving, writings: (await leaving.readAgain?.()) ?? leaving.writings };
}

function whyItStays({ secret, user, writings }: LeavingSecret, written: Mark): string | undefined {
  if (writings.some((writing) => isWrittenBy(writing, secret, written))) return undefined;
  const when =
    'time' in written ? `it was written at ${new Date(written.time).toISOString()}, and` : 'it was written since';
  return `${when} by no run that is recorded to have delivered something of ${user} there`;
}

function writtenAgain(secret: StoredSecret): ActionError {
  return new ActionError({
    code: 'another-run',
    tried: `remove the ${describeStored(secret)}`,
    why: 'It is there again: another run, or someone, has written it meanwhile.',
    fix: 'Let the other run end. If the user is still to go, run the step again then.',
  });
}
