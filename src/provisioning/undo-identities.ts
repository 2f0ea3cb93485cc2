import type { Credentials } from '../aws/credentials';
import { messageOf } from '../errors/message';
import { readPostSettings } from '../inputs/step-inputs';
import type { Created, IdentityChanges } from '../runner/ledger';
import type { PostReporter, PostStep } from '../runner/undo';
import { recoverKey } from './access-keys/recover-key';
import type { AccountAccess } from './changes/account-access';
import { apply, removeSecret } from './changes/apply';
import { withoutCalls, type Change } from './changes/change';
import { LONGEST_READ_AGE_MS } from './changes/require-own';
import { openAccount } from './open-account';
import { ofKind, planRemoval } from './plan-deprovision';
import { readRun, sameRun } from './run';
import { planLines } from './show-plan';

/**
 * Ends what main began in IAM: keys that nobody has are deleted, and what an ephemeral step made is removed.
 *
 * @throws Error when AWS or GitHub does not let it, in the words of all that failed
 */
export async function undoIdentities(
  { created, unfinished, keys, run }: IdentityChanges,
  credentials: Credentials,
  { env, clock }: Pick<PostStep, 'env' | 'clock'>,
  { log, warn }: PostReporter,
): Promise<void> {
  const { connection, retry, githubToken, repository } = readPostSettings(env);
  const { access } = await openAccount({
    credentials,
    credentialsName: 'the credentials of the main step',
    identity: undefined,
    connection,
    calls: { retry, clock, log },
    repository,
    run: readRun(run),
    githubToken,
    env,
    reporter: { log, warn, mask: () => undefined, remember: () => undefined },
  });
  const failures = new Set<string>();
  // What one failure leaves must not keep the rest: a key that is alive matters more than a secret that stays.
  const evenSo = async (work: Promise<void>) => {
    await work.catch((error: unknown) => failures.add(messageOf(error)));
  };
  for (const { user, destinations } of unfinished) {
    await evenSo(recoverKey({ user, destinations, kept: keys?.[user] }, access));
  }
  for (const { secret } of ofKind('GitHub secret', created).toReversed()) await evenSo(removeSecret(secret, access));
  const going = new Set(ofKind('user', created).map(({ name }) => name));
  for (const { user, id } of ofKind('access key', created)) {
    // The keys of users that go as well go with them.
    if (!going.has(user)) await evenSo(recoverKey({ user, destinations: [], refused: id }, access));
  }
  await evenSo(removeCreated(created, access));
  if (failures.size > 0) throw new Error([...failures].join('\n'));
}

async function removeCreated(created: readonly Created[], access: AccountAccess): Promise<void> {
  const plan = () => planRemoval(created, access, (removal) => ofThisRun(removal, access));
  let phases = await plan();
  if (phases.flat().some(({ action }) => action !== 'delete')) {
    // What main made last may not be seen yet, or not as this run's.
    access.log(`Not all that main made is seen. Looking again in ${LONGEST_READ_AGE_MS / 1000} s.`);
    await access.clock.sleep(LONGEST_READ_AGE_MS);
    phases = await plan();
  }
  planLines(phases.flat()).forEach(access.log);
  await apply(phases, access);
}

/** What another run made meanwhile, or took over, is not this one's to remove. */
function ofThisRun(removal: Change, { run }: AccountAccess): Change {
  const { action, kind, name, ephemeral } = removal;
  if (action !== 'delete' || sameRun(ephemeral?.run, run)) return removal;
  return withoutCalls('leave', kind, name, 'left as it is: this run did not make it');
}
