import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RecordedRequest } from '../../sandbox/http/request';
import type { Run } from '../../sandbox/runner/job';
import type { LogLine } from '../../sandbox/runner/log';
import type { KeptSession } from '../../src/credential-process/session-file';
import { ACCOUNT, type Scenario } from '../scenarios/scenario';
import { SECRET } from './delivered';
import type { Door } from './doors';
import { gaveUp, isSame } from './retries';
import type { Files, Observed, Round, Trial, Trouble } from './trial';

/** A promise that was broken, and how. */
export interface Broken {
  readonly promise: Promised;
  readonly how: string;
}

export type Promised =
  /** No secret is shown, and each that later steps get is masked. */
  | 'mask'
  /** A step that failed hands nothing on; one that succeeded exports what works, and whole. */
  | 'whole'
  /** An error says what was tried and how to fix it, without a stack trace; no error is unexpected. */
  | 'error'
  /** What was refused is not asked again. */
  | 'refusal'
  /** What passes is waited for. */
  | 'retry'
  /** No step takes longer than its time limit, or than all its budgets together. */
  | 'budget'
  /** Post fails nothing, puts back what was there, leaves no secret, and has nothing to do a second time. */
  | 'post'
  /** Each place of a document holds a key of its user that works: after a step that says so, and in the end. */
  | 'places'
  /** Nothing is left of what ends: keys of a job, old keys, what was made for a run, what is no longer wanted, a sign-in. */
  | 'left'
  /** Who asks for the session of a profile gets one that works, in time, or learns why; of many at once, one renews it. */
  | 'renewal'
  /** Lines of others in the profile files stay. */
  | 'lines'
  /** A step that nothing befalls succeeds, unless it is to fail: then it does so whatever befalls it. */
  | 'alone'
  /** Runs that nothing befalls put everything in order. */
  | 'next';

interface Seen {
  readonly trial: Trial;
  readonly scenario: Scenario;
  readonly door: Door;
  readonly jobs: readonly Observed[];
  readonly requests: readonly RecordedRequest[];
}

/** All promises that what was seen breaks. */
export function brokenBy(seen: Seen): Broken[] {
  const { jobs, trial } = seen;
  const secrets = secretsOf(seen);
  return jobs
    .flatMap((one) => [
      ...breaks('mask', shown(one, secrets)),
      ...breaks('whole', [...halves(one, seen), ...one.misdelivered]),
      ...breaks('error', unclear(one)),
      ...breaks('retry', gaveUp(one, trial)),
      ...breaks('budget', late(one, seen)),
      ...breaks('post', notUndone(one, seen, secrets)),
      ...breaks('places', one.main.exitCode === 0 ? misplaced(one, seen) : []),
      ...breaks('left', trial.meanwhile === undefined ? [...one.left, ...signedIn(one, seen)] : []),
      ...breaks('renewal', [...one.rounds.flatMap((round) => wrongIn(round, seen)), ...notEnded(one)]),
      ...breaks('lines', lostLines(one)),
      ...breaks('alone', failedAlone(one, seen)),
    ])
    .concat(breaks('refusal', repeated(seen)));
}

function breaks(promise: Promised, hows: readonly string[]): Broken[] {
  return hows.map((how) => ({ promise, how }));
}

const SECRET_INPUTS = [
  'aws-secret-access-key',
  'mfa-secret',
  'certificate-private-key',
  'github-token',
  'terraform-token',
] as const;

/** Secrets that the step was given. */
function givenTo({ inputs }: Pick<Observed, 'inputs'>): string[] {
  const lines = SECRET_INPUTS.flatMap((name) => inputs[name]?.split('\n') ?? []);
  return lines.filter((line) => line.length > 16 && !line.startsWith('---'));
}

function secretsOf({ scenario, door, jobs }: Seen): Set<string> {
  const { sandbox } = scenario;
  const { identityCenter } = sandbox;
  const devices = [...scenario.account.users.values()].flatMap(({ mfaDevices }) => [...mfaDevices.values()]);
  const all = [
    ...jobs.flatMap(givenTo),
    ...[...sandbox.world.sessions.values()].flatMap(({ secretAccessKey, sessionToken }) => [
      secretAccessKey,
      sessionToken,
    ]),
    ...devices.map(({ seed }) => seed),
    ...identityCenter.signedIn.keys(),
    ...identityCenter.clients.values(),
    ...identityCenter.pending.keys(),
    ...Object.entries(door.env ?? {}).flatMap(([name, value]) => (/TOKEN$|SECRET/.test(name) ? value : [])),
  ];
  return new Set(all);
}

function shown(one: Observed, secrets: ReadonlySet<string>): string[] {
  const { main, rounds, posts, again, late, job, inputs, isKilled } = one;
  const isSecret = (text: string) => SECRET.test(text) || [...secrets].some((secret) => text.includes(secret));
  const runs = [main, ...posts, ...again];
  const places = runs.flatMap<[place: string, text: string]>(({ lines, summary, state, stderr }) => [
    [
      'the log',
      lines
        .filter(({ command }) => command?.name !== 'add-mask')
        .map(({ raw, command }) => command?.value ?? raw)
        .join('\n'),
    ],
    ['the summary', summary],
    ['the state', JSON.stringify(state)],
    ['stderr', stderr],
  ]);
  const answers = [...rounds.flatMap((round) => round.answers), ...late];
  const delivered = [...Object.entries(main.exported), ...Object.entries(main.outputs)];
  const open = isKilled ? [] : givenTo(one).filter((secret) => !job.masks.has(secret));
  return [
    ...open.map((secret) => `an input with a secret is not masked: ${secret}`),
    ...(inputs['mask-aws-account-id'] === 'true' ? accountIn(main) : []),
    ...places.filter(([, text]) => isSecret(text)).map(([place]) => `a secret is in ${place}`),
    ...answers.filter(({ stderr }) => isSecret(stderr)).map(({ stderr }) => `a secret is in ${stderr}`),
    ...delivered
      .filter(([, value]) => isSecret(value) && !job.masks.has(value))
      .map(([name]) => `${name} holds a secret that is not masked`),
  ];
}

/** What shows the account before it is masked. */
function accountIn({ lines }: Run): string[] {
  const isMask = ({ command }: LogLine) => command?.name === 'add-mask';
  const masked = lines.findIndex((line) => isMask(line) && line.command?.value === ACCOUNT);
  const before = masked < 0 ? lines : lines.slice(0, masked);
  const shown = before.filter((line) => !isMask(line) && line.raw.includes(ACCOUNT));
  return shown.map(({ raw }) => `the account is shown before it is masked: ${raw}`);
}

function halves(one: Observed, { scenario, trial }: Seen): string[] {
  const { main, before, after, task, isKilled } = one;
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret, AWS_SESSION_TOKEN: token } = after.env;
  if (main.exitCode !== 0) {
    const names = [...Object.keys(main.exported), ...Object.keys(main.outputs)].filter((name) =>
      /key|token/i.test(name),
    );
    const wrong = isKilled ? [] : names.map((name) => `the step failed, and exports ${name}`);
    // Another job of the same home writes there, too.
    const isSame = trial.meanwhile !== undefined || isKilled || sameFiles(before.files, after.files);
    return isSame ? wrong : [...wrong, 'the step failed, and changed profiles'];
  }
  const { world } = scenario.sandbox;
  if (id === undefined) {
    const isExpected = task.isSession === true && task.inputs['aws-profile'] === undefined;
    return isExpected ? ['the step is green, and exports no credentials'] : [];
  }
  const session = world.sessions.get(id);
  const isWhole = session
    ? session.secretAccessKey === secret && session.sessionToken === token
    : isKilled || task.document !== undefined || world.accessKey(id)?.key.secretAccessKey === secret;
  return isWhole ? [] : ['halves of two credentials are exported'];
}

const UNCLEAR = /\n\s+at |#unexpected(?!-)|TypeError|undefined|\[object/;

function unclear({ main, posts }: Observed): string[] {
  const texts = [main, ...posts].flatMap(({ log, stderr }) => [log.join('\n'), stderr]);
  // What AWS never answers to most calls is explained to no one.
  const wrong = texts.filter((text) => UNCLEAR.test(text) && !text.includes('LimitExceeded'));
  const { exitCode, log } = main;
  const text = log.join('\n');
  if (exitCode === 1 && !/Error: [^]*Could not [^]*Fix: [^]*More: /.test(text)) wrong.push(text);
  return wrong.map((found) => `this is no help: ${found}`);
}

/** All that a step may wait, in milliseconds: budgets of its calls one after the other; and where a key is made, those of its life. */
const LONGEST_MS = { session: 450_000, change: 900_000 };

/**
 * What a step may take to end once its time limit is reached, in milliseconds. In IAM, what is under way is waited for. There
 * is no limit for a key that nobody has, which is deleted, nor for a write that may still arrive.
 */
const GRACE_MS = { session: 1_000, change: 60_000, key: 400_000 };

/** How long a person has to sign in, in milliseconds. */
const SIGN_IN_MS = 600_000;

function late({ main, task }: Observed, { trial: { timeoutS }, requests, door }: Seen): string[] {
  const kind = task.document ? 'change' : 'session';
  const isOfKeys = requests.some(({ action }) =>
    /^CreateAccessKey$|^(?:PUT|POST|PATCH|DELETE) (?:secret|var)$/.test(action),
  );
  const grace = GRACE_MS[isOfKeys ? 'key' : kind];
  const limit =
    timeoutS === undefined
      ? LONGEST_MS[kind] + ('sso-start-url' in door.inputs ? SIGN_IN_MS : 0)
      : timeoutS * 1000 + grace;
  return main.duration > limit ? [`the step took ${main.duration / 1000} s`] : [];
}

/** Variables that cannot be unset, and that an empty value would not unset: they get what tools take for none. */
const LIKE_UNSET = /^AWS_(?:DEFAULT_)?(?:PROFILE|REGION)$|^AWS_(?:CONFIG|SHARED_CREDENTIALS)_FILE$/;

function notUndone(one: Observed, seen: Seen, secrets: ReadonlySet<string>): string[] {
  const { job, before, posts, again } = one;
  if (posts.length === 0) return [];
  const wrong: string[] = [];
  for (const { exitCode, stderr } of [...posts, ...again]) {
    if (exitCode !== 0 || stderr !== '') wrong.push(`post ended with ${exitCode}: ${stderr}`);
  }
  for (const [name, value] of Object.entries(job.env)) {
    if (name.startsWith('AWS_') && !LIKE_UNSET.test(name) && value !== (before.env[name] ?? '')) {
      wrong.push(`post left ${name}`);
    }
  }
  const isAlone = seen.trial.meanwhile === undefined;
  const home = filesOf(join(job.env.HOME ?? job.home, '.aws'));
  if (isAlone && !sameFiles(before.files, home)) wrong.push(`post left the profiles ${JSON.stringify(home)}`);
  // What could not be put back is stored nowhere else.
  const isUnfinished = posts.some(({ log }) => log.join().includes('Warning: '));
  for (const [path, text] of isUnfinished ? [] : Object.entries(filesOf(job.temp))) {
    if (SECRET.test(text) || [...secrets].some((secret) => text.includes(secret))) {
      wrong.push(`post left a secret in ${path}`);
    }
  }
  return wrong;
}

/** How a call goes wrong, where its caller knows whether anything was done. */
const KNOWN: readonly Trouble[] = ['refused', 'over a limit', 'throttled', 'unavailable', 'closed', 'clock moved'];

/** A sign-in that goes on after post, which does not say so. */
function signedIn({ posts }: Observed, { scenario, trial }: Seen): string[] {
  const isKnown = trial.troubles.every(({ how }) => KNOWN.includes(how));
  if (!isKnown || posts.length === 0 || posts.some(({ log }) => log.join().includes('Warning: '))) return [];
  const { identityCenter } = scenario.sandbox;
  const isLeft = [...identityCenter.signedIn.keys()].some((token) => identityCenter.holderOf(token) !== undefined);
  return isLeft ? ['the sign-in is left'] : [];
}

/** Where a step that nobody meets, and that is green, leaves no key that works. */
function misplaced({ misplaced: places, task }: Observed, { trial }: Seen): readonly string[] {
  const { mode, 'dry-run': isDry } = task.inputs;
  const isDelivering = (mode === 'provision' && isDry !== 'true') || mode === 'rotate';
  return isDelivering && trial.meanwhile === undefined ? places : [];
}

/** How long who asks for a session may wait, in milliseconds: while the one before works, and after. */
const ASKING_MS = { working: 4_000, over: 50_000 };

/** How long before its end a session of 900 seconds is due, in milliseconds, with some to spare. */
const DUE_MS = 290_000;

/** Doors whose proof ends before the job does. */
const FOR_A_WHILE: readonly string[] = ['a token file'];

/** How services refuse a signature by a clock that is off. */
const REFUSED_SIGNATURES: readonly (string | undefined)[] = ['SignatureDoesNotMatch', 'AccessDeniedException'];

function wrongIn(
  { began, before, isUndisturbed, answers }: Round,
  { scenario, trial, jobs, requests }: Seen,
): string[] {
  const { world } = scenario.sandbox;
  const sessions = new Set(jobs.flatMap(({ rounds }) => rounds).map(({ session }) => session));
  // A code of a device is good once, and shown for longer than a renewal may take: of several sessions, some stay as they are.
  const isInTurn = trial.door.includes('MFA') && sessions.size > 1;
  // Nobody knows better than by the clock of AWS how long a session works.
  const isClockMoved = trial.troubles.some(({ how }) => how === 'clock moved');
  const left = before.endsAt - began;
  const longest = left > ASKING_MS.working && !isClockMoved ? ASKING_MS.working : ASKING_MS.over;
  // Files are waited for in real time, which here does not count for who waits, and others' waits for a code take none of.
  const limit = isInTurn ? 2 * longest : longest;
  // What is signed by a clock that is off is refused, and so is a device's code, which is said to whoever has to set it.
  const isOfClock =
    trial.door.includes('MFA') || requests.some(({ errorCode }) => REFUSED_SIGNATURES.includes(errorCode));
  const isToWork = isUndisturbed && !isInTurn && !(isClockMoved && isOfClock) && !FOR_A_WHILE.includes(trial.door);
  const given = new Set<string>();
  const wrong = answers.flatMap(({ exitCode, stdout, stderr, duration }) => {
    const late = duration > limit + 1_000 ? [`who asks for a session waits ${duration / 1000} s`] : [];
    if (exitCode === null) return [];
    if (exitCode !== 0) {
      const isEarly = !isClockMoved && left > duration;
      const isUnclear = stdout !== '' || stderr.length < 30 || UNCLEAR.test(stderr);
      return isToWork || isEarly || isUnclear ? [...late, `who asks for a session gets ${stdout}${stderr}`] : late;
    }
    const { AccessKeyId: id, SecretAccessKey, SessionToken, Expiration } = JSON.parse(stdout) as Given;
    given.add(id);
    const session = world.sessions.get(id);
    const isWhole = session?.secretAccessKey === SecretAccessKey && session.sessionToken === SessionToken;
    const isOver = !isClockMoved && Date.parse(Expiration) <= began + duration;
    return [
      ...late,
      ...(isWhole ? [] : ['who asks for a session gets halves of two']),
      ...(isOver ? ['who asks for a session gets one that is over'] : []),
      ...(stderr === '' ? [] : [`who asks for a session gets one, and ${stderr}`]),
    ];
  });
  given.delete(before.key);
  if (given.size > 1) wrong.push(`a session is renewed ${given.size} times at once`);
  if (given.size === 0 && isToWork && left < DUE_MS) wrong.push('a session that is due is not renewed');
  return wrong;
}

type Given = KeptSession['credentials'] & { readonly Expiration: string };

/** What is given out after post, which says so where it could not remove all. */
function notEnded({ posts, late }: Observed): string[] {
  if (posts.some(({ log }) => log.join().includes('Warning: '))) return [];
  const wrong = late.filter(
    ({ exitCode, stdout, stderr }) =>
      exitCode !== 1 || stdout !== '' || !stderr.includes('the post step of its job removes it'),
  );
  return wrong.map(({ exitCode, stderr }) => `after post, who asks for a session ends with ${exitCode}: ${stderr}`);
}

function lostLines({ before, after }: Observed): string[] {
  return Object.entries(before.files).flatMap(([name, text]) => {
    const left = new Set((after.files[name] ?? '').split('\n'));
    return text
      .split('\n')
      .filter((line) => !left.has(line))
      .map((line) => `${name} lost ${line}`);
  });
}

/** What fails no step, and is nothing that befalls it. */
function failedAlone({ main, task }: Observed, { trial }: Seen): string[] {
  const isAlone =
    trial.troubles.length === 0 &&
    trial.meanwhile === undefined &&
    trial.timeoutS === undefined &&
    trial.unwritable === undefined;
  if (task.fails !== undefined) {
    const isRight = isAlone ? main.log.join().includes(task.fails) : main.exitCode !== 0;
    return isRight ? [] : [`it is not ended by ${task.fails}: ${main.log.join(' / ')}`];
  }
  return isAlone && main.exitCode !== 0 && !excludes(main) ? [`it fails: ${main.log.join(' / ')}`] : [];
}

/** Whether its inputs, those of the door and of the task, exclude each other. */
export function excludes({ log }: Run): boolean {
  return log.join().includes('#invalid-input');
}

/**
 * Reads, and the two writes that are made once more all the same: a key that nobody has is deleted by the post step, where
 * main could not; and of a key whose first half is in its place, the other half must follow.
 */
const ONCE_MORE = /^(?:Get|List|GET |DeleteAccessKey$|PUT secret$|(?:POST|PATCH) var$)/;

const REFUSALS: readonly (string | undefined)[] = ['AccessDenied', 'LimitExceeded'];

/** What is asked again after it was refused. */
function repeated({ trial, jobs, requests: all }: Seen): string[] {
  // Of two jobs, each asks for itself.
  if (trial.meanwhile !== undefined || !trial.troubles.some(({ how }) => how === 'refused' || how === 'over a limit')) {
    return [];
  }
  // As does a post step that is run once more.
  const requests = all.slice(0, jobs[0]?.requestsBefore);
  return requests.flatMap((request, at) => {
    // Of the profiles of many roles, each asks for a token of its own.
    if (request.action === 'id-token' && jobs.some(({ inputs }) => 'roles' in inputs)) return [];
    if (!REFUSALS.includes(request.errorCode) || request.isHeard !== true || ONCE_MORE.test(request.action)) return [];
    const same = requests.slice(at + 1).some((other) => other.at - request.at < 30_000 && isSame(other, request));
    return same ? [`${request.action} was refused, and asked again`] : [];
  });
}

function sameFiles(one: Files, other: Files): boolean {
  return JSON.stringify(Object.entries(one).sort()) === JSON.stringify(Object.entries(other).sort());
}

function filesOf(folder: string): Files {
  if (!existsSync(folder)) return {};
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    entries.map(({ parentPath, name }) => [
      join(parentPath, name).slice(folder.length + 1),
      readFileSync(join(parentPath, name), 'utf8'),
    ]),
  );
}
