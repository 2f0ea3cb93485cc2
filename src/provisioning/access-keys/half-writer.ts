import { ActionError } from '../../errors/action-error';
import { messageOf } from '../../errors/message';
import { describeSecret } from '../../identities/declaration';
import type { AccountAccess } from '../changes/account-access';
import { lastingPlaces, readSecretTimes, type SecretTimes, type StoredHalf } from './destinations';
import { FENCE_MS } from './key-life';
import type { MadeKey } from './make-key';
import { writeSecret } from './write-secret';

/** The time of GitHub's answer and that of the secret may differ this much, in milliseconds. */
const CLOCK_MARGIN_MS = 1_000;
/**
 * GitHub's times are whole seconds, and its servers' clocks may differ a little: what is written so long after an answer,
 * in milliseconds, has a later time.
 */
const LATER_TIME_MS = 2_000;

/** What someone else did with a secret. */
export type Overwriting = 'written' | 'removed';

interface RefusedHalf {
  readonly stored: StoredHalf;
  readonly error: unknown;
}

/** Writes the halves of a key to its places, and knows what became of it. */
export class HalfWriter {
  /** When each was written, by GitHub's clock; undefined where the answer had no time. */
  readonly #times = new Map<string, number | undefined>();
  /** When the last request of a half left that got no answer, by the step's clock. */
  readonly #unanswered = new Map<string, number>();
  /** When GitHub last answered that a half is written, by the step's clock. */
  #lastAnswered = -Infinity;

  /** @param mayBeHeld called when it turns out that no place holds the key */
  constructor(
    private readonly made: MadeKey,
    private readonly access: AccountAccess,
    private readonly mayBeHeld: (mayBe: boolean) => void,
  ) {}

  /** When the last request left that got no answer, by the step's clock; undefined where all were answered. */
  get lastUnanswered(): number | undefined {
    return this.#unanswered.size === 0 ? undefined : Math.max(...this.#unanswered.values());
  }

  /** @throws Error when not all could be written: why, where none was; else ActionError `delivery-incomplete` */
  async write(halves: readonly StoredHalf[]): Promise<void> {
    let refused = await this.#tryEach(halves);
    // One half in a place spoils what it held: the other is worth another try.
    if (!this.#isUntouched && refused.length > 0) refused = await this.#tryEach(refused.map(({ stored }) => stored));
    const [first] = refused;
    if (!first) return;
    const isWritten = ({ secret }: StoredHalf) => this.#times.has(describeSecret(secret));
    const isSomewhere = lastingPlaces(this.made.plan.destinations).some((place) => place.halves.every(isWritten));
    // What is nowhere whole, nobody has: it is taken back, also where a place then holds halves of two keys.
    if (!isSomewhere && this.lastUnanswered === undefined) this.mayBeHeld(false);
    throw this.#isUntouched ? first.error : incomplete(this.made, [...this.#times.keys()], first);
  }

  /**
   * Writes halves once more, when nothing can arrive any more.
   *
   * @throws ActionError as `write` does
   */
  async writeAgain(halves: readonly StoredHalf[]): Promise<void> {
    this.#unanswered.clear();
    await this.write(halves);
  }

  /**
   * Reads when all places were last written. What anybody writes after that has a later time, so that the times which are
   * read here are those of what this run has seen, and of nothing else.
   */
  async readTimes(): Promise<SecretTimes | undefined> {
    const { clock, secrets } = this.access;
    const left = this.#lastAnswered + LATER_TIME_MS - clock.now();
    if (left > 0) await clock.sleep(left);
    return secrets && readSecretTimes(this.made.plan.destinations, secrets);
  }

  /** Of these halves, those that were written at another time, which may be that of this run's own request without an answer. */
  doubtfulOf(halves: readonly StoredHalf[], times: SecretTimes | undefined): StoredHalf[] {
    const others = this.othersIn(times);
    return halves.filter(({ secret }) => {
      const name = describeSecret(secret);
      return this.#unanswered.has(name) && others.get(name) === 'written';
    });
  }

  /** The secrets that were written at another time than by this run, or removed since. */
  othersIn(times: SecretTimes | undefined): ReadonlyMap<string, Overwriting> {
    const others = [...(times ?? [])].flatMap(([secret, time]): (readonly [string, Overwriting])[] => {
      if (time === undefined) return [[secret, 'removed']];
      const own = this.#times.get(secret);
      return own !== undefined && Math.abs(time - own) > CLOCK_MARGIN_MS ? [[secret, 'written']] : [];
    });
    return new Map(others);
  }

  get #isUntouched(): boolean {
    return this.#times.size === 0 && this.#unanswered.size === 0;
  }

  /** Those that are not written. What nobody has written anything of can still be taken back: then no other is tried. */
  async #tryEach(halves: readonly StoredHalf[]): Promise<RefusedHalf[]> {
    const { clock } = this.access;
    const { plan, credentials } = this.made;
    const refused: RefusedHalf[] = [];
    for (const stored of halves) {
      const { half, secret } = stored;
      const name = describeSecret(secret);
      try {
        if (ageOf(this.made, this.access) >= FENCE_MS) throw tooLate(this.made);
        const writing = { secret, user: plan.user, value: credentials[half] };
        const at = await writeSecret(writing, this.access, () => void this.#unanswered.set(name, clock.now()));
        this.#times.set(name, at?.getTime());
        this.#lastAnswered = clock.now();
      } catch (error) {
        refused.push({ stored, error });
        if (this.#isUntouched) break;
      }
    }
    return refused;
  }
}

/** By all clocks there are: nobody writes a key that others take for left. */
function ageOf({ created, sent }: MadeKey, { iam, clock }: AccountAccess): number {
  return Math.max(iam.time() - created.getTime(), clock.now() - sent.now, clock.time() - sent.time);
}

function tooLate(made: MadeKey): ActionError {
  return new ActionError({
    code: 'delivery-overtaken',
    tried: `deliver the new access key of ${made.plan.user}`,
    why: `More than ${FENCE_MS / 60_000} minutes have passed since it was made: another run may take it for left by now.`,
    fix: 'Run the step again. If it stays slow, see in the log what it waits for.',
  });
}

function incomplete(made: MadeKey, written: readonly string[], { stored, error }: RefusedHalf): ActionError {
  const secret = describeSecret(stored.secret);
  return new ActionError({
    code: 'delivery-incomplete',
    tried: `deliver the new access key of ${made.plan.user} whole`,
    answer: messageOf(error),
    why:
      `GitHub took ${written.join(', ') || 'none for certain'}, and did not take ${secret}: what the places hold need not ` +
      'belong together now. Secrets are written one by one, and the earlier ones cannot be read to be put back.',
    fix: 'Run this step again: it looks at what was written, and makes a new key. Until then, what uses these secrets may fail.',
    cause: error,
  });
}
