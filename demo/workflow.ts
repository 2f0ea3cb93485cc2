import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { loadExpressions } from '../sandbox/runner/expressions';

interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly steps: readonly WorkflowStep[] }>>;
}

interface WorkflowStep {
  readonly name?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

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
  const { fillIn } = await loadExpressions();
  const contexts = { github: { run_id: variables.GITHUB_RUN_ID }, secrets };
  const workflow = parse(readFileSync(join(__dirname, '../examples', file), 'utf8')) as Workflow;
  return Object.values(workflow.jobs)
    .flatMap(({ steps }) => steps)
    .filter(({ uses }) => uses?.includes('aws-identity-action'))
    .map((step) =>
      Object.fromEntries(
        Object.entries(step.with ?? {}).map(([name, value]) => [name, fillIn(String(value), contexts)]),
      ),
    );
}
