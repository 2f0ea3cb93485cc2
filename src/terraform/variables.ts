import type { TerraformVariable, TerraformWorkspace } from '../identities/stored-secret';
import { fieldIn, textIn } from '../network/request';
import { restRefusalOf } from '../rest/failure';
import type { TerraformApi } from './api';
import { VariablesDeniedError } from './failure';
import { idIn, Workspaces, type FoundVariable, type ListedVariable } from './workspaces';

/** Environment variables of workspaces. https://developer.hashicorp.com/terraform/cloud-docs/api-docs/workspace-variables */
export interface TerraformVariables {
  /** Makes sure that a workspace exists, and that the token may read and write its variables. */
  check(workspace: TerraformWorkspace): Promise<void>;
  /** What is said of a variable; undefined when there is none. */
  find(variable: TerraformVariable): Promise<FoundVariable | undefined>;
  /**
   * Creates or replaces a variable, which is sensitive from then on.
   *
   * @param onUnanswered called at once, for each attempt to write it, when nobody said what became of it
   */
  put(variable: TerraformVariable, value: string, onUnanswered?: () => void): Promise<FoundVariable>;
  /** Removes a variable; that there is none is no failure. */
  remove(variable: TerraformVariable, onUnanswered?: () => void): Promise<void>;
  /** Of these variables, those in whose place runs of the workspace get another one: that of a variable set with priority. */
  overruled(variables: readonly TerraformVariable[]): Promise<TerraformVariable[]>;
}

/** What people see of a variable that is made new, together with its name. */
const DESCRIPTION = 'Access key of AWS, written by aws-identity-action';

/** @param apiOf connects to the server of a workspace */
export function terraformVariables(apiOf: (workspace: TerraformWorkspace) => TerraformApi): TerraformVariables {
  const workspaces = new Workspaces(apiOf);

  async function write(
    { name, workspace }: TerraformVariable,
    existing: ListedVariable | undefined,
    value: string,
    onUnanswered?: () => void,
  ): Promise<FoundVariable> {
    const path = await workspaces.pathOf(workspace, existing);
    const api = apiOf(workspace);
    if (existing) {
      // Of a sensitive variable, nothing but the value may change.
      const attributes = { value, ...(!existing.isSensitive && { sensitive: true }) };
      const data = { id: existing.id, type: 'vars', attributes };
      return api({ method: 'PATCH', path, data, read: readOne, onUnanswered });
    }
    const attributes = { key: name, value, category: 'env', sensitive: true, description: DESCRIPTION };
    return api({ method: 'POST', path, data: { type: 'vars', attributes }, read: readOne, onUnanswered });
  }

  async function isOverruled(variable: TerraformVariable): Promise<boolean> {
    const [own, effective] = [await workspaces.find(variable), await workspaces.effective(variable)];
    return own !== undefined && effective.length > 0 && !effective.some(({ id }) => id === own.id);
  }

  return {
    async check(workspace) {
      const [right] = (await workspaces.of(workspace)).denied;
      if (right) throw new VariablesDeniedError(right);
    },
    find: (variable) => workspaces.find(variable),
    async put(variable, value, onUnanswered) {
      const existing = await workspaces.find(variable);
      try {
        return await write(variable, existing, value, onUnanswered);
      } catch (error) {
        const isOther = restRefusalOf(error)?.status === (existing ? 404 : 422);
        if (!isOther) throw error;
        // It was removed or made since: as a rule, by an own request that got no answer.
        const now = await workspaces.find(variable);
        if (now?.id === existing?.id) throw error;
        return write(variable, now, value, onUnanswered);
      }
    },
    async remove(variable, onUnanswered) {
      const existing = await workspaces.find(variable);
      if (!existing) return;
      const path = await workspaces.pathOf(variable.workspace, existing);
      try {
        await apiOf(variable.workspace)({ method: 'DELETE', path, read: () => undefined, onUnanswered });
      } catch (error) {
        // What the token may not remove does not exist for it, either.
        if (restRefusalOf(error)?.status !== 404 || (await workspaces.find(variable))?.id === existing.id) throw error;
      }
    },
    async overruled(variables) {
      const found = await Promise.all(variables.map(isOverruled));
      return variables.filter((_, index) => found[index]);
    },
  };
}

function readOne(answer: unknown): FoundVariable {
  const data = fieldIn(answer, 'data');
  idIn(data);
  return { version: textIn(fieldIn(data, 'attributes'), 'version-id') };
}
