import { randomBytes } from 'node:crypto';

/** One run of this action: what it makes in AWS names it, so that other runs know whose it is. */
export interface Run {
  /** `owner/name` */
  readonly repository: string;
  /** Of the workflow run, and which attempt of it; `0` where the runner does not say. */
  readonly id: string;
  readonly attempt: string;
  /** Tells the steps and jobs of a workflow run apart. */
  readonly random: string;
}

/** This run, for the repository that things are made for. */
export function thisRun(repository: string, { GITHUB_RUN_ID, GITHUB_RUN_ATTEMPT }: NodeJS.ProcessEnv): Run {
  const number = (text = '') => (/^\d+$/.test(text) ? text : '0');
  return {
    repository,
    id: number(GITHUB_RUN_ID),
    attempt: number(GITHUB_RUN_ATTEMPT),
    random: randomBytes(4).toString('hex'),
  };
}

/** A run in a word, as tags have it: `octo/app:123456.1:0a1b2c3d`. */
export function writeRun({ repository, id, attempt, random }: Run): string {
  return `${repository}:${id}.${attempt}:${random}`;
}

/** The run that a word names; undefined where it names none. */
export function readRun(word = ''): Run | undefined {
  const [, repository, id, attempt, random] = /^([\w.-]+\/[\w.-]+):(\d+)\.(\d+):([0-9a-f]+)$/.exec(word) ?? [];
  if (repository === undefined || id === undefined || attempt === undefined || random === undefined) return undefined;
  return { repository, id, attempt, random };
}

/** Whether they are one and the same. */
export function sameRun(one: Run | undefined, other: Run): boolean {
  return one !== undefined && writeRun(one) === writeRun(other);
}

/** A run, for people. */
export function describeRun({ repository, id, attempt }: Run): string {
  return `run ${id} of ${repository}${attempt === '1' ? '' : `, attempt ${attempt}`}`;
}
