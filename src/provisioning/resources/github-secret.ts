import { ActionError, asActionError } from '../../errors/action-error';
import { githubRefusalOf } from '../../github/failure';
import { describeSecret, type GithubSecret } from '../../identities/declaration';
import { untilNothingIsLate } from '../access-keys/late-requests';
import type { Writing } from '../access-keys/writings';
import type { AccountAccess } from '../changes/account-access';
import { withoutCalls, type Change } from '../changes/change';
import { concurrently } from '../changes/concurrently';

/** A secret that goes with what is removed of a user, unless someone else has written it. */
export interface LeavingSecret {
  readonly secret: GithubSecret;
  /** Whose key or seed it was written with. */
  readonly user: string;
  /** When it was: what was written at other times is someone else's. */
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
 * Plans the removal of those secrets that are there; without a token for them, of none.
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
    const written = await findWritten(leaving.secret, access).catch((error: unknown) => {
      if (!access.isDryRun) throw error;
      return asActionError(error);
    });
    if (!written) return undefined;
    if (written instanceof ActionError) {
      const fails = `a run would fail: ${written.message.replaceAll('\n', ' ')}`;
      return { change: withoutCalls('leave', 'GitHub secret', name, fails), leaving };
    }
    const why = stays ?? whyItStays(leaving, written);
    const change =
      why === undefined
        ? withoutCalls('delete', 'GitHub secret', name)
        : withoutCalls('leave', 'GitHub secret', name, `left as it is: ${why}`);
    return { change, leaving };
  }).then((removals) => removals.filter((one) => one !== undefined));
}

/** When a secret was written. A repository, environment or organization that is gone has taken its secrets with it. */
async function findWritten(secret: GithubSecret, { secrets, warn }: AccountAccess): Promise<Date | undefined> {
  try {
    return await secrets?.updatedAt(secret);
  } catch (error) {
    if (!(error instanceof ActionError) || githubRefusalOf(error.cause)?.status !== 404) throw error;
    warn(`The GitHub secret ${describeSecret(secret)} stays, if it is there at all. ${error.message}`);
    return undefined;
  }
}

/**
 * Removes secrets, and makes sure that they are gone. One that someone else has written stays, with a warning.
 *
 * @throws ActionError `another-run` when one is there again
 */
export async function removeSecrets(leaving: readonly LeavingSecret[], access: AccountAccess): Promise<void> {
  const { secrets, log } = access;
  if (!secrets) return;
  const removed = await concurrently(leaving, (one) => removeSecret(one, access));
  const asked = removed.filter((one) => one !== undefined);
  await untilNothingIsLate(Math.max(...asked.map(({ unanswered }) => unanswered)), access);
  await concurrently(asked, async ({ secret, failure }) => {
    if (await secrets.updatedAt(secret)) throw failure ?? writtenAgain(secret);
    log(`Removed the GitHub secret ${describeSecret(secret)}.`);
  });
}

/** A secret whose removal was asked for. */
interface AskedRemoval {
  readonly secret: GithubSecret;
  /** When the last request left that got no answer, by the step's clock; where all were answered, never. */
  readonly unanswered: number;
  /** Why it may have failed. */
  readonly failure: Error | undefined;
}

async function removeSecret(leaving: LeavingSecret, access: AccountAccess): Promise<AskedRemoval | undefined> {
  const { secrets, clock, warn } = access;
  const { secret } = leaving;
  const written = await secrets?.updatedAt(secret);
  if (!written) return undefined;
  const why = whyItStays(leaving, written) && whyItStays(await upToDate(leaving), written);
  if (why !== undefined) {
    warn(`The GitHub secret ${describeSecret(secret)} stays: ${why}.`);
    return undefined;
  }
  let unanswered = -Infinity;
  let failure: Error | undefined;
  try {
    await secrets?.remove(secret, () => (unanswered = clock.now()));
  } catch (error) {
    if (unanswered === -Infinity || !(error instanceof Error)) throw error;
    failure = error;
  }
  return { secret, unanswered, failure };
}

async function upToDate(leaving: LeavingSecret): Promise<LeavingSecret> {
  return { ...leaving, writings: (await leaving.readAgain?.()) ?? leaving.writings };
}

function whyItStays({ user, writings }: LeavingSecret, written: Date): string | undefined {
  const at = written.getTime();
  if (writings.some(({ from, to }) => from <= at && at <= to)) return undefined;
  return `it was written at ${written.toISOString()}, and by no run that is recorded to have delivered something of ${user} there`;
}

function writtenAgain(secret: GithubSecret): ActionError {
  return new ActionError({
    code: 'another-run',
    tried: `remove the GitHub secret ${describeSecret(secret)}`,
    why: 'It is there again: another run, or someone, has written it meanwhile.',
    fix: 'Let the other run end. If the user is still to go, run the step again then.',
  });
}
