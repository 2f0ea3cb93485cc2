import type { Credentials } from '../../aws/credentials';
import { asActionError, asOneFailure } from '../../errors/action-error';
import { messageOf } from '../../errors/message';
import type { UnfinishedKey } from '../../runner/ledger';
import type { AccountAccess } from '../changes/account-access';
import { concurrently } from '../changes/concurrently';
import { confirmDelivery, writeKey, type WrittenKey } from './deliver-keys';
import { outlastsJob } from './destinations';
import { endReplaced } from './end-keys';
import { SETTLE_MS } from './key-life';
import { idOf, makeKey, makeSure, recordMade, takeBack, type KeyToMake, type MadeKey } from './make-key';
import type { KeyPlan } from './plan-key';
import type { Unasked } from './unasked-keys';

/** What is kept of keys for the post step. */
export interface KeyLedger {
  /** Keys that are being made or delivered, and those, by user, whose delivery was begun; none when all are in place. */
  readonly unfinished: (keys: readonly UnfinishedKey[], begun: Readonly<Record<string, Credentials>>) => void;
  /** A key that ends with the job. */
  readonly ofJob: (key: KeyOfThisJob) => void;
}

/** A key that ends with the job. */
export interface KeyOfThisJob {
  readonly user: string;
  readonly id: string;
  /** Whether its announcement stays until then. */
  readonly isAnnounced: boolean;
}

/** A key is delivered within minutes after it was made: of more users than this, one group is done after the other. */
const GROUP = 20;

/** For how long the renewal of keys waits until every read must show them, in milliseconds. */
export function settlingTimeOf(plans: readonly KeyPlan[]): number {
  const lasting = plans.filter(({ make, destinations }) => make && outlastsJob(destinations));
  return inGroups(lasting).length * SETTLE_MS;
}

/** The renewal of keys: each is made, and delivered only if no other run was first. */
export class KeyRenewal {
  readonly #ofJob: readonly KeyToMake[];
  readonly #groups: readonly (readonly KeyToMake[])[];
  readonly #announced = new Set<KeyToMake>();
  readonly #asked = new Set<KeyToMake>();
  readonly #made = new Map<KeyToMake, MadeKey>();
  readonly #begun = new Set<KeyToMake>();
  readonly #ended = new Set<KeyToMake>();
  /** IDs of keys that end with the job, and so do their announcements. */
  readonly #stillAnnounced = new Set<string>();
  /** Those whose old keys are to end, and have not. */
  readonly #toEndOld: Set<KeyToMake>;
  readonly #notEnded: unknown[] = [];

  /** @param unlimited access that is not stopped by the step's time limit, to clean up with */
  constructor(
    plans: readonly KeyPlan[],
    private readonly access: AccountAccess,
    private readonly unlimited: AccountAccess,
    private readonly ledger: KeyLedger,
  ) {
    const planned = plans.filter((plan): plan is KeyPlan & KeyToMake => plan.make !== undefined);
    this.#ofJob = planned.filter(({ destinations }) => !outlastsJob(destinations));
    this.#groups = inGroups(planned.filter(({ destinations }) => outlastsJob(destinations)));
    this.#toEndOld = new Set(planned.filter(({ make }) => make.endsOld));
  }

  /** The keys that end with the job, as the document has them, however long each took. */
  get ofJob(): readonly MadeKey[] {
    return this.#ofJob.flatMap((plan) => this.#made.get(plan) ?? []);
  }

  /** Whether the key of a user was asked for: then there may be one. */
  isAsked(user: string): boolean {
    return [...this.#asked].some((plan) => plan.user === user);
  }

  /** Notes keys whose users are about to be made, together with their announcement. */
  announceWithUsers(): void {
    for (const plan of [...this.#ofJob, ...this.#groups.flat()]) if (!plan.holder.existing) this.#announced.add(plan);
    this.#keep();
  }

  /** Users that are there, whose keys may have been announced, and were not asked for. */
  get unasked(): Unasked[] {
    const left = [...this.#announced].filter((plan) => plan.holder.existing && !this.#asked.has(plan));
    return left.map(({ user }) => ({ user, isThere: false }));
  }

  /** Notes that what was announced, and not asked for, is taken back. */
  endUnasked(): void {
    for (const plan of this.#announced) if (!this.#asked.has(plan)) this.#ended.add(plan);
    this.#keep();
  }

  /**
   * Does the work in which the keys are made and delivered. Where it fails, a key that nobody has is deleted again.
   *
   * @throws ActionError what it failed with, and which old keys that were to end have not
   */
  async during(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      for (const made of this.ofJob) {
        const id = idOf(made);
        this.ledger.ofJob({ user: made.plan.user, id, isAnnounced: this.#stillAnnounced.has(id) });
      }
      for (const plan of this.#ofJob) this.#ended.add(plan);
    } catch (error) {
      throw this.#withOldKeys(error);
    } finally {
      const left = [...this.#made.values()].filter(({ plan }) => !this.#ended.has(plan) && !this.#begun.has(plan));
      await concurrently(left, (made) => this.#takeBack(made));
      this.#keep();
    }
  }

  /** Makes the keys that end with the job, and those that are delivered first. */
  async make(): Promise<void> {
    await this.#make([...this.#ofJob, ...(this.#groups[0] ?? [])]);
  }

  /** Delivers keys to places that last. The key that each replaces ends then, where that is asked for. */
  async deliver(): Promise<void> {
    for (const [index, group] of this.#groups.entries()) {
      if (index > 0) await this.#make(group);
      await this.#deliver(group);
    }
  }

  /**
   * Ends, after all others, the old key that this step works with.
   *
   * @throws ActionError `old-key-not-retired` when it, or one before, could not be ended
   */
  async endReplaced(): Promise<void> {
    const last = [...this.#made.values()].filter(({ plan }) => this.#isSigning(plan));
    await concurrently(last, (made) => this.#endOld(made));
    const [error, ...others] = this.#notEnded;
    if (error !== undefined) throw others.length > 0 ? this.#withOldKeys(error) : error;
  }

  /** A key that cannot be ended keeps no other user's from it. */
  async #endOld(made: MadeKey): Promise<void> {
    if (!this.#toEndOld.has(made.plan)) return;
    try {
      await endReplaced(made, this.access);
      this.#toEndOld.delete(made.plan);
    } catch (error) {
      this.#notEnded.push(error);
    }
  }

  #isSigning({ make }: KeyToMake): boolean {
    return make.replaces === this.access.signingKey;
  }

  /** The failure, with the old keys that have not ended. */
  #withOldKeys(error: unknown): unknown {
    const left = [...this.#toEndOld].map(({ user, make }) => `${make.replaces ?? ''} of ${user}`);
    if (left.length === 0) return error;
    return asActionError(error).because(
      `Of the old keys that were to end, these still work: ${left.join(', ')}. To end them, run the step again with the ` +
        'same inputs.',
    );
  }

  async #make(plans: readonly KeyToMake[]): Promise<void> {
    const recorded = await concurrently(plans, async (plan) => {
      this.#announced.add(plan);
      this.#keep();
      const made = await makeKey(plan, this.access, (mayBeThere) => {
        if (mayBeThere) this.#asked.add(plan);
        else this.#ended.add(plan);
        this.#keep();
      });
      this.#made.set(plan, made);
      // One that ends with the job is noted as such once the job has it.
      if (!this.#ofJob.includes(plan)) this.access.remember({ kind: 'access key', user: plan.user, id: idOf(made) });
      this.#keep();
      return recordMade(made, this.access);
    });
    for (const id of await makeSure(recorded, this.access)) this.#stillAnnounced.add(id);
  }

  /** What GitHub left unanswered is waited for at once: no key is looked at before all are written. */
  async #deliver(group: readonly KeyToMake[]): Promise<void> {
    const errors: unknown[] = [];
    const written: WrittenKey[] = [];
    const write = async (plan: KeyToMake) => void written.push(...(await this.#write(plan)));
    await concurrently(group, write, asOneFailure).catch((error: unknown) => void errors.push(error));
    // One that cannot be confirmed keeps no other from it: their places hold them, too.
    await concurrently(written, (key) => this.#confirm(key).catch((error: unknown) => void errors.push(error)));
    if (errors.length > 0) throw asOneFailure(errors);
  }

  async #write(plan: KeyToMake): Promise<WrittenKey[]> {
    const made = this.#made.get(plan);
    if (!made) return [];
    const written = await writeKey(made, this.access, (mayBeHeld) => {
      if (mayBeHeld) this.#begun.add(plan);
      else this.#begun.delete(plan);
      this.#keep();
    });
    return [written];
  }

  async #confirm(written: WrittenKey): Promise<void> {
    const { made } = written;
    await confirmDelivery(written, this.access);
    this.#ended.add(made.plan);
    if (!this.#isSigning(made.plan)) await this.#endOld(made);
  }

  async #takeBack({ plan, credentials }: MadeKey): Promise<void> {
    try {
      await takeBack(plan.user, credentials.accessKeyId, this.unlimited, { isAnnounced: true });
      this.#ended.add(plan);
    } catch (error) {
      this.unlimited.warn(
        `The access key ${credentials.accessKeyId} of ${plan.user}, which nobody has, could not be deleted. The post ` +
          `step tries again, and so does the next run of provision or rotate. ${messageOf(error)}`,
      );
    }
  }

  /** Notes for the post step what it would have to end. */
  #keep(): void {
    if (this.#announced.size === 0) return;
    const left = [...this.#announced].filter((plan) => !this.#ended.has(plan));
    const unfinished = left.map((plan): UnfinishedKey => {
      const { user, destinations } = plan;
      if (!this.#asked.has(plan)) return { user, destinations, isOnlyAnnounced: true };
      const made = this.#made.get(plan);
      return { user, destinations, id: made && idOf(made) };
    });
    const begun = left.flatMap((plan) => {
      const made = this.#begun.has(plan) ? this.#made.get(plan) : undefined;
      return made ? [[plan.user, made.credentials] as const] : [];
    });
    this.ledger.unfinished(unfinished, Object.fromEntries(begun));
  }
}

function inGroups<T>(all: readonly T[]): T[][] {
  const count = Math.ceil(all.length / GROUP);
  return Array.from({ length: count }, (_, index) => all.slice(index * GROUP, (index + 1) * GROUP));
}
