import { LineCounter, parseDocument, isMap, isScalar, isSeq, type Node } from 'yaml';

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
  /** The line of the part at this path, such as `jobs`, `deploy`, `steps`, 2; of the nearest part around it, if it has none. */
  readonly lineOf: (...path: readonly (string | number)[]) => number;
}

/** Whether the steps of a job with these permissions may ask for OIDC tokens. */
export function mayAskForTokens(permissions: Permissions = {}): boolean {
  return permissions === 'write-all' || (typeof permissions === 'object' && permissions['id-token'] === 'write');
}

/** What is wrong with a workflow file: one problem a line, each with its place. */
export class WorkflowError extends Error {}

/**
 * Reads a workflow file by GitHub's own parser, which knows its schema and the contexts that expressions may use.
 *
 * @param name of the file, for its problems
 * @throws WorkflowError when it is no workflow
 */
export async function readWorkflow(name: string, content: string): Promise<ReadWorkflow> {
  const { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } = await import('@actions/workflow-parser');
  const lines = new LineCounter();
  const document = parseDocument(content, { lineCounter: lines });
  const [wrong] = document.errors;
  if (wrong) {
    // Those after the first mostly come of it.
    const [message = wrong.message] = wrong.message.split(/ at line \d/);
    const [{ line, col }] = wrong.linePos ?? [{ line: 1, col: 1 }];
    const isBare = /[[{,:]\s*\$\{\{/.test(content.split('\n')[line - 1] ?? '');
    const fix = isBare ? '. Put a ${{ … }} that is in braces or brackets into quotes' : '';
    throw new WorkflowError(`${name}:${line}:${col}: ${message}${fix}`);
  }

  const { context, value } = parseWorkflow({ name, content }, new NoOperationTraceWriter());
  if (value) await convertWorkflowTemplate(context, value);
  const problems = context.errors.getErrors().map(({ rawMessage, range }) => {
    const place = range ? `:${range.start.line}:${range.start.column}` : '';
    return `${name}${place}: ${rawMessage}`;
  });
  if (problems.length > 0) throw new WorkflowError([...new Set(problems)].join('\n'));
  return {
    workflow: document.toJS() as Workflow,
    lineOf: (...path) => lineOf(document.contents, path, lines),
  };
}

function lineOf(root: Node | null, path: readonly (string | number)[], lines: LineCounter): number {
  let [node, offset]: [unknown, number] = [root, root?.range?.[0] ?? 0];
  for (const part of path) {
    let key: unknown;
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(part));
      [key, node] = [pair?.key, pair?.value];
    } else if (isSeq(node)) node = node.items[Number(part)];
    else break;
    const start = ((key ?? node) as Node | undefined)?.range?.[0];
    if (start === undefined) break;
    offset = start;
  }
  return lines.linePos(offset).line;
}
