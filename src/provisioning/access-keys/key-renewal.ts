import { mayBeMade } from '../../aws/failure';
import { messageOf } from '../../errors/message';
import type { AccountAccess } from '../changes/account-access';
import { concurrently } from '../changes/concurrently';
import { deliverKeys } from './deliver-keys';
import { outlastsJob } from './destinations';
import { makeKey, type KeyToMake, type MadeKey } from './make-key';
import type { KeyPlan } from './plan-key';
import { recoverKey } from './recover-key';

/** Keeps for the post step whose keys are being made or delivered, and the keys; with none, that all are in place. */
export type KeepForPost = (planned: readonly KeyToMake[], made: readonly MadeKey[]) => void;

/** The renewal of keys, as far as it came: all are made and delivered, or none. */
export class KeyRenewal {
  readonly #planned: readonly KeyToMake[];
  readonly #made = new Map<string, MadeKey>();
  /** Users that may have a key that no answer named. */
  readonly #unseen = new Set<string>();

  /** @param unlimited access that is not stopped by the step's time limit, to clean up with */
  constructor(
    plans: readonly KeyPlan[],
    private readonly access: AccountAccess,
    private readonly unlimited: AccountAccess,
    private readonly keepForPost: KeepForPost,
  ) {
    this.#planned = plans.filter((plan): plan is KeyToMake => plan.make !== undefined);
  }

  /** The keys that were made, as the document has them, however long each took. */
  get made(): readonly MadeKey[] {
    return this.#planned.flatMap(({ user }) => this.#made.get(user) ?? []);
  }

  /**
   * Does the work in which the keys are made and delivered. Where it fails before a key is delivered, the key is deleted
   * again, and the one in use stays.
   */
  async allOrNone(work: () => Promise<void>): Promise<void> {
    if (this.#planned.length > 0) this.keepForPost(this.#planned, []);
    try {
      await work();
    } catch (error) {
      if (await this.#recoverAll()) this.keepForPost([], []);
      throw error;
    }
    if (this.#planned.length > 0) this.keepForPost([], []);
  }

  async make(): Promise<void> {
    await concurrently(this.#planned, async (plan) => {
      try {
        this.#made.set(plan.user, await makeKey(plan, this.access));
      } catch (error) {
        if (mayBeMade(error)) this.#unseen.add(plan.user);
        throw error;
      }
    });
  }

  async deliver(): Promise<void> {
    // What was begun can then be ended by post, too.
    if (this.made.some(({ destinations }) => outlastsJob(destinations))) this.keepForPost(this.#planned, this.made);
    await deliverKeys(this.made, this.access);
  }

  /** Whether all keys that nobody has are deleted. Where one is left, a warning says so. */
  async #recoverAll(): Promise<boolean> {
    const recovered = await concurrently(this.#planned, async ({ user, destinations }) => {
      try {
        const kept = this.#made.get(user)?.credentials;
        const unseen = this.#unseen.has(user);
        await recoverKey({ user, destinations, refused: kept?.accessKeyId, kept, unseen }, this.unlimited);
        return true;
      } catch (error) {
        this.unlimited.warn(
          `The user ${user} may have an access key that nobody has. The post step looks again, and so does the next ` +
            `run of provision or rotate. ${messageOf(error)}`,
        );
        return false;
      }
    });
    return recovered.every(Boolean);
  }
}
