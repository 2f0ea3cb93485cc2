import { CLOCKS_DIFFER_MS, FENCE_MS, LATE_MS, SETTLE_MS } from '../../src/provisioning/access-keys/key-life';
import { readRecords } from '../../src/provisioning/access-keys/record';
import { CLOCK_MARGIN_MS } from '../../src/provisioning/stores/store';
import { WORKSPACE, type Seed } from './documents';
import type { Act, JobRun } from './job';
import { whyNotToBeTouched } from './owners';
import type { PairWorld } from './world';

/** A promise of the law of keys that was broken, and how. */
export interface Broken {
  readonly promise: Promised;
  readonly how: string;
}

export type Promised =
  /** No place that lasts holds a key that is not active, or halves of two, unless the run that did it failed. */
  | 'I1 place'
  /** What a job was given works until its post. */
  | 'I1 job'
  /** No active key that nobody holds, unless its run failed, said so, or left its announcement; and later runs end it. */
  | 'I2 orphan'
  /** No key that a place holds whole is ended, but by deprovision or `delete-old-keys`. */
  | 'I3 held'
  /** Nor one that a place held, before its grace is over; but for one of which only the beginning was recorded. */
  | 'I3 grace'
  /** The next undisturbed provision converges, and the one after it changes nothing. */
  | 'I4 next'
  /** No run waits longer than documented. */
  | 'I5 wait'
  /** No key of a person is touched. */
  | 'I6 person'
  /** A run that meets nobody, and that nothing befalls, ends green, however old its reads are. */
  | 'I7 alone'
  /** Nobody changes what is not his repository's, or is there for another run alone. */
  | 'I8 owner'
  /** No device is enabled whose seed nobody has. */
  | 'I9 seed';

/**
 * When the last request to write a key can arrive, in milliseconds after it was made. What a run writes later, as it was
 * frozen, no other can tell from what a stranger writes: the key passes for one that nobody has, unless the run then finds all
 * as it left it, and records that it is delivered.
 */
const LATEST_WRITING_MS = FENCE_MS + LATE_MS + CLOCKS_DIFFER_MS;

/** GitHub's times are whole seconds. */
const SECOND_MS = 1_000;

/** How long a replaced key lives on at least, in milliseconds, as no document of these tests declares another time. */
export const GRACE_MS = 24 * 3_600_000;

type PlaceState = { readonly is: 'empty' | 'halves' } | { readonly is: 'whole'; readonly key: string };

/** Follows what the runs of a pair do, and notes each promise that one of them breaks. */
export class Watch {
  readonly broken: Broken[] = [];
  /** By key, who made it. */
  readonly makers = new Map<string, JobRun>();
  readonly #deprovisioned = new Set<string>();
  /** By key, who ended it. */
  readonly #enders = new Map<string, JobRun>();
  /** By key and place, when that last held it whole. */
  readonly #lastWhole = new Map<string, Map<string, number>>();
  /** When a run last wrote a secret, by its name. */
  readonly #writtenAt = new Map<string, number>();
  /** When a run last asked when a secret was written, by both names. */
  readonly #askedAt = new Map<string, number>();
  /** By place, whose call left it with what does not work. */
  readonly #culprits = new Map<string, JobRun>();
  readonly #known: Set<string>;
  readonly jobs: JobRun[] = [];
  readonly places: readonly string[];

  /** Whose call enabled a device whose seed its secret does not hold, or left the secret with another. */
  #lostSeed: JobRun | undefined;
  /** By secret, when each run last wrote it. */
  readonly #writers = new Map<string, Map<JobRun, number>>();
  /** Who has written its seed over that of another one, which cannot see it. */
  readonly #unseen = new Set<JobRun>();

  /** @param placesOf the users whose keys are delivered, by the prefixes of the secrets that hold them */
  constructor(
    readonly world: PairWorld,
    private readonly placesOf: Readonly<Record<string, string>>,
    private readonly seed: Seed | undefined,
  ) {
    this.places = Object.keys(placesOf);
    this.#known = new Set(world.keys.keys());
    this.#lookAtPlaces();
  }

  readonly acted = ({ job, record, named }: Act): void => {
    if (record.errorCode !== undefined) return;
    const { action, params } = record;
    // A request that arrives late may name tags that are not there: it changes nothing.
    const untagged = action === 'UntagUser' ? tagsNamedIn(params) : undefined;
    const changed = untagged ? named.filter(({ tags }) => untagged.some((key) => key in tags)) : named;
    for (const thing of /^(?:Get|List|Simulate)/.test(action) ? [] : changed) {
      const why = whyNotToBeTouched(thing, action, job, this.jobs);
      if (why !== undefined) this.note('I8 owner', `${job.name} calls ${action} for ${thing.arn}, which ${why}`);
    }
    for (const id of this.world.keys.keys()) {
      if (this.#known.has(id)) continue;
      this.#known.add(id);
      if (!this.world.persons.has(id)) this.makers.set(id, job);
    }
    const ended =
      action === 'DeleteAccessKey' || (action === 'UpdateAccessKey' && params.Status === 'Inactive')
        ? params.AccessKeyId
        : undefined;
    if (ended !== undefined) this.#ended(ended, job, params.UserName);
    const { name = '' } = params;
    if (action === 'GET secret') this.#askedAt.set(`${job.name} ${name}`, this.world.time.now);
    const secret = action.endsWith(' secret') && !action.startsWith('GET') ? name : undefined;
    // GitHub has no removal on a condition: who was stopped between his check and it, removes what others have written since.
    const isBlind = (this.#writtenAt.get(name) ?? 0) > (this.#askedAt.get(`${job.name} ${name}`) ?? 0);
    if (secret !== undefined) this.#writtenAt.set(secret, this.world.time.now);
    if (secret !== undefined) {
      this.#writers.set(secret, new Map(this.#writers.get(secret)).set(job, this.world.time.now));
    }
    const isOfWorkspace = /^(?:POST|PATCH|DELETE) var$/.test(action);
    if (isOfWorkspace) this.#writtenAt.set(WORKSPACE, this.world.time.now);
    for (const place of this.places) {
      const held = this.world.held(place);
      const touched =
        (isOfWorkspace && place === WORKSPACE) ||
        secret?.startsWith(place) === true ||
        (ended !== undefined && [held.id, held.secretOf].includes(ended));
      if (touched && !this.#works(place)) this.#culprits.set(place, job);
    }
    const isOfSeed = secret !== undefined && this.seed?.secrets.includes(secret) === true;
    if (isOfSeed || (action.endsWith('MFADevice') && !action.startsWith('Tag'))) this.#lookAtSeed(job, action, isBlind);
    this.#lookAtPlaces();
  };

  place(prefix: string): PlaceState {
    const { id, secretOf } = this.world.held(prefix);
    if (id === undefined && secretOf === undefined) return { is: 'empty' };
    return id !== undefined && id === secretOf ? { is: 'whole', key: id } : { is: 'halves' };
  }

  /** The keys that places hold whole, of one user or of all. */
  held(user?: string): string[] {
    const places = this.places.filter((place) => user === undefined || this.placesOf[place] === user);
    return places.map((place) => this.place(place)).flatMap((state) => (state.is === 'whole' ? state.key : []));
  }

  /** Whether places hold two keys of one user. */
  isTorn(): boolean {
    return Object.values(this.placesOf).some((user) => new Set(this.held(user)).size > 1);
  }

  /** What must hold once both have ended, whatever the next run does about it. */
  checkEnd(): void {
    for (const place of this.places) {
      const culprit = this.#culprits.get(place);
      const state = this.place(place);
      if (this.#works(place) || !culprit?.isGreen || culprit.warnedInPost(place) || culprit.leaves(place)) continue;
      if (!culprit.settings.places.includes(place) && this.#hasSaidOf(culprit, place)) continue;
      const what = state.is === 'whole' ? `a key that is ${this.world.status(state.key)}` : state.is;
      this.note('I1 place', `${place} holds ${what}, by ${culprit.name}, which ended green`);
    }
    const [culprit, lost] = [this.#lostSeed, this.#lostSecrets()];
    const isTold = lost.some((secret) => culprit?.said(secret) === true || culprit?.leaves(secret) === true);
    if (lost.length > 0 && culprit?.isGreen && !isTold) {
      this.note(
        'I1 place',
        `${lost.join(', ')} does not hold the seed of the device, by ${culprit.name}, which ended green`,
      );
    }
    for (const job of this.#unseen) {
      if (job.isDead || job.said('may hold the seed of another one')) continue;
      this.note('I9 seed', `${job.name} wrote its seed over that of another run, and does not say so`);
    }
    const allGreen = this.jobs.every(({ isGreen }) => isGreen);
    for (const [place, user] of Object.entries(this.placesOf)) {
      const isDeclared = this.jobs.every(({ settings }) => settings.places.includes(place));
      if (allGreen && isDeclared && this.place(place).is === 'empty' && this.active(user).length > 0) {
        this.note('I1 place', `${place} is empty, ${user} has an active key, and all ended green`);
      }
    }
    for (const job of this.jobs) {
      const delivers = job.settings.givesKeysToJobs && job.mode === 'provision' && job.isGreen;
      if (delivers && job.exported.AWS_ACCESS_KEY_ID === undefined) {
        this.note('I1 job', `${job.name} is green and delivers no key`);
      }
    }
    for (const id of this.orphans()) {
      const maker = this.makers.get(id);
      if (maker?.isGreen && !this.#isAnnounced(id, maker) && !this.jobs.some((job) => job.said(id))) {
        this.note('I2 orphan', `${maker.name} left an active key that nobody has, and ended green`);
      }
    }
  }

  /** Whether the announcement of a key is there still: the list that its run saw may be too old to show one that was made with it. */
  #isAnnounced(id: string, { settings }: JobRun): boolean {
    const user = this.world.users.find(({ accessKeys }) => accessKeys.some(({ accessKeyId }) => accessKeyId === id));
    return readRecords(user?.tags ?? {}).announcements.some(({ run }) => run.id === settings.runId);
  }

  /** Active keys that no place holds or held, nor a job, nor a person. */
  orphans(): string[] {
    return this.active().filter((id) => !this.#lastWhole.has(id) && !this.#holderOf(id) && !this.#isDelivered(id));
  }

  /** Whether a place holds it whole, and that is recorded: so it is known, also where it was written late. */
  #isDelivered(id: string): boolean {
    const isThere = this.places.some((place) => {
      const state = this.place(place);
      return state.is === 'whole' && state.key === id;
    });
    return isThere && this.world.users.some(({ tags }) => readRecords(tags).keys.get(id)?.delivered !== undefined);
  }

  /** IDs of the active keys of a user, or of all but the administrator, without those that a person made. */
  active(user?: string): string[] {
    const users = this.world.users.filter(({ name }) => user === undefined || name === user);
    return users
      .flatMap(({ accessKeys }) => accessKeys.filter(({ status }) => status === 'Active'))
      .map(({ accessKeyId }) => accessKeyId)
      .filter((id) => !this.world.persons.has(id));
  }

  /**
   * Why a device is not as declared: a step makes no new one where it is enabled, as somebody may have its seed.
   *
   * @param next the run that says so then, where that is enough
   */
  whySeedIsLost(next: JobRun | undefined): string | undefined {
    if (!this.seed) return undefined;
    if (!this.world.deviceOf(this.seed.user)) return 'the device is not enabled';
    const lost = this.#lostSecrets();
    const isSaid = lost.some((secret) => next?.said(secret) === true);
    return lost.length > 0 && !isSaid ? `${lost.join(', ')} does not hold the seed of the device` : undefined;
  }

  #lookAtSeed(job: JobRun, action: string, isBlind: boolean): void {
    const lost = this.#lostSecrets();
    if (lost.length === 0) return;
    const others = lost.flatMap((secret) => this.#overwriterOf(secret, job) ?? []);
    if (others.length === lost.length) {
      for (const other of others) this.#unseen.add(other);
      return;
    }
    this.#lostSeed = job;
    if (action === 'EnableMFADevice' || (action === 'DELETE secret' && !isBlind)) {
      this.note('I9 seed', `after ${action} of ${job.name}, ${lost.join(', ')} does not hold the seed`);
    }
  }

  /** The run that has written over what another wrote to a secret, so soon that GitHub's times, whole seconds, do not show it. */
  #overwriterOf(secret: string, job: JobRun): JobRun | undefined {
    const writers = this.#writers.get(secret) ?? new Map<JobRun, number>();
    const [last] = [...writers].sort(([, one], [, other]) => other - one);
    const own = writers.get(job) ?? -Infinity;
    return last && last[0] !== job && last[1] - own < CLOCK_MARGIN_MS + SECOND_MS ? last[0] : undefined;
  }

  /** Of the secrets that are to hold the seed of a device that is enabled, those that do not. */
  #lostSecrets(): string[] {
    const { user = '', secrets = [] } = this.seed ?? {};
    const device = this.world.deviceOf(user);
    return device ? secrets.filter((secret) => this.world.secret(secret) !== device.seed) : [];
  }

  note(promise: Promised, how: string): void {
    if (!this.broken.some((other) => other.promise === promise && other.how === how)) {
      this.broken.push({ promise, how });
    }
  }

  /** What a job that goes on was given works. */
  checkJob(job: JobRun): void {
    const { AWS_ACCESS_KEY_ID: id } = job.exported;
    if (id === undefined || job.stage !== 'later steps' || !job.isGreen) return;
    // As it would a moment later: whoever removes a user, removes what its jobs use.
    if (this.#deprovisioned.has(id)) return;
    const secret = this.world.keys.get(id)?.secretAccessKey;
    if (this.world.status(id) !== 'active' || secret !== job.exported.AWS_SECRET_ACCESS_KEY) {
      this.note('I1 job', `what ${job.name} was given does not work`);
    }
  }

  #ended(id: string, by: JobRun, user = ''): void {
    const { world } = this;
    this.#enders.set(id, by);
    const isOwnPost = by.stage === 'post' && this.makers.get(id) === by;
    if (by.mode === 'deprovision') {
      this.#deprovisioned.add(id);
      return;
    }
    // A user that is there for one run alone goes with all that it has, as with deprovision.
    const goesWithUser = by.stage === 'post' && by.owns(world.account.users.get(user));
    if (world.persons.has(id) && !goesWithUser) this.note('I6 person', `${by.name} ends a person's key`);
    if (isOwnPost && by.isEphemeral) return;
    const holder = this.#isLongReplacedElsewhere(id, user) ? undefined : this.#holderOf(id, by);
    const last = this.#lastHeld(id, by, user);
    if (holder === WORKSPACE && by.isTakenForAnother && this.makers.get(id) === by) return;
    if (holder !== undefined) this.note('I3 held', `${by.name} ends the key that ${holder} holds`);
    else if (this.#isBegunOnly(id, user) && (this.makers.get(id) === by || by.turn.waited >= SETTLE_MS)) return;
    else if (
      last !== undefined &&
      !this.#isLongReplacedElsewhere(id, user) &&
      world.time.now - last < GRACE_MS &&
      !by.deletesOldKeys
    ) {
      this.note('I3 grace', `${by.name} ends a key that a place held until just now`);
    }
  }

  /**
   * Whether nothing but the beginning of its delivery is recorded of a key: where no place holds it whole any more, its run
   * takes it back at once, and any other deletes it after a second look, half a minute later.
   */
  #isBegunOnly(id: string, user: string): boolean {
    const { delivering, delivered } = readRecords(this.world.account.users.get(user)?.tags ?? {}).keys.get(id) ?? {};
    return delivering !== undefined && !delivered;
  }

  /** When a place of a run's document last held a key whole, or one that is in no document could have taken a newer one. */
  #lastHeld(id: string, by: JobRun, user: string): number | undefined {
    const places = [...(this.#lastWhole.get(id) ?? [])];
    if (places.length === 0) return undefined;
    const declared = places.flatMap(([place, at]) => (by.settings.places.includes(place) ? [at] : []));
    if (declared.length > 0) return Math.max(...declared);
    const { replaced } = readRecords(this.world.account.users.get(user)?.tags ?? {}).keys.get(id) ?? {};
    return replaced?.at ?? this.world.time.now;
  }

  /**
   * Whether a run with another document replaced a key, which then had its grace: if nobody uses it, it ends, also where a
   * place that was not in that document holds it still.
   */
  #isLongReplacedElsewhere(id: string, user: string): boolean {
    const { replaced } = readRecords(this.world.account.users.get(user)?.tags ?? {}).keys.get(id) ?? {};
    const isChanged = this.places.some((place) => this.jobs.some(({ settings }) => !settings.places.includes(place)));
    return isChanged && replaced !== undefined && this.world.time.now - replaced.at >= GRACE_MS;
  }

  /** A key ends for a place that the document of a run has lost as well, if the run says of that very key that it is there. */
  #hasSaidOf(job: JobRun, place: string): boolean {
    const { id, secretOf } = this.world.held(place);
    return [id, secretOf].every((key) => {
      if (key === undefined) return false;
      // Who failed and took its key back has said what it left in the place.
      const ender = this.#enders.get(key);
      const isTakenBack = ender !== undefined && ender !== job && !ender.isGreen && this.makers.get(key) === ender;
      return isTakenBack || job.saidOf(key, 'that the document does not name');
    });
  }

  /** Who holds a key whole: a place, or a job that goes on. What is in no document of the run that asks, it does not look at. */
  #holderOf(id: string, but?: JobRun): string | undefined {
    const places = but?.settings.places ?? this.places;
    const place = places.find((prefix) => {
      const state = this.place(prefix);
      return state.is === 'whole' && state.key === id && this.#cameInTime(prefix, id);
    });
    const job = this.jobs.find(
      (other) => other !== but && other.stage === 'later steps' && other.exported.AWS_ACCESS_KEY_ID === id,
    );
    return place ?? (job && `the job of ${job.name}`);
  }

  #cameInTime(prefix: string, id: string): boolean {
    const created = this.world.keys.get(id)?.createdAt.getTime() ?? 0;
    const written = [...this.#writtenAt].flatMap(([secret, at]) => (secret.startsWith(prefix) ? [at] : []));
    return Math.max(0, ...written) <= created + LATEST_WRITING_MS;
  }

  #works(prefix: string): boolean {
    const state = this.place(prefix);
    return state.is === 'empty' || (state.is === 'whole' && this.world.status(state.key) === 'active');
  }

  #lookAtPlaces(): void {
    for (const prefix of this.places) {
      const state = this.place(prefix);
      if (state.is !== 'whole' || !this.#cameInTime(prefix, state.key)) continue;
      const times = this.#lastWhole.get(state.key) ?? new Map<string, number>();
      this.#lastWhole.set(state.key, times.set(prefix, this.world.time.now));
    }
  }
}

function tagsNamedIn(params: Readonly<Record<string, string>>): string[] {
  return Object.entries(params).flatMap(([name, value]) => (name.startsWith('TagKeys.') ? [value] : []));
}
