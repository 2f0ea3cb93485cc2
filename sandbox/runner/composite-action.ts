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

/** GitHub's definition of what it runs; its parser takes the stricter one of what the marketplace lists. */
const RUN_BY_GITHUB = 'action-root';

/**
 * Reads the file of an action by GitHub's own parser.
 *
 * @param name of the file, for its problems
 * @throws Error with each problem and its place when it is no action
 */
export async function readAction(name: string, content: string): Promise<ReadAction> {
  const { getActionSchema } = await import('@actions/workflow-parser/actions/action-schema');
  const { TemplateContext, TemplateValidationErrors } =
    await import('@actions/workflow-parser/templates/template-context');
  const { readTemplate } = await import('@actions/workflow-parser/templates/template-reader');
  const { YamlObjectReader } = await import('@actions/workflow-parser/workflows/yaml-object-reader');
  const { NoOperationTraceWriter } = await import('@actions/workflow-parser');
  const { value, lineOf } = parseWritten(name, content);
  const context = new TemplateContext(new TemplateValidationErrors(), getActionSchema(), new NoOperationTraceWriter());
  const file = context.getFileId(name);
  readTemplate(context, RUN_BY_GITHUB, new YamlObjectReader(file, content), file);
  requireSound(name, { context });
  const action = value as Partial<ActionFile>;
  if (!action.runs) throw new Error(`${name}: It has no runs, which every action needs.`);
  return { action: { ...action, runs: action.runs }, lineOf };
}
