import { messageOf } from '../errors/message';
import { deliverKeys, makeKey, retireOldKeys, settleKey, type KeyToMake, type MadeKey } from './access-keys';
import { makeCalls, type Fresh } from './apply';
import type { Hands } from './hands';
import { mayBeMade } from '../aws/failure';
import { secretsFor } from './key-places';
import type { KeyPlan } from './plan-key';
import { sideBySide } from './side-by-side';

/** What renewing keys needs besides the hands that change the account. */
export interface Renewal {
  /** Gives keys to the job that are for it. All of it is taken back when `confirm`, which is done last, throws. */
  readonly deliver: (keys: readonly MadeKey[], confirm: () => Promise<void>) => Promise<void>;
  /** Keeps for the post step whose keys are being made. */
  readonly settling: (planned: readonly KeyToMake[], made: readonly MadeKey[]) => void;
  /** Hands that are not stopped by the step's time limit, to clean up with. */
  readonly patient: Hands;
}

/**
 * Makes the keys that are planned and delivers them, all or none; then retires those that they replace. Whatever fails
 * before a key is delivered, the key is deleted again, and the one in use stays.
 *
 * @param meanwhile what is done while keys are made, and must have succeeded before they are delivered
 */
export async function renewKeys(
  plans: readonly KeyPlan[],
  fresh: Fresh,
  renewal: Renewal,
  hands: Hands,
  meanwhile: () => Promise<void>,
): Promise<void> {
  const { deliver, settling, patient } = renewal;
  await sideBySide(plans, ({ change }) => makeCalls(change.stages, fresh, hands));
  const planned = plans.filter((plan): plan is KeyToMake => plan.make !== undefined);
  if (planned.length > 0) settling(planned, []);
  const made: MadeKey[] = [];
  const unseen = new Set<string>();
  const rank = ({ user }: MadeKey) => planned.findIndex((plan) => plan.user === user);
  try {
    const makeAll = async () => {
      await sideBySide(planned, async (plan) => {
        try {
          made.push(await makeKey(plan, hands));
        } catch (error) {
          if (mayBeMade(error)) unseen.add(plan.user);
          throw error;
        }
      });
    };
    await sideBySide([makeAll, meanwhile], (work) => work());
    // As the document has them, however long each took.
    made.sort((one, other) => rank(one) - rank(other));
    if (made.some(({ destinations }) => secretsFor(destinations).length > 0)) settling(planned, made);
    await deliver(made, () => deliverKeys(made, hands));
  } catch (error) {
    if (await settleAll(planned, { made, unseen }, patient)) settling([], []);
    throw error;
  }
  if (planned.length > 0) settling([], []);
  await retireOldKeys(made, hands);
}

/** Whether no key is left that nobody has. Where one is, a warning says so. */
async function settleAll(
  planned: readonly KeyToMake[],
  { made, unseen }: { readonly made: readonly MadeKey[]; readonly unseen: ReadonlySet<string> },
  hands: Hands,
): Promise<boolean> {
  const settled = await sideBySide(planned, async ({ user, destinations }) => {
    try {
      const kept = made.find((one) => one.user === user)?.credentials;
      const found = kept ? { refused: kept.accessKeyId, kept } : { unseen: unseen.has(user) };
      await settleKey({ user, destinations, ...found }, hands);
      return true;
    } catch (error) {
      const why = messageOf(error);
      hands.warn(
        `The user ${user} may have an access key that nobody has. The post step looks again, and so does the next run ` +
          `of provision or rotate. ${why}`,
      );
      return false;
    }
  });
  return settled.every(Boolean);
}
