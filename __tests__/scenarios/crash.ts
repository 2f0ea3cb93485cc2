import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pMap from 'p-map';
import type { User } from '../../sandbox/accounts/user';
import type { Failure } from '../../sandbox/faults';
import type { Job, Run } from '../../sandbox/runner/job';
import { readRecords } from '../../src/provisioning/access-keys/record';
import { ADMIN, githubRepository, identityJob, identityScenario, REPOSITORY, snapshot } from './identities';
import { ALL_AS_PROCESSES, casesToRun } from './running';
import { rememberAccount } from './same-account';
import type { Scenario } from './scenario';

/** A step that is broken off at every call that it makes. */
export interface Procedure {
  readonly mode: 'provision' | 'rotate' | 'deprovision';
  readonly identities: string;
  readonly inputs?: Readonly<Record<string, string>>;
  /** Contents of files in the workspace, by path. */
  readonly files?: Readonly<Record<string, string>>;
  /** Whether the document is applied before, undisturbed. */
  readonly provisioned?: boolean;
  /** The prefix of the GitHub secrets that keys are delivered to, if they are. */
  readonly secrets?: string;
}

/** How a call is broken off. */
export type Breakage = (typeof BREAKAGES)[number];

const BREAKAGES = ['refused', 'answer lost', 'killed', 'machine lost'] as const;

interface World {
  readonly scenario: Scenario;
  readonly inputs: Readonly<Record<string, string>>;
}

/** When a run that was broken off is over for all others. */
const OVER_MS = 11 * 60_000;
/** When a key that may come from a lost answer has had its time, and a job on a machine of GitHub's its own. */
const DAY_MS = 25 * 3_600_000;

interface Broken {
  readonly k: number;
  readonly call: string;
  readonly main: Run;
  /** What later steps of the job found. */
  readonly handedOn: string;
  /** Undefined when the machine was lost, and nothing ran after main. */
  readonly post: Run | undefined;
  readonly job: Job;
  readonly keysBefore: ReadonlySet<string>;
}

/** As processes, one's waiting is another's working. In this process they would share one time. */
const AT_ONCE = ALL_AS_PROCESSES ? 3 : 1;

/** A run that nothing broke off, and what those that followed it left. */
interface Undisturbed {
  readonly run: Run;
  readonly calls: readonly string[];
  readonly shape: string;
}

const undisturbedRuns = new Map<Procedure, Promise<Undisturbed>>();

/** Runs a procedure, once for all ways to break it off. */
function undisturbedRun(procedure: Procedure): Promise<Undisturbed> {
  const known = undisturbedRuns.get(procedure);
  if (known) return known;
  const undisturbed = inWorld(procedure, async (world) => {
    const first = world.scenario.sandbox.requests.length;
    const run = await stepIn(world, procedure);
    const calls = world.scenario.sandbox.requests.slice(first).map(({ action }) => action);
    await follow(world, procedure);
    return { run, calls, shape: shapeOf(world, procedure) };
  });
  undisturbedRuns.set(procedure, undisturbed);
  return undisturbed;
}

/**
 * Breaks a procedure off at every call, one run each, and lets others follow undisturbed: one when the first is over for
 * all others, and one a day later.
 *
 * @returns everything that is not as promised, each with the call at which it came about; what should be nothing
 */
export async function breakAtEveryCall(procedure: Procedure, breakage: Breakage): Promise<string[]> {
  const undisturbed = await undisturbedRun(procedure);
  if (undisturbed.run.exitCode !== 0) return [`undisturbed: ${undisturbed.run.log.join('\n')}`];
  const ks = callsToBreak(undisturbed.calls, breakage);
  const wrongs = await pMap(
    ks,
    async (k) =>
      inWorld(procedure, async (world) => {
        const broken = await breakAt(k, world, procedure, breakage);
        const wrong = [
          ...secretsShown(broken),
          ...(broken.post ? [...unheldKeys(broken, world, procedure), ...secretsLeft(broken)] : []),
          ...(procedure.mode === 'rotate' && broken.post ? withoutWorkingKey(broken, world, procedure) : []),
        ];
        const after = await followOnce(world, procedure);
        wrong.push(...after.wrong);
        if (after.shape !== undisturbed.shape) {
          wrong.push(`the next runs made ${after.shape}, not ${undisturbed.shape}`);
        }
        return wrong.map((text) => `call ${k}, ${broken.call}: ${text}`);
      }),
    { concurrency: AT_ONCE },
  );
  return wrongs.flat();
}

/**
 * The numbers of the calls that are broken off: not of those between two reads, which find all as the read before them
 * does. As processes of dist, no call is broken off in two ways.
 */
export function callsToBreak(calls: readonly string[], breakage: Breakage): readonly number[] {
  const numbers = calls.flatMap((_, index) => {
    const around = calls.slice(Math.max(0, index - 1), index + 2);
    return around.length < 3 || around.some((call) => !/^(?:Get|List|GET)/.test(call)) ? index + 1 : [];
  });
  return casesToRun(numbers, BREAKAGES.indexOf(breakage));
}

interface Followed {
  readonly wrong: readonly string[];
  readonly shape: string;
}

const followed = new Map<Procedure, Map<string, Promise<Followed>>>();

/** What comes of a world when others follow: they do so once where several breakages left the same. */
function followOnce(world: World, procedure: Procedure): Promise<Followed> {
  const known = followed.get(procedure) ?? new Map<string, Promise<Followed>>();
  followed.set(procedure, known);
  const left = leftIn(world, procedure);
  const outcome =
    known.get(left) ?? follow(world, procedure).then((wrong) => ({ wrong, shape: shapeOf(world, procedure) }));
  known.set(left, outcome);
  return outcome;
}

/** All that runs that follow can find, but for what differs from run to run: which IDs and secrets, and the minutes. */
function leftIn(world: World, { secrets = '' }: Procedure): string {
  const { github } = world.scenario.sandbox;
  const delivered = SECRETS.map((name) => github.secrets.value(REPOSITORY, `${secrets}${name}`));
  const text = JSON.stringify({ account: snapshot(world.scenario.account), delivered });
  const seen: string[] = [];
  return text.replaceAll(TIME, 'then').replaceAll(OF_ONE_RUN, (id) => {
    if (!seen.includes(id)) seen.push(id);
    return `#${seen.indexOf(id)}`;
  });
}

const SECRETS = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'MFA_SECRET'];
const TIME = /\b\d{4}-\d\d-\d\dT[\d:.]+Z|\b\d{10,13}\b/g;
/** IDs of AWS, secret access keys, seeds, and what names runs and their jobs. */
const OF_ONE_RUN =
  /\bA[A-Z]{3}[A-Z0-9]{13,}\b|[A-Za-z0-9+/]{20,}EXAMPLEKEY|\b[A-Z2-7]{64}\b|\b[0-9a-f]{8}\b|\b\d{5,}\b/g;

/**
 * What goes wrong in runs that follow undisturbed. A rotation is followed by what runs by a schedule: nothing is due then.
 */
async function follow(world: World, procedure: Procedure): Promise<string[]> {
  const next = procedure.mode === 'rotate' ? { ...procedure, mode: 'provision' as const, inputs: {} } : procedure;
  const wrong: string[] = [];
  // A key that was replaced is deactivated by one run, and deleted by another.
  for (const ms of procedure.mode === 'rotate' ? [OVER_MS, DAY_MS, DAY_MS] : [OVER_MS, DAY_MS]) {
    world.scenario.pass(ms);
    const job = jobIn(world, procedure);
    const again = await job.step({ with: inputsOf(next, world) });
    if (again.exitCode !== 0) wrong.push(`the next run failed: ${again.log.join(' / ')}`);
    await job.finish();
  }
  return wrong;
}

async function inWorld<T>(procedure: Procedure, work: (world: World) => Promise<T>): Promise<T> {
  const scenario = await identityScenario();
  const world: World = { scenario, inputs: githubRepository(scenario) };
  try {
    if (procedure.provisioned) await provisionIn(world, procedure);
    return await work(world);
  } finally {
    // Every call is expected: that some fail is the point.
    scenario.calls();
    await scenario.end();
  }
}

/** What the document's provisioning made, and how it is made again in another world. */
interface Provisioned {
  readonly left: string;
  readonly restore: (world: World) => void;
}

const provisionings = new Map<Procedure, Provisioned>();

/** Has the document applied: by a step for the first world, and as that step left it for all others. */
async function provisionIn(world: World, procedure: Procedure): Promise<void> {
  const known = provisionings.get(procedure);
  if (known) known.restore(world);
  else await stepIn(world, { ...procedure, mode: 'provision', inputs: {} });
  const restore = known?.restore ?? rememberWorld(world, procedure);
  world.scenario.pass(OVER_MS);
  const left = leftIn(world, procedure);
  if (known && left !== known.left) throw new Error(`The world is ${left}, and provisioning left ${known.left}`);
  provisionings.set(procedure, { left, restore });
}

function rememberWorld({ scenario }: World, { secrets = '' }: Procedure): (world: World) => void {
  const makeAccount = rememberAccount(scenario.account);
  const values = SECRETS.map((name) => `${secrets}${name}`).map(
    (name) => [name, scenario.sandbox.github.secrets.value(REPOSITORY, name)] as const,
  );
  return (other) => {
    makeAccount(other.scenario.account);
    for (const [name, value] of values) {
      if (value !== undefined) other.scenario.sandbox.github.secrets.write(REPOSITORY, name, value);
    }
  };
}

async function breakAt(k: number, world: World, procedure: Procedure, breakage: Breakage): Promise<Broken> {
  const { sandbox } = world.scenario;
  const keysBefore = new Set(keysOf(world).map(({ accessKeyId }) => accessKeyId));
  const first = sandbox.requests.length;
  let acted: () => void = () => undefined;
  const killed = new Promise<void>((resolve) => (acted = resolve));
  sandbox.faults.add({ skip: k - 1, times: 1, ...failureOf(breakage, acted) });
  const job = jobIn(world, procedure);
  const main = await job.step({
    with: inputsOf(procedure, world),
    ...((breakage === 'killed' || breakage === 'machine lost') && { kill: { after: killed, signal: 'SIGKILL' } }),
  });
  sandbox.faults.clear();
  const profiles = filesIn(job.home).map((path) => readFileSync(path, 'utf8'));
  const handedOn = [...Object.values(main.exported), ...Object.values(main.outputs), ...profiles].join('\n');
  const [post] = breakage === 'machine lost' ? [] : await job.finish();
  return { k, call: sandbox.requests[first + k - 1]?.action ?? 'none', main, handedOn, post, job, keysBefore };
}

function failureOf(breakage: Breakage, acted: () => void): Failure {
  switch (breakage) {
    case 'refused':
      return { error: { status: 403, code: 'AccessDenied', message: 'User is not authorized to perform this' } };
    case 'answer lost':
      return { resetAfter: true };
    case 'killed':
    case 'machine lost':
      return { holdAfter: acted };
  }
}

function jobIn({ scenario }: World, { files = {} }: Procedure): Job {
  return identityJob(scenario, { files, env: { RUNNER_ENVIRONMENT: 'github-hosted' } });
}

async function stepIn(world: World, procedure: Procedure): Promise<Run> {
  return jobIn(world, procedure).step({ with: inputsOf(procedure, world) });
}

function inputsOf({ mode, identities, inputs }: Procedure, world: World): Record<string, string> {
  return { ...ADMIN, ...world.inputs, mode, identities, ...inputs };
}

/** Secret access keys and seeds, by the form that the sandbox gives them. */
const SECRET = /[A-Za-z0-9+/]{20,}EXAMPLEKEY|\b[A-Z2-7]{64}\b/;

/** The administrator's own, which the inputs hold. */
const GIVEN = ADMIN['aws-secret-access-key'];

function secretsShown({ main, post }: Broken): string[] {
  const runs = post ? [main, post] : [main];
  return runs.flatMap(({ log, lines, summary, state, stderr }) => {
    // A line that masks a secret holds it, and the runner shows no such line.
    const printed = lines.map((line) => JSON.stringify(line)).filter((line) => !line.includes('add-mask'));
    const places = { log: log.join('\n'), printed: printed.join('\n'), summary, state: JSON.stringify(state), stderr };
    return Object.entries(places)
      .filter(([, text]) => SECRET.test(text.replaceAll(GIVEN, '')))
      .map(([place]) => `a secret is in the ${place}`);
  });
}

/** What lies in the job's folders when post is done: the runner's own command files are not ours. */
function secretsLeft({ job }: Broken): string[] {
  return [job.home, job.workspace, job.temp].flatMap((folder) =>
    filesIn(folder)
      .filter((path) => SECRET.test(readFileSync(path, 'utf8')))
      .map((path) => `a secret is left in ${path.slice(job.folder.length)}`),
  );
}

function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Keys that are alive although no one has them, not the job, not GitHub, and nobody before, and nothing tells of it. */
function unheldKeys({ handedOn, keysBefore }: Broken, world: World, procedure: Procedure): string[] {
  const inGithub = deliveredKey(world, procedure);
  return keysOf(world)
    .map(({ accessKeyId }) => accessKeyId)
    .filter((id) => !keysBefore.has(id) && !handedOn.includes(id) && id !== inGithub && !isRecorded(id, world))
    .map((id) => `the key ${id} is alive, and nobody has it`);
}

/** Whether what is recorded says to later runs that nobody may have the key, or that there may be such a one. */
function isRecorded(id: string, world: World): boolean {
  return usersOf(world).some(({ accessKeys, tags }) => {
    const { announcements, keys } = readRecords(tags);
    return accessKeys.some(({ accessKeyId }) => accessKeyId === id) && (announcements.length > 0 || keys.has(id));
  });
}

/** Whoever uses the delivered key goes on doing so: it is active, and whole. */
function withoutWorkingKey({ main }: Broken, world: World, procedure: Procedure): string[] {
  const id = deliveredKey(world, procedure);
  const key = keysOf(world).find(({ accessKeyId }) => accessKeyId === id);
  return key?.status === 'Active' ? [] : [`no working key is delivered (${main.log.at(-1) ?? ''})`];
}

/** The ID of the key in GitHub's secrets, if both parts of one are there. */
function deliveredKey(world: World, { secrets }: Procedure): string | undefined {
  if (secrets === undefined) return undefined;
  const { github } = world.scenario.sandbox;
  const id = github.secrets.value(REPOSITORY, `${secrets}AWS_ACCESS_KEY_ID`);
  const secret = github.secrets.value(REPOSITORY, `${secrets}AWS_SECRET_ACCESS_KEY`);
  return keysOf(world).find((key) => key.accessKeyId === id && key.secretAccessKey === secret)?.accessKeyId;
}

function usersOf({ scenario }: World): User[] {
  return [...scenario.account.users.values()].filter(({ name }) => name !== 'admin');
}

function keysOf(world: World) {
  return usersOf(world).flatMap(({ accessKeys }) => accessKeys);
}

/** What the account has, but for what differs from run to run. */
function shapeOf(world: World, procedure: Procedure): string {
  const { roles, managedPolicies, oidcProviders, virtualMfaDevices } = world.scenario.account;
  const identity = ({ arn, tags, attachedPolicies, inlinePolicies, permissionsBoundary }: User) => ({
    arn,
    tags: Object.entries(tags)
      .flatMap(([key, value]) => (key.startsWith('aws-identity-action:') ? [] : `${key}=${value}`))
      .sort(),
    attachedPolicies: [...attachedPolicies].sort(),
    inlinePolicies: [...inlinePolicies.keys()].sort(),
    permissionsBoundary,
  });
  return JSON.stringify({
    users: usersOf(world).map((user) => ({
      ...identity(user),
      keys: user.accessKeys.map(({ status }) => status).sort(),
      mfaDevices: [...user.mfaDevices.keys()],
    })),
    roles: [...roles.values()].map((role) => identity(role as unknown as User)),
    policies: [...managedPolicies.values()].map(({ arn, defaultVersion }) => [arn, defaultVersion.text]),
    providers: [...oidcProviders.keys()],
    devices: [...virtualMfaDevices.keys()],
    delivered: deliveredKey(world, procedure) !== undefined,
  });
}
