import type { Credentials } from '../aws/credentials';
import { messageOf } from '../errors/message';
import { describeSecret } from '../identities/stored-secret';
import { readPostSettings } from '../inputs/step-inputs';
import type { Created, IdentityChanges, UnfinishedKey } from '../runner/ledger';
import { returnToRoute } from '../runner/return-to-route';
import type { PostReporter, PostStep } from '../runner/undo';
import { endWithJob } from './access-keys/end-with-job';
import { LATE_MS, SETTLE_MS } from './access-keys/key-life';
import { recoverKey } from './access-keys/recover-key';
import { writingBy } from './access-keys/writings';
import type { AccountAccess } from './changes/account-access';
import { apply } from './changes/apply';
import { withoutCalls, type Change } from './changes/change';
import { oneWait, type LookTwice } from './changes/one-wait';
import { openInPost, type ObtainAgain } from './open-in-post';
import { ofKind, planRemoval } from './plan-deprovision';
import { deactivateOwnDevice } from './resources/mfa-device';
import { removeSecrets, type LeavingSecret } from './resources/stored-secret';
import { readRun, sameRun } from './run';
import { planLines } from './show-plan';

/**
 * Ends what main began in IAM: keys that nobody has are deleted, and what an ephemeral step made is removed.
 *
 * @param obtainAgain for credentials that have ended
 *
 * @throws Error when AWS, or a store of secrets, does not let it, in the words of all that failed
 */
export async function undoIdentities(
  changes: IdentityChanges,
  credentials: Credentials,
  { env, clock }: Pick<PostStep, 'env' | 'clock'>,
  { log, warn, mask }: PostReporter,
  obtainAgain: ObtainAgain,
): Promise<void> {
  const { created, unfinished, keys, run, route } = changes;
  // Later steps may have changed it for their own calls.
  if (route) returnToRoute(route, env);
  const { connection, retry, githubToken, terraformToken, repository } = readPostSettings(env);
  const entry = {
    connection,
    calls: { retry, clock, log },
    repository,
    run: readRun(run),
    githubToken,
    terraformToken,
    env,
    reporter: { log, warn, mask, remember: () => undefined },
  };
  const { access } = await openInPost(credentials, entry, changes, obtainAgain);
  const failures = new Set<string>();
  // What one failure leaves must not keep the rest: a key that is alive matters more than a secret that stays.
  const evenSo = (work: Promise<void>): Promise<boolean> =>
    work.then(
      () => true,
      (error: unknown) => {
        failures.add(messageOf(error));
        return false;
      },
    );
  // Keys that an ephemeral step made go, however far they came. Those of any other step are brought where they belong.
  const ending = new Map(ofKind('access key', created).map((key) => [key.id, key]));
  const unended = unfinished.filter(({ id }) => id === undefined || !ending.has(id));
  for (const key of unended) await evenSo(recoverKey(key, keys?.[key.user], access));
  const withKeys = new Set<string>();
  for (const { user, id, isAnnounced } of ending.values()) {
    if (!(await evenSo(endWithJob(user, id, access, { isAnnounced })))) withKeys.add(user);
  }
  await untilNoKeyComes(created, unended, access);
  // What main made last may not be seen yet, or not as this run's.
  const lookTwice = oneWait({
    ...access.clock,
    async sleep(ms) {
      access.log(`Not all that main made is seen. Looking again in ${ms / 1000} s.`);
      await access.clock.sleep(ms);
    },
  });
  const withDevices = await usersWithDevices(created, { access, evenSo, lookTwice });
  const secrets = ofKind('secret', created).filter(({ user }) => !withKeys.has(user) && !withDevices.has(user));
  await evenSo(removeSecrets(leavingSecrets(secrets), access));
  await evenSo(removeCreated(created, access, lookTwice));
  if (failures.size > 0) throw new Error([...failures].join('\n'));
}

/**
 * Waits until a key that main asked for without an answer can no longer arrive, where its user is to go: another run may make
 * a user of that name at once, and would have a key that nobody knows.
 */
async function untilNoKeyComes(
  created: readonly Created[],
  unended: readonly UnfinishedKey[],
  { clock, log }: AccountAccess,
): Promise<void> {
  const leaving = new Set(ofKind('user', created).map(({ name }) => name));
  const users = unended.flatMap(({ id, user, isOnlyAnnounced }) =>
    id === undefined && !isOnlyAnnounced && leaving.has(user) ? [user] : [],
  );
  if (users.length === 0) return;
  log(
    `AWS did not answer whether it made an access key for ${users.join(' and ')}. Waiting ${(LATE_MS + SETTLE_MS) / 1000} s: ` +
      'until it can no longer come.',
  );
  await clock.sleep(LATE_MS + SETTLE_MS);
}

interface Undoing {
  readonly access: AccountAccess;
  /** Remembers what a work fails with, and tells whether it did not. */
  readonly evenSo: (work: Promise<void>) => Promise<boolean>;
  readonly lookTwice: LookTwice;
}

/**
 * Takes from users the devices that this run made, as nobody is to have one whose seed is gone.
 *
 * @returns the users of whom it could not
 */
async function usersWithDevices(
  created: readonly Created[],
  { access, evenSo, lookTwice }: Undoing,
): Promise<Set<string>> {
  const withDevices = new Set<string>();
  const deactivate = async (user: string, serial: string) => {
    if (await deactivateOwnDevice(user, serial, access)) return;
    await lookTwice();
    await deactivateOwnDevice(user, serial, access);
  };
  for (const { user, serial } of ofKind('MFA device', created)) {
    if (!(await evenSo(deactivate(user, serial)))) withDevices.add(user);
  }
  return withDevices;
}

/** Each of the secrets once, with all times at which main wrote it. */
function leavingSecrets(created: readonly (Created & { readonly kind: 'secret' })[]): LeavingSecret[] {
  const leaving = new Map<string, LeavingSecret>();
  for (const { secret, user, at, written } of created) {
    const name = describeSecret(secret);
    const earlier = leaving.get(name)?.writings ?? [];
    leaving.set(name, { secret, user, writings: [...earlier, writingBy(secret, at, written)] });
  }
  return [...leaving.values()];
}

/** Users go first, and what they have only if none of them stays. */
async function removeCreated(created: readonly Created[], access: AccountAccess, lookTwice: LookTwice): Promise<void> {
  const plan = () => planRemoval(created, access, { decide: (removal) => ofThisRun(removal, access) });
  let { phases, obstacles } = await plan();
  if (phases.flat().some(({ action }) => action !== 'delete')) {
    await lookTwice();
    ({ phases, obstacles } = await plan());
  }
  const possible = obstacles.length > 0 ? phases.slice(0, 1) : phases;
  planLines(possible.flat()).forEach(access.log);
  await apply(possible, access);
  if (obstacles.length > 0) throw new Error(obstacles.map(({ text }) => `${text}.`).join('\n'));
}

/** What another run made meanwhile, or took over, is not this one's to remove. */
function ofThisRun(removal: Change, { run }: AccountAccess): Change {
  const { action, kind, name, ephemeral } = removal;
  if (action !== 'delete' || sameRun(ephemeral?.run, run)) return removal;
  return withoutCalls('leave', kind, name, 'left as it is: this run did not make it');
}
