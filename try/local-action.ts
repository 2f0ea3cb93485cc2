import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readAction, type ReadAction } from '../sandbox/runner/composite-action';
import type { WorkflowStep } from '../sandbox/runner/workflow';
import { useOf } from './actions';
import type { PlannedJob } from './plan';

/** An action of the repository itself. */
export interface LocalAction extends ReadAction {
  /** From the top of the repository. */
  readonly file: string;
}

/**
 * Reads the action of the repository that a step uses.
 *
 * @param uses its folder, such as `./.github/actions/deploy`
 * @param folder in which the repository is
 * @throws Error when there is none, or something is wrong with it
 */
export async function readLocalAction(uses: string, folder: string): Promise<LocalAction> {
  const file = ['action.yml', 'action.yaml']
    .map((name) => join(uses, name))
    .find((path) => existsSync(join(folder, path)));
  if (file === undefined) {
    throw new Error(
      `There is no action.yml in ${uses} of the workspace. Is the repository checked out before this step?`,
    );
  }
  return { file, ...(await readAction(file, readFileSync(join(folder, file), 'utf8'))) };
}

/** Why an action of the repository is not run here; undefined for one that consists of steps. */
export function refusalOf({ action: { runs } }: ReadAction): string | undefined {
  if (runs.using === 'composite') return undefined;
  return `of the actions of the repository itself, composite ones run here, and not one of ${runs.using}. It has no outputs`;
}

/** Those that the steps of jobs use, by what they say. What is not there now, an earlier step may make. */
export async function localActionsOf(
  jobs: readonly PlannedJob[],
  folder: string,
): Promise<ReadonlyMap<string, LocalAction>> {
  const found = new Map<string, LocalAction>();
  for (const { uses } of jobs.flatMap(({ job }) => job.steps ?? [])) {
    if (uses === undefined || useOf(uses).kind !== 'local') continue;
    const action = await readLocalAction(uses, folder).catch(() => undefined);
    if (action) found.set(uses, action);
  }
  return found;
}

/** By inputs that steps have, the inputs of this action that they give them on to: `role` to `role-to-assume`. */
export function inputsBehind(steps: readonly WorkflowStep[] = []): ReadonlyMap<string, string> {
  const given = steps.filter(({ uses }) => uses !== undefined && useOf(uses).kind === 'this action');
  return new Map(
    given.flatMap(({ with: inputs = {} }) =>
      Object.entries(inputs).flatMap(([input, text]) => {
        const [, name] = /^\s*\$\{\{\s*inputs\.([\w-]+)\s*\}\}\s*$/.exec(String(text)) ?? [];
        return name === undefined ? [] : [[name, input] as const];
      }),
    ),
  );
}
