import { parseWritten, requireSound, type LineOf } from './written-file';

/** A text, number or boolean of a workflow, as it stands there: with its expressions. */
export type Written = string | number | boolean;
export type WrittenMap = Readonly<Record<string, Written>>;

/** A step of a workflow, as it stands there. */
export interface WorkflowStep {
  readonly id?: string;
  readonly name?: string;
  readonly if?: Written;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: WrittenMap;
  readonly env?: WrittenMap;
  readonly shell?: string;
  readonly 'working-directory'?: string;
  readonly 'continue-on-error'?: Written;
  readonly background?: boolean;
  readonly 'timeout-minutes'?: Written;
}

/** A job of a workflow, as it stands there. One that `uses` another workflow has no steps. */
export interface WorkflowJob {
  readonly name?: string;
  readonly if?: Written;
  readonly uses?: string;
  /** What the workflow gets that it `uses`. */
  readonly with?: WrittenMap;
  readonly secrets?: 'inherit' | WrittenMap;
  readonly needs?: string | readonly string[];
  readonly env?: WrittenMap;
  readonly environment?: string | { readonly name: string };
  readonly permissions?: Permissions;
  readonly outputs?: WrittenMap;
  readonly defaults?: Defaults;
  readonly strategy?: { readonly matrix?: unknown; readonly 'fail-fast'?: Written };
  readonly container?: unknown;
  readonly services?: unknown;
  readonly 'runs-on'?: unknown;
  readonly 'continue-on-error'?: Written;
  readonly 'timeout-minutes'?: Written;
  readonly concurrency?: unknown;
  readonly steps?: readonly WorkflowStep[];
}

export type Permissions = 'read-all' | 'write-all' | Readonly<Record<string, string>>;

interface Defaults {
  readonly run?: { readonly shell?: string; readonly 'working-directory'?: string };
}

export interface Workflow {
  readonly name?: string;
  readonly on: unknown;
  readonly env?: WrittenMap;
  readonly permissions?: Permissions;
  readonly defaults?: Defaults;
  readonly concurrency?: unknown;
  readonly jobs: Readonly<Record<string, WorkflowJob>>;
}

/** A workflow with where its parts stand. */
export interface ReadWorkflow {
  readonly workflow: Workflow;
  readonly lineOf: LineOf;
}

/** Of a repository where nobody has chosen others. */
const DEFAULT_PERMISSIONS: Permissions = { contents: 'read', packages: 'read' };

/**
 * Whether a job with these permissions has one. To write is to read as well; `id-token` can only be written.
 * https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#permissions
 */
export function permits(
  permissions: Permissions = DEFAULT_PERMISSIONS,
  scope: string,
  access: 'read' | 'write',
): boolean {
  if (permissions === 'write-all') return true;
  if (permissions === 'read-all') return access === 'read';
  return permissions[scope] === 'write' || permissions[scope] === access;
}

/**
 * Reads a workflow file by GitHub's own parser, which knows its schema and the contexts that expressions may use.
 *
 * @param name of the file, for its problems
 * @throws Error with each problem and its place when it is no workflow
 */
export async function readWorkflow(name: string, content: string): Promise<ReadWorkflow> {
  const { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } = await import('@actions/workflow-parser');
  const { value, lineOf } = parseWritten(name, content);
  const template = parseWorkflow({ name, content }, new NoOperationTraceWriter());
  if (template.value) await convertWorkflowTemplate(template.context, template.value);
  requireSound(name, template);
  return { workflow: value as Workflow, lineOf };
}
