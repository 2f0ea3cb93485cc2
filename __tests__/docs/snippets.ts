import { parse } from 'yaml';
import { permits, type Permissions, type Workflow, type WorkflowStep } from '../../sandbox/runner/workflow';
import { examples, pages, readText } from './pages';

interface SnippetJob {
  readonly id?: string;
  readonly permissions?: Permissions;
  readonly steps: readonly WorkflowStep[];
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
    jobsIn(parse(readText(path))).map(({ id = '', steps, permissions }) => ({
      name: `${path} › ${id}`,
      steps,
      oidc: permits(permissions, 'id-token', 'write'),
    })),
  );
}

/** Every snippet of the pages that has steps. */
export function snippets(): Snippet[] {
  return pages().flatMap(({ path, blocks }) => {
    const times = new Map<string, number>();
    return blocks.flatMap(({ heading, language, content }) => {
      const jobs = language === 'yaml' ? jobsIn(parse(content)) : [];
      return jobs.map(({ steps, permissions }) => {
        const time = (times.get(heading) ?? 0) + 1;
        times.set(heading, time);
        const name = `${path} › ${heading}${time > 1 ? ` (${time})` : ''}`;
        return { name, steps, ...(permissions && { oidc: permits(permissions, 'id-token', 'write') }) };
      });
    });
  });
}

function jobsIn(content: unknown): SnippetJob[] {
  if (Array.isArray(content)) return [{ steps: content as WorkflowStep[] }];
  const { jobs = {} } = (content ?? {}) as Partial<Workflow>;
  return Object.entries(jobs).flatMap(([id, { steps, permissions = {} }]) =>
    steps === undefined ? [] : [{ id, steps, permissions }],
  );
}
