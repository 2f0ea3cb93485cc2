import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadExpressions } from '../sandbox/runner/expressions';
import { filledIn } from '../sandbox/runner/steps';
import { readWorkflow } from '../sandbox/runner/workflow';

/**
 * The inputs of the steps in a workflow file that use this action, with GitHub's expressions filled in.
 *
 * @param variables what `${{ github.run_id }}` stands for, as `GITHUB_RUN_ID`
 * @param secrets what `${{ secrets.NAME }}` stands for
 */
export async function stepsWithAction(
  file: string,
  variables: Readonly<Record<string, string>>,
  secrets: Readonly<Record<string, string>> = {},
): Promise<Record<string, string>[]> {
  const expressions = await loadExpressions();
  const contexts = { github: { run_id: variables.GITHUB_RUN_ID }, secrets };
  const content = readFileSync(join(__dirname, '../examples', file), 'utf8');
  const { workflow } = await readWorkflow(file, content);
  return Object.values(workflow.jobs)
    .flatMap(({ steps = [] }) => steps)
    .filter(({ uses }) => uses?.includes('aws-identity-action'))
    .map((step) => filledIn(step.with ?? {}, contexts, expressions));
}
