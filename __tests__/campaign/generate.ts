import { Chance } from '../two-runs/chance';
import { DOORS, type DoorName } from './doors';
import { excludes } from './promises';
import { TASKS, type Task, type TaskName } from './tasks';
import { observeTrial, type Trial, type Trouble } from './trial';

type Choice<T> = readonly [T, ...T[]];

const DOOR_NAMES = Object.keys(DOORS) as [DoorName, ...DoorName[]];
const TASK_NAMES = Object.keys(TASKS) as [TaskName, ...TaskName[]];

/** Of each, as often as it is worth. */
const TROUBLES: Choice<Trouble> = [
  'refused',
  'over a limit',
  'throttled',
  'unavailable',
  'closed',
  'closed after acting',
  'no answer',
  'answer cut off',
  'answer stops',
  'done twice',
  'late',
  'clock moved',
];
const ENDS: Choice<Trouble> = ['killed', 'killed', 'machine lost'];

/** How many calls in a row go wrong, of those that may go well in the end. */
const TIMES: Choice<number> = [1, 1, 1, 2, 5, 200];
const REPEATED: readonly Trouble[] = [
  'throttled',
  'unavailable',
  'closed',
  'no answer',
  'answer cut off',
  'answer stops',
];

const UNWRITABLE: Choice<NonNullable<Trial['unwritable']>> = [
  'GITHUB_ENV',
  'GITHUB_OUTPUT',
  'GITHUB_STATE',
  'GITHUB_STEP_SUMMARY',
  'credentials',
  'config',
];

/** By how much a clock moves, in seconds. */
const MOVES_S: Choice<number> = [-7200, -1200, -240, -30, 30, 240, 1200, 7200];

/** A trial by its seed: the same whenever it is asked for. */
export async function trialOf(seed: number): Promise<Trial> {
  const chance = new Chance(seed);
  chance.next();
  for (;;) {
    const [door, task] = [chance.pick(DOOR_NAMES), chance.pick(TASK_NAMES)];
    const calls = await callsOf(door, task);
    if (calls === undefined) continue;
    const meanwhile = chance.happens(0.25) ? await anotherFor(door, task, chance) : undefined;
    const mayEnd = meanwhile === undefined && chance.happens(0.25);
    const count = chance.pick([0, 1, 1, 1, 2, 2, 3]);
    const troubles = Array.from({ length: count }, () => troubleOf(calls * (meanwhile === undefined ? 1 : 2), chance));
    const end = { call: 1 + chance.below(calls), how: chance.pick(ENDS), times: 1 };
    return {
      door,
      task,
      ...(meanwhile !== undefined && { meanwhile }),
      troubles: mayEnd ? [...troubles, end] : troubles,
      lastsUntil: chance.pick(['main', 'main', 'later steps', 'post']),
      ...(isRenewing(task) && { asked: Array.from({ length: 1 + chance.below(3) }, () => roundOf(chance)) }),
      hasProfiles: chance.happens(0.5),
      ...(chance.happens(0.1) && { unwritable: chance.pick(UNWRITABLE) }),
      staleMs: chance.pick([0, 0, 5_000, 30_000]),
      propagationMs: chance.pick([0, 0, 8_000]),
      ...(chance.happens(0.1) && { timeoutS: chance.pick([5, 30, 120]) }),
      seed,
    };
  }
}

/** Whether it leaves profiles that renew themselves. */
function isRenewing(task: TaskName): boolean {
  const { inputs }: Task = TASKS[task];
  return inputs['refresh-credentials'] === 'true';
}

/** After this time, in seconds, the session of a profile is fresh, due, or over. */
const AFTER_S: Choice<number> = [60, 700, 700, 1000, 1000, 7200];

function roundOf(chance: Chance): { afterS: number; times: number } {
  return { afterS: chance.pick(AFTER_S), times: chance.pick([1, 1, 2, 3]) };
}

function troubleOf(calls: number, chance: Chance): Trial['troubles'][number] {
  const how = chance.pick(TROUBLES);
  return {
    // Steps that meet trouble may make more calls than they do alone.
    call: 1 + chance.below(calls + 2),
    how,
    times: REPEATED.includes(how) ? chance.pick(TIMES) : 1,
    ...(how === 'clock moved' && { byMs: chance.pick(MOVES_S) * 1000 }),
  };
}

/** A task for another job, which changes nothing in IAM that the first does not change. */
async function anotherFor(door: DoorName, name: TaskName, chance: Chance): Promise<TaskName> {
  const task: Task = TASKS[name];
  for (;;) {
    const other = chance.pick(TASK_NAMES);
    const { document, isApplied }: Task = TASKS[other];
    const isFitting = document === task.document && isApplied === task.isApplied;
    if (isFitting && (await callsOf(door, other)) !== undefined) return other;
  }
}

const CALLS = new Map<string, number | undefined>();

/** How many calls a task makes when nothing befalls it; undefined where its inputs and those of the door exclude each other. */
async function callsOf(door: DoorName, task: TaskName): Promise<number | undefined> {
  const key = `${task}, by ${door}`;
  if (!CALLS.has(key)) {
    const { jobs, calls } = await observeTrial({ ...UNDISTURBED, door, task });
    CALLS.set(key, jobs.some(({ main }) => excludes(main)) ? undefined : calls.length);
  }
  return CALLS.get(key);
}

const UNDISTURBED = {
  troubles: [],
  lastsUntil: 'main',
  asked: [{ afterS: 700, times: 1 }],
  hasProfiles: true,
  staleMs: 0,
  propagationMs: 0,
  seed: 1,
} as const;
