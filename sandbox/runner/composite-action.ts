import type { WorkflowStep, Written } from './workflow';
import { parseWritten, requireSound, type LineOf } from './written-file';

/** The file of an action, as it stands there. One that is not composite has no steps. */
export interface ActionFile {
  readonly inputs?: Readonly<Record<string, { readonly default?: Written }>>;
  readonly outputs?: Readonly<Record<string, { readonly value: Written }>>;
  readonly runs: { readonly using: string; readonly steps?: readonly WorkflowStep[] };
}

/** An action with where its parts stand. */
export interface ReadAction {
  readonly action: ActionFile;
  readonly lineOf: LineOf;
}

/**
 * Reads the file of an action by GitHub's own parser.
 *
 * @param name of the file, for its problems
 * @throws Error with each problem and its place when it is no action
 */
export async function readAction(name: string, content: string): Promise<ReadAction> {
  const { parseAction } = await import('@actions/workflow-parser/actions/action-parser');
  const { NoOperationTraceWriter } = await import('@actions/workflow-parser');
  const { value, lineOf } = parseWritten(name, content);
  requireSound(name, parseAction({ name, content }, new NoOperationTraceWriter()));
  return { action: value as ActionFile, lineOf };
}
