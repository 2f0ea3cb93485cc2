import crypto from 'node:crypto';
import { MANAGED_BY_REPOSITORY } from '../../src/identities/own-tags';
import { ADMIN, REPOSITORY } from '../scenarios/identities';
import { REGION } from '../scenarios/scenario';
import { Chance } from './chance';
import { DOCUMENTS, WORKSPACE, givesKeysToJobs, identitiesOf, type Document, type DocumentName } from './documents';
import { JobRun, type Trouble } from './job';
import { OTHER_REPOSITORY, type Taker } from './owners';
import { Time } from './turns';
import { Watch, type Broken } from './watch';
import { PairWorld, type Left } from './world';

const PROCEDURES = {
  provision: { mode: 'provision' },
  'ephemeral provision': { mode: 'provision', ephemeral: 'true' },
  rotate: { mode: 'rotate', 'rotate-now': 'true' },
  'rotate with delete-old-keys': { mode: 'rotate', 'rotate-now': 'true', 'delete-old-keys': 'true' },
  // The user rotates its own key.
  'rotate oneself': { mode: 'rotate', 'rotate-now': 'true' },
  'rotate oneself with delete-old-keys': { mode: 'rotate', 'rotate-now': 'true', 'delete-old-keys': 'true' },
  deprovision: { mode: 'deprovision' },
} as const;

export type ProcedureName = keyof typeof PROCEDURES;

/** Two runs, A and B, and what befalls them. */
export interface Pair {
  readonly document: DocumentName;
  /** Whether the document was applied the day before. */
  readonly applied: boolean;
  readonly a: ProcedureName;
  readonly b: ProcedureName;
  /** The document of B and of all that follows, where it is another by then. */
  readonly documentOfB?: DocumentName;
  /** Whether B is of another repository, whose document is that of B. */
  readonly isBForeign?: boolean;
  /** The call, from 1, before which A is held, until B is held or has ended. */
  readonly holdA: number;
  /** The call before which B is held, until A has ended; without it, B is not held. */
  readonly holdB: number | undefined;
  /** How long nothing goes on when A is held, in milliseconds. */
  readonly asleepMs?: number;
  /** How old a read may be, in milliseconds. */
  readonly staleMs: number;
  /** How long a new key is unknown to the rest of AWS, in milliseconds. */
  readonly propagationMs: number;
  readonly trouble?: {
    readonly run: 'A' | 'B';
    readonly call: number;
    readonly how: Trouble;
    /** Who makes something of the same name, where that is the trouble. */
    readonly taker?: Taker;
  };
  /** Whether the token may ask GitHub whether another run is over. */
  readonly asksForRuns?: boolean;
  /** A person makes a key of the user before this call, of those of both runs. */
  readonly personBefore?: number;
  /** Whether one provision alone follows the two: it must converge, and whether all that is left ends is not looked at. */
  readonly isFollowedOnce?: boolean;
  /** For all that is left to chance. */
  readonly seed: number;
}

/** What came of a pair. */
export interface Outcome {
  readonly broken: readonly Broken[];
  readonly a: JobRun;
  readonly b: JobRun;
}

/**
 * The longest that a run may wait in all, in milliseconds: for reads to be sure to show its key (30 s), and each of two
 * records of it (30 s), for AWS to know the key (60 s), for another run to end (60 s), for a write without an answer that may still
 * arrive (120 s), and twice for what is written later to have a later time (2 s); and post, for a key that may still come (150 s).
 */
export const LONGEST_WAIT_MS = 484_000;

/** After this time, in milliseconds, no run that changes keys is taken to be alive; with some to spare. */
const TAKEOVER_MS = 11 * 60_000;

/** Longer than any grace, in milliseconds. */
const DAY_MS = 25 * 3_600_000;

/** How late a request that seemed lost may arrive, in milliseconds. */
const LATEST_MS = 110_000;

/** Undisturbed runs, a day apart, after which all that a disturbed one left must be gone. */
const FOLLOWING = 4;

export function describePair(pair: Pair): string {
  const {
    document,
    documentOfB,
    isBForeign = false,
    applied,
    a,
    b,
    holdA,
    holdB,
    asleepMs = 0,
    staleMs,
    propagationMs,
    trouble,
    asksForRuns,
    personBefore,
  } = pair;
  return [
    `${document}${applied ? ', applied before' : ''}: A (${a}) is held before its call ${holdA}`,
    ...(documentOfB === undefined ? [] : [`then the document is ${documentOfB}`]),
    ...(isBForeign ? ['B is of another repository'] : []),
    ...(asleepMs > 0 ? [`${asleepMs / 60_000} minutes pass`] : []),
    holdB === undefined ? `B (${b}) runs` : `B (${b}) runs up to its call ${holdB}, A ends, B goes on`,
    ...(staleMs > 0 ? [`reads are up to ${staleMs / 1000} s old`] : []),
    ...(propagationMs > 0 ? [`keys are known after ${propagationMs / 1000} s`] : []),
    ...(trouble
      ? [`call ${trouble.call} of ${trouble.run}: ${trouble.how}${trouble.taker ? ` by ${trouble.taker}` : ''}`]
      : []),
    ...(asksForRuns ? ['GitHub says which runs are over'] : []),
    ...(personBefore === undefined ? [] : [`a person makes a key before call ${personBefore}`]),
  ].join('; ');
}

/** Runs a pair, and what follows it, and tells which promises were broken. */
export async function runPair(pair: Pair): Promise<Outcome> {
  const pairing = await Pairing.open(pair);
  try {
    const outcome = await pairing.run();
    await pairing.followUp();
    return outcome;
  } finally {
    pairing.end();
  }
}

/** The calls that a procedure makes by itself. */
export async function callsOf(
  document: DocumentName,
  applied: boolean,
  procedure: ProcedureName,
): Promise<readonly string[]> {
  const key = [document, applied, procedure].join();
  const known = CALLS.get(key);
  if (known !== undefined) return known;
  const pairing = await Pairing.open({ ...QUIET, document, applied });
  try {
    const job = pairing.job('A', procedure);
    await job.goOn();
    CALLS.set(key, job.calls);
    return job.calls;
  } finally {
    pairing.end();
  }
}

const CALLS = new Map<string, readonly string[]>();
const QUIET: Pair = {
  document: 'a user',
  applied: false,
  a: 'provision',
  b: 'provision',
  holdA: 1,
  holdB: undefined,
  staleMs: 0,
  propagationMs: 0,
  seed: 1,
};

class Pairing {
  readonly #chance: Chance;
  readonly #watch: Watch;
  #calls = 0;
  #quiet = false;

  private constructor(
    private readonly pair: Pair,
    private readonly time: Time,
    private readonly world: PairWorld,
  ) {
    this.#chance = new Chance(pair.seed);
    const places = [pair.document, this.#laterDocument].map((document) => DOCUMENTS[document].places);
    const { seed }: Document = DOCUMENTS[pair.document];
    this.#watch = new Watch(world, Object.assign({}, ...places) as Readonly<Record<string, string>>, seed);
  }

  static async open(pair: Pair): Promise<Pairing> {
    // It is asked for first: it takes a time of its own.
    const left = pair.applied ? await leftBy(pair.document) : undefined;
    const time = new Time();
    time.start();
    const { randomInt } = crypto;
    const chance = new Chance(pair.seed + 1);
    // IDs of keys order them where their times do not.
    Object.assign(crypto, { randomInt: (end: number) => chance.below(end) });
    const world = await PairWorld.open(time);
    if (left) {
      await world.restore(left);
      time.advance(DAY_MS);
    }
    const pairing = new Pairing(pair, time, world);
    pairing.#ends.push(() => Object.assign(crypto, { randomInt }));
    return pairing;
  }

  readonly #ends: (() => void)[] = [];

  end(): void {
    for (const end of this.#ends) end();
    this.time.end();
  }

  left(): Left {
    return this.world.left();
  }

  /** That of what follows, and of B, where that is of the same repository. */
  get #laterDocument(): DocumentName {
    const { document, documentOfB = document, isBForeign = false } = this.pair;
    return isBForeign ? document : documentOfB;
  }

  async run(): Promise<Outcome> {
    const { pair, time, world } = this;
    world.aws.settings.propagationMs = pair.propagationMs;
    world.aws.settings.readAgeMs = () =>
      this.#quiet || this.#chance.happens(0.5) ? 0 : this.#chance.below(pair.staleMs + 1);
    const a = this.job('A', pair.a);
    await a.goOn(pair.holdA);
    const isAlone = a.stage !== 'main' && pair.trouble?.run !== 'A' && world.persons.size === 0;
    if (isAlone && !a.isGreen) this.#watch.note('I7 alone', `${a.name}, which met nobody, fails: ${lastOf(a)}`);
    time.advance(pair.asleepMs ?? 0);
    const b = this.job('B', pair.b, pair.documentOfB, pair.isBForeign === true ? OTHER_REPOSITORY : REPOSITORY);
    await b.goOn(pair.holdB);
    await a.goOn();
    await b.goOn();
    time.advance(LATEST_MS);
    await settled();
    this.#watch.checkEnd();
    for (const job of [a, b]) {
      if (job.turn.waited > LONGEST_WAIT_MS) {
        this.#watch.note('I5 wait', `${job.name} waited ${job.turn.waited / 1000} s`);
      }
    }
    return { broken: this.#watch.broken, a, b };
  }

  /** Undisturbed runs of provision: they converge, and end what is left. */
  async followUp(): Promise<void> {
    const { time, world } = this;
    const watch = this.#watch;
    this.#quiet = true;
    time.advance(TAKEOVER_MS);
    await settled();
    // A key that a changed document asks for may have to wait until the grace of one that was just replaced is over.
    const isChanged = this.pair.documentOfB !== undefined;
    const isUnclear = this.#leavesSuspect() || this.#writesLate() || this.#leavesUnclear() || this.#isTorn();
    const strict = !isUnclear && !isChanged && world.persons.size === 0;
    // A removal that stopped half-way may have removed the seed of a device that is enabled still: that is said, and stays so.
    const isHalfRemoved = watch.jobs.some(({ mode, isGreen }) => mode === 'deprovision' && !isGreen);
    // What an ephemeral run left that could not clean up carries its name, and nobody takes it over unasked.
    if (watch.jobs.some((job) => this.#isTroubled(job) && world.things.some((thing) => job.owns(thing)))) return;
    for (let n = 1; ; n += 1) {
      world.usePersonsKeys();
      const next = this.job(`provision ${n} after them`, 'provision', this.#laterDocument);
      await next.goOn();
      const foreign = this.#ofOthers();
      if (foreign.length > 0) {
        if (next.isGreen) watch.note('I4 next', `the next provision is green, though ${foreign.join(', ')} is not its`);
        return;
      }
      const ofSeed = this.#isSeedOvertaken()
        ? undefined
        : watch.whySeedIsLost(strict && !isHalfRemoved ? undefined : next);
      const why = this.#whyNotConverged(next) ?? ofSeed;
      const isLast = n === FOLLOWING;
      // A person's second key leaves no room for another one: it is red until someone decides. Never is it wrong and green.
      const mustConverge = (strict && n === 1) || (isLast && world.persons.size === 0) || next.isGreen;
      if (why !== undefined && mustConverge) watch.note('I4 next', why);
      if (this.pair.isFollowedOnce) return;
      if (n === 1 && why === undefined && strict && !givesKeysToJobs(DOCUMENTS[this.#laterDocument])) {
        const second = this.job('the second provision after them', 'provision', this.#laterDocument);
        await second.goOn();
        const changed = second.calls.filter((call) => !/^(?:Get|List|GET|\()/.test(call));
        if (!second.isGreen) watch.note('I4 next', `the second provision fails: ${lastOf(second)}`);
        else if (changed.length > 0) {
          watch.note('I4 next', `the second provision changes something: ${changed.join(', ')}`);
        }
      }
      // Nobody ends the key in use that a document no longer asks for: it stays where it was delivered to, or may be.
      const current = watch.held();
      const isLeftToPerson = (id: string) => next.saidOf(id, 'When nothing needs it any more, delete it');
      const others = watch.active().filter((id) => !current.includes(id) && !isLeftToPerson(id));
      if (why === undefined && others.length === 0) return;
      if (isLast) {
        if (others.length > 0 && world.persons.size === 0) {
          watch.note('I2 orphan', `${others.length} active key(s) that nobody has are never ended`);
        }
        return;
      }
      // Where each of two keys is in a place, or may be, a person does the one step that is asked for.
      if ((isChanged || isUnclear) && n <= FOLLOWING - 2 && !next.isGreen) this.#doAsSaid(next, others, current);
      time.advance(DAY_MS);
    }
  }

  /**
   * @param others active keys that no place holds: where a person is to choose, he sees from their last use that they may go
   * @param held the keys that places hold
   */
  #doAsSaid({ log }: JobRun, [other]: readonly string[], [held]: readonly string[]): void {
    const text = log.join('\n');
    const [, , said] = /aws iam delete-access-key --user-name (\w+) --access-key-id (\w+)/.exec(text) ?? [];
    const chosen = text.includes('so neither ends by itself') ? held : undefined;
    const id = said ?? (/which key is there, nobody (?:else )?can tell/.test(text) ? other : chosen);
    const user = this.world.users.find(({ accessKeys }) => accessKeys.some(({ accessKeyId }) => accessKeyId === id));
    if (id !== undefined) user?.deleteAccessKey(id);
  }

  /** Whether a call of a run went wrong, or one of its post came too late for its signature, as the machine slept. */
  #isTroubled({ name, callsOfPost }: JobRun): boolean {
    return name === this.pair.trouble?.run || callsOfPost.some((call) => call.endsWith(' SignatureDoesNotMatch'));
  }

  /** Whether a key may have been made whose maker never learned of it: it has a whole grace, and takes a place. */
  #leavesSuspect(): boolean {
    const { trouble } = this.pair;
    const job = this.#watch.jobs.find(({ name }) => name === trouble?.run);
    return trouble !== undefined && trouble.how !== 'refused' && job?.calls[trouble.call - 1] === 'CreateAccessKey';
  }

  /**
   * Whether a run died, or was taken for dead, when it had written a workspace, or wrote it twice at once, or said that it
   * had to give up there: nobody else knows what that holds then, and the next key may have to wait for the grace of the one
   * before.
   */
  #leavesUnclear(): boolean {
    const { trouble, document, asleepMs = 0 } = this.pair;
    const isTakenForDead = trouble?.how === 'machine lost' || asleepMs > 0;
    const isGivenUp = this.#watch.jobs.some((job) => job.said('what the places hold need not belong together'));
    const isTwice = this.#watch.jobs.some((job) => job.isTakenForAnother);
    return (isTakenForDead || isGivenUp || isTwice) && WORKSPACE in DOCUMENTS[document].places;
  }

  /** Whether a run died when only some of the places had its key: no run ends one of two keys that places hold. */
  #isTorn(): boolean {
    const watch = this.#watch;
    return watch.jobs.some(({ isDead }) => isDead) && watch.isTorn();
  }

  /**
   * Whether A was frozen between its check and its write, which GitHub cannot refuse: the place has to get another key then,
   * for which there may be no room before the grace of one that was just replaced is over.
   */
  #writesLate(): boolean {
    const { asleepMs = 0, holdA } = this.pair;
    const [a] = this.#watch.jobs;
    return asleepMs > 0 && /^(?:GET public-key|PUT secret|GET vars|POST var|PATCH var)/.test(a?.calls[holdA - 1] ?? '');
  }

  /**
   * Whether a run that was frozen before it wrote a seed says that it may have written over that of another, or died before it
   * could: if it did so within seconds, no time shows it.
   */
  #isSeedOvertaken(): boolean {
    const [a] = this.#watch.jobs;
    return this.#writesLate() && (a?.said('may hold the seed of another one') === true || a?.isDead === true);
  }

  job(name: string, procedure: ProcedureName, document = this.pair.document, repository: string = REPOSITORY): JobRun {
    const { pair, time, world } = this;
    const trouble = pair.trouble?.run === name ? pair.trouble : undefined;
    const declared: Document = DOCUMENTS[document];
    const inputs = {
      ...ADMIN,
      ...(procedure.startsWith('rotate oneself') && this.#ownKey()),
      'terraform-token': world.terraform.token({ write: [WORKSPACE] }),
      'github-token': world.github.token({ write: [REPOSITORY], runs: pair.asksForRuns ? [REPOSITORY] : [] }),
      identities: identitiesOf(declared),
      ...PROCEDURES[procedure],
    };
    const job = new JobRun(world, time, {
      name,
      inputs,
      places: Object.keys(declared.places),
      givesKeysToJobs: givesKeysToJobs(declared),
      repository,
      runId: String(1_000_000_000 + this.#watch.jobs.length),
      trouble,
      random: this.#chance.next,
      latency: () => 20 + this.#chance.below(400),
      lateness: () => this.#chance.below(LATEST_MS),
      before: () => {
        this.#calls += 1;
        // What follows the two is undisturbed: a key that is young stops a run, whoever made it.
        if (this.#calls === pair.personBefore && !this.#quiet) world.makePersonsKey('deployer');
        for (const one of this.#watch.jobs) this.#watch.checkJob(one);
      },
      acted: this.#watch.acted,
    });
    this.#watch.jobs.push(job);
    return job;
  }

  /** As a workflow has it: what its secrets hold when the job begins. */
  #ownKey(): Record<string, string> {
    const { id = '', secretOf = '' } = this.world.held('DEPLOY_');
    return {
      'aws-region': REGION,
      'aws-access-key-id': id,
      'aws-secret-access-key': this.world.keys.get(secretOf)?.secretAccessKey ?? '',
    };
  }

  /** What the document names, and someone else made. */
  #ofOthers(): string[] {
    const { things } = this.world;
    return things.flatMap(({ arn, tags }) => (tags[MANAGED_BY_REPOSITORY] === REPOSITORY ? [] : arn));
  }

  /** What the document declares, but for keys and devices, and is not there. */
  #whatIsMissing(): string | undefined {
    const { users, roles = {}, policies = {} }: Document = DOCUMENTS[this.#laterDocument];
    const { account } = this.world;
    const [wanted, there] = [Object.keys(policies), new Set(this.world.things.map(({ arn }) => arn))];
    const attached = [...Object.keys(users), ...Object.keys(roles)].map(
      (name) => account.users.get(name) ?? account.roles.get(name),
    );
    const arns = wanted.map((name) => account.arn('iam', `policy/${name}`));
    const isThere = arns.every((arn) => there.has(arn) && attached.every((one) => one?.attachedPolicies.has(arn)));
    return isThere ? undefined : 'a role, a user or a policy is not as declared after the next provision';
  }

  #whyNotConverged(next: JobRun): string | undefined {
    const { world } = this;
    const { places } = next.settings;
    if (!next.isGreen) return `the next provision fails: ${lastOf(next)}`;
    for (const place of places) {
      const state = this.#watch.place(place);
      if (state.is !== 'whole') return `after the next provision, ${place} is ${state.is}`;
      if (world.status(state.key) !== 'active') {
        return `after the next provision, ${place} holds a key that is ${world.status(state.key)}`;
      }
    }
    const isWithout = next.settings.givesKeysToJobs && next.exported.AWS_ACCESS_KEY_ID === undefined;
    return isWithout ? 'the next provision is green and delivers no key' : this.#whatIsMissing();
  }
}

/** What a document's provision leaves, once it was applied. */
async function leftBy(document: DocumentName): Promise<Left> {
  const known = LEFT.get(document);
  if (known) return known;
  const pairing = await Pairing.open({ ...QUIET, document, seed: LEFT_SEED });
  try {
    const job = pairing.job('A', 'provision');
    await job.goOn();
    if (job.exitCode !== 0) throw new Error(job.log.join('\n'));
    const left = pairing.left();
    LEFT.set(document, left);
    return left;
  } finally {
    pairing.end();
  }
}

/** Far from those of pairs, whose keys have other IDs. */
const LEFT_SEED = 2 ** 31;
const LEFT = new Map<DocumentName, Left>();

function lastOf({ log }: JobRun): string {
  return log
    .filter((line) => line.startsWith('Error: '))
    .join(' ')
    .replaceAll(/\s+/g, ' ')
    .slice(0, 300);
}

/** What comes late is done by then. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
