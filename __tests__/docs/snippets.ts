import { parse } from 'yaml';
import { examples, pages, readText } from './pages';

/** A step of a workflow, as it stands there. */
export interface WorkflowStep {
  readonly id?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, unknown>>;
}

interface WorkflowJob {
  readonly id?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly steps?: readonly WorkflowStep[];
}

/** Steps that a page shows, alone or as a job's. */
export interface Snippet {
  /** The page, and the heading under which they stand. */
  readonly name: string;
  readonly steps: readonly WorkflowStep[];
  /** Whether the job may ask for OIDC tokens; undefined where the page shows steps alone. */
  readonly oidc?: boolean;
}

/** Every job of the examples. */
export function exampleJobs(): Snippet[] {
  return examples().flatMap((path) =>
    jobsIn(parse(readText(path))).map(({ id = '', steps = [], permissions = {} }) => ({
      name: `${path} › ${id}`,
      steps,
      oidc: permissions['id-token'] === 'write',
    })),
  );
}

/** Every snippet of the pages that has steps. */
export function snippets(): Snippet[] {
  return pages().flatMap(({ path, blocks }) => {
    const times = new Map<string, number>();
    return blocks.flatMap(({ heading, language, content }) => {
      const jobs = language === 'yaml' ? jobsIn(parse(content)) : [];
      return jobs.map(({ steps = [], permissions }) => {
        const time = (times.get(heading) ?? 0) + 1;
        times.set(heading, time);
        const name = `${path} › ${heading}${time > 1 ? ` (${time})` : ''}`;
        return { name, steps, ...(permissions && { oidc: permissions['id-token'] === 'write' }) };
      });
    });
  });
}

function jobsIn(content: unknown): WorkflowJob[] {
  if (Array.isArray(content)) return [{ steps: content as WorkflowStep[] }];
  const { jobs = {} } = (content ?? {}) as { readonly jobs?: Readonly<Record<string, WorkflowJob>> };
  return Object.entries(jobs)
    .filter(([, { steps }]) => steps !== undefined)
    .map(([id, { steps = [], permissions = {} }]) => ({ id, steps, permissions }));
}
