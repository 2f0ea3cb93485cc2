import { ActionError, reasonOf } from '../../errors/action-error';
import { describeSecret, keepersOf, STORES } from '../../identities/stored-secret';
import type { AccountAccess } from '../changes/account-access';
import { isSameMark, type Mark } from '../stores/store';
import { lastingPlaces, secretsIn, type StoredHalf } from './destinations';
import { FENCE_MS, TAKEOVER_MS } from './key-life';
import { ageOf, type MadeKey } from './make-key';
import { canReadMarks, readMarks, type Marks } from './marks';
import { writeSecret } from './write-secret';

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
  /** What the store said of each that was written; undefined where its answer did not tell. */
  readonly #marks = new Map<string, Mark | undefined>();
  /** When the last request of a half left that got no answer, by the step's clock. */
  readonly #unanswered = new Map<string, number>();
  /** When a store that tells times last answered that a half is written, by the step's clock. */
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
    const isWritten = ({ secret }: StoredHalf) => this.#marks.has(describeSecret(secret));
    const isSomewhere = lastingPlaces(this.made.plan.destinations).some((place) => place.halves.every(isWritten));
    // What is nowhere whole, nobody has: it is taken back, also where a place then holds halves of two keys.
    const isNobodys = !isSomewhere && this.lastUnanswered === undefined;
    if (isNobodys) this.mayBeHeld(false);
    throw this.#isUntouched ? first.error : incomplete(this.made, [...this.#marks.keys()], first, isNobodys);
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
   * Reads what the stores say of all places. What anybody writes after that has a later time or another version, so that
   * what is read here is about what this run has seen, and about nothing else.
   */
  async readMarks(): Promise<Marks | undefined> {
    const { clock, stores } = this.access;
    const { destinations } = this.made.plan;
    const left = this.#lastAnswered + LATER_TIME_MS - clock.now();
    if (left > 0) await clock.sleep(left);
    return canReadMarks(destinations, stores) ? readMarks(secretsIn(destinations), stores) : undefined;
  }

  /** Of these halves, those that were written by another request, which may be this run's own that got no answer. */
  doubtfulOf(halves: readonly StoredHalf[], marks: Marks | undefined): StoredHalf[] {
    const others = this.othersIn(marks);
    return halves.filter(({ secret }) => {
      const name = describeSecret(secret);
      return this.#unanswered.has(name) && others.get(name) === 'written';
    });
  }

  /** The secrets that somebody else has written, as far as the stores tell, or removed since. */
  othersIn(marks: Marks | undefined): ReadonlyMap<string, Overwriting> {
    const others = [...(marks ?? [])].flatMap(([secret, mark]): (readonly [string, Overwriting])[] => {
      if (mark === undefined) return [[secret, 'removed']];
      const own = this.#marks.get(secret);
      return own === undefined || isSameMark(own, mark) ? [] : [[secret, 'written']];
    });
    return new Map(others);
  }

  get #isUntouched(): boolean {
    return this.#marks.size === 0 && this.#unanswered.size === 0;
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
        const mark = await writeSecret(writing, this.access, () => void this.#unanswered.set(name, clock.now()));
        this.#marks.set(name, mark);
        if (STORES[secret.store].tells === 'time') this.#lastAnswered = clock.now();
      } catch (error) {
        refused.push({ stored, error });
        if (this.#isUntouched) break;
      }
    }
    return refused;
  }
}

function tooLate(made: MadeKey): ActionError {
  return new ActionError({
    code: 'delivery-overtaken',
    tried: `deliver the new access key of ${made.plan.user}`,
    why: `More than ${FENCE_MS / 60_000} minutes have passed since it was made: another run may take it for left by now.`,
    fix: 'Run the step again. If it stays slow, see in the log what it waits for.',
  });
}

function incomplete(
  made: MadeKey,
  written: readonly string[],
  { stored, error }: RefusedHalf,
  isNobodys: boolean,
): ActionError {
  const secret = describeSecret(stored.secret);
  const { answer, why, fix = 'Correct what the answer says.' } = reasonOf(error);
  const halves =
    `${keepersOf(secretsIn(made.plan.destinations))} took ${written.join(', ') || 'none for certain'}, and did not take ` +
    `${secret}: what the places hold need not belong together now. The halves are written one by one, and the earlier ones cannot be read to be put back.`;
  const again = isNobodys
    ? 'Then run this step again, which makes a new key.'
    : `Then run this step again in ${TAKEOVER_MS / 60_000} minutes: it looks at what the places hold, and makes a new ` +
      'key, if there is room for one; else it says what makes room.';
  return new ActionError({
    code: 'delivery-incomplete',
    tried: `deliver the new access key of ${made.plan.user} whole`,
    answer,
    why: why === undefined ? halves : `${why} ${halves}`,
    fix: `${fix} ${again} Until then, what uses these may fail.`,
    cause: error,
  });
}
