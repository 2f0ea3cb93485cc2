import type { WorkflowRuns } from '../github/runs';
import type { Iam } from '../iam/connect';
import type { Tags } from '../identities/declaration';
import { RECORD_PREFIX } from '../identities/own-tags';
import { describeRun, readRun, writeRun, type Run } from './run';

/** The tag of what is there for one run alone. */
export const EPHEMERAL = `${RECORD_PREFIX}ephemeral`;

/** That something is there for one run alone, whose post step removes it. */
export interface Ephemeral {
  /** Undefined where someone has spoiled the tag. */
  readonly run: Run | undefined;
  /** When the run is over at the latest: milliseconds since 1970 by AWS's clock. */
  readonly until: number;
  /**
   * Which thing it was put on, where that was there before: by the ID that AWS gives to no other, also not to one of the same
   * name that somebody makes at that moment.
   */
  readonly of?: string | undefined;
}

/** How long a job may take. https://docs.github.com/actions/reference/limits */
const HOSTED_JOB_MS = 6 * 3_600_000;
const SELF_HOSTED_JOB_MS = 5 * 86_400_000;

/** What it takes to mark things, and to judge the marks of other runs. */
interface RunAccess {
  readonly run: Run;
  /** Whether the job runs on a machine of GitHub's. */
  readonly isHosted: boolean;
  readonly iam: Pick<Iam, 'time'>;
  readonly runs: WorkflowRuns | undefined;
}

/** The mark of what this run makes for itself alone. */
export function ephemeralOf({ run, iam, isHosted }: Omit<RunAccess, 'runs'>): Ephemeral {
  return { run, until: iam.time() + (isHosted ? HOSTED_JOB_MS : SELF_HOSTED_JOB_MS) };
}

/** A mark as a tag: `run=octo/app:123456.1:0a1b2c3d until=2026-08-01T18:00:00Z`. */
export function ephemeralTags({ run, until, of }: Ephemeral): Tags {
  const words = `run=${run ? writeRun(run) : ''} until=${time(until)}`;
  return { [EPHEMERAL]: of === undefined ? words : `${words} of=${of}` };
}

/** The mark among tags; undefined where there is none. One that cannot be read is that of no run, and over. */
export function readEphemeral(tags: Tags): Ephemeral | undefined {
  const { [EPHEMERAL]: value } = tags;
  if (value === undefined) return undefined;
  const [, word, time = '', of] = /^run=(\S*) until=(\S+?)(?: of=(\S+))?$/.exec(value) ?? [];
  const until = Date.parse(time);
  return { run: readRun(word), until: Number.isNaN(until) ? 0 : until, ...(of !== undefined && { of }) };
}

/** The same of a thing with this ID: a mark that was put on another, which it has taken the place of, is none. */
export function readEphemeralOf(id: string | undefined, tags: Tags): Ephemeral | undefined {
  const mark = readEphemeral(tags);
  return mark?.of === undefined || mark.of === id ? mark : undefined;
}

/** Whether the run of a mark is over. */
export type IsOver = (mark: Ephemeral) => boolean;

/** Finds out of which of these marks the run is over: by their time, or because GitHub says so. */
export async function findOver(
  marks: readonly (Ephemeral | undefined)[],
  { iam, runs }: Pick<RunAccess, 'iam' | 'runs'>,
): Promise<IsOver> {
  const now = iam.time();
  const isPast = ({ until }: Ephemeral) => until <= now;
  const open = marks.flatMap((mark) => (mark?.run && !isPast(mark) ? mark.run : []));
  const over = new Set<string>();
  for (const [word, { repository, id, attempt }] of new Map(open.map((run) => [writeRun(run), run]))) {
    if ((await runs?.overForMs({ repository, runId: id, attempt })) !== undefined) over.add(word);
  }
  return (mark) => isPast(mark) || (mark.run !== undefined && over.has(writeRun(mark.run)));
}

/** The run of a mark, for people. */
export function describeEphemeral({ run, until }: Ephemeral): string {
  return `${run ? describeRun(run) : 'a run that its tag does not name'}, until ${time(until)} at the latest`;
}

function time(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}
