import { createHash, randomBytes } from 'node:crypto';

/** One run of this action: what it makes in AWS names it, so that other runs know whose it is. */
export interface Run {
  /** `owner/name` */
  readonly repository: string;
  /** Of the workflow run, and which attempt of it; `0` where the runner does not say. */
  readonly id: string;
  readonly attempt: string;
  /** Tells the steps and jobs of a workflow run apart; of one job, all begin alike, where the runner tells jobs apart. */
  readonly random: string;
  /**
   * For people: the ID of the job in its workflow, and the runner that it is on, such as `deploy@GitHub_Actions_12`. The
   * jobs of a matrix have one ID, and may be on one runner, one after the other.
   */
  readonly job?: string | undefined;
}

/** The longest word of a run: a tag's value has 256 characters, and room for what else is recorded. */
const MAX_WORD = 170;

/** Hexadecimal digits by which steps of one job are known, and those that each step has of its own. */
const [OF_JOB, OF_STEP] = [4, 8];

/** This run, for the repository that things are made for. */
export function thisRun(repository: string, env: NodeJS.ProcessEnv): Run {
  const number = (text = '') => (/^\d+$/.test(text) ? text : '0');
  const word = (text = '') => text.replaceAll(/[^\w.-]+/g, '_');
  const { GITHUB_RUN_ID, GITHUB_RUN_ATTEMPT, GITHUB_JOB, RUNNER_NAME, RUNNER_TRACKING_ID } = env;
  const runner = RUNNER_NAME ? `@${word(RUNNER_NAME)}` : '';
  return {
    repository,
    id: number(GITHUB_RUN_ID),
    attempt: number(GITHUB_RUN_ATTEMPT),
    random: `${jobWord(RUNNER_TRACKING_ID)}${randomBytes(OF_STEP / 2).toString('hex')}`,
    job: GITHUB_JOB ? `${word(GITHUB_JOB)}${runner}` : undefined,
  };
}

/**
 * By a variable that GitHub's runner sets for each job, to find the processes that the job leaves: there is no other that
 * differs from one job of a matrix to the next.
 */
function jobWord(trackingId = ''): string {
  return trackingId === '' ? '' : createHash('sha256').update(trackingId).digest('hex').slice(0, OF_JOB);
}

/** A run in a word, as tags have it: `octo/app:123456.1:0a1b2c3d:deploy@GitHub_Actions_12`, cut where it is too long. */
export function writeRun({ repository, id, attempt, random, job }: Run): string {
  const run = `${repository}:${id}.${attempt}:${random}`;
  return job === undefined ? run : `${run}:${job}`.slice(0, Math.max(run.length, MAX_WORD)).replace(/[:@]$/, '');
}

/** The run that a word names; undefined where it names none. */
export function readRun(word = ''): Run | undefined {
  const [, repository, id, attempt, random, job] =
    /^([\w.-]+\/[\w.-]+):(\d+)\.(\d+):([0-9a-f]+)(?::([\w.-]+(?:@[\w.-]+)?))?$/.exec(word) ?? [];
  if (repository === undefined || id === undefined || attempt === undefined || random === undefined) return undefined;
  return { repository, id, attempt, random, job };
}

/** Whether they are one and the same. */
export function sameRun(one: Run | undefined, other: Run): boolean {
  return one?.random === other.random && sameWorkflowRun(one, other);
}

/** Whether they are steps of one job, where the runner tells jobs apart: they run one after the other. */
export function sameJob(one: Run, other: Run): boolean {
  const isKnown = [one, other].every(({ random }) => random.length === OF_JOB + OF_STEP);
  return isKnown && one.random.slice(0, OF_JOB) === other.random.slice(0, OF_JOB) && sameWorkflowRun(one, other);
}

/** Whether they are of one attempt of a workflow run, which is over only when all its jobs are. */
export function sameWorkflowRun(one: Run, other: Run): boolean {
  return one.repository === other.repository && one.id === other.id && one.attempt === other.attempt;
}

/**
 * A run, for people.
 *
 * @param own the one that reads it: another of the same workflow run is best known by its job
 */
export function describeRun({ repository, id, attempt, job, ...run }: Run, own?: Run): string {
  const [name = '', runner] = job?.split('@') ?? [];
  const where = job === undefined ? '' : `the job ${name}${runner === undefined ? '' : ` on the runner ${runner}`}`;
  const other = { repository, id, attempt, job, ...run };
  if (own && sameJob(other, own)) return 'another step of this job';
  if (own && sameWorkflowRun(other, own)) return `${where || 'another job'} of this run`;
  const named = `run ${id} of ${repository}${attempt === '1' ? '' : `, attempt ${attempt}`}`;
  return where === '' ? named : `${named}, ${where}`;
}
