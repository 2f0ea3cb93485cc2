import type { TerraformVariable, TerraformWorkspace } from '../identities/stored-secret';
import { UnusualAnswerError } from '../network/failure';
import { fieldIn, textIn } from '../network/request';
import { restRefusalOf } from '../rest/failure';
import type { TerraformApi } from './api';
import { VARIABLE_RIGHTS, VariablesDeniedError, type VariableRight } from './failure';

/** A variable that is there, by what the API says of it, which is never the value of one that is sensitive. */
export interface FoundVariable {
  /** Another one with each writing; undefined where the server does not say it. */
  readonly version: string | undefined;
}

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

/** A workspace that the token sees. */
interface Workspace {
  readonly id: string;
  /** What the token may not do with its variables, as far as the server says it. */
  readonly denied: readonly VariableRight[];
}

/** An environment variable, as a list shows it. */
interface ListedVariable extends FoundVariable {
  readonly id: string;
  readonly key: string;
  readonly isSensitive: boolean;
}

/** The variables of a workspace itself, or those that its runs get: those of variable sets, too. */
type List = 'vars' | 'all-vars';

interface Page {
  readonly variables: readonly ListedVariable[];
  /** undefined for the last. */
  readonly next: number | undefined;
}

/** What people see of a variable that is made new, together with its name. */
const DESCRIPTION = 'Access key of AWS, written by aws-identity-action';

/** @param apiOf connects to the server of a workspace */
export function terraformVariables(apiOf: (workspace: TerraformWorkspace) => TerraformApi): TerraformVariables {
  const workspaces = new Map<string, Promise<Workspace>>();
  const listing = new Map<string, Promise<ListedVariable[]>>();

  function workspaceOf(workspace: TerraformWorkspace): Promise<Workspace> {
    const { organization, name } = workspace;
    const word = wordOf(workspace);
    const known = workspaces.get(word);
    if (known) return known;
    const path = `/organizations/${encodeURIComponent(organization)}/workspaces/${encodeURIComponent(name)}`;
    const asked = apiOf(workspace)({ method: 'GET', path, read: readWorkspace });
    workspaces.set(word, asked);
    asked.catch(() => workspaces.delete(word));
    return asked;
  }

  /** The environment variables of a workspace. Who asks while the answer is on its way gets the same. */
  function list(workspace: TerraformWorkspace, what: List): Promise<ListedVariable[]> {
    const word = `${what} of ${wordOf(workspace)}`;
    const asked = listing.get(word) ?? listAll(workspace, what).finally(() => listing.delete(word));
    listing.set(word, asked);
    return asked;
  }

  async function listAll(workspace: TerraformWorkspace, what: List): Promise<ListedVariable[]> {
    const { id } = await workspaceOf(workspace);
    const all: ListedVariable[] = [];
    for (let page: number | undefined = 1; page !== undefined;) {
      const query: Record<string, string> = page === 1 ? {} : { 'page[number]': String(page) };
      const read: Page = await apiOf(workspace)({
        method: 'GET',
        path: `/workspaces/${id}/${what}`,
        query,
        read: readPage,
      });
      all.push(...read.variables);
      page = read.next !== undefined && read.next > page ? read.next : undefined;
    }
    return all;
  }

  /** IDs are taken from the workspace itself only, as one of another would be changed. */
  async function listed({ name, workspace }: TerraformVariable): Promise<ListedVariable | undefined> {
    return (await list(workspace, 'vars')).find(({ key }) => key === name);
  }

  async function pathOf(workspace: TerraformWorkspace, { id }: Partial<ListedVariable> = {}): Promise<string> {
    const { id: workspaceId } = await workspaceOf(workspace);
    return `/workspaces/${workspaceId}/vars${id === undefined ? '' : `/${id}`}`;
  }

  async function write(
    { name, workspace }: TerraformVariable,
    existing: ListedVariable | undefined,
    value: string,
    onUnanswered?: () => void,
  ): Promise<FoundVariable> {
    const path = await pathOf(workspace, existing);
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

  return {
    async check(workspace) {
      const [right] = (await workspaceOf(workspace)).denied;
      if (right) throw new VariablesDeniedError(right);
    },
    find: listed,
    async put(variable, value, onUnanswered) {
      const existing = await listed(variable);
      try {
        return await write(variable, existing, value, onUnanswered);
      } catch (error) {
        const isOther = restRefusalOf(error)?.status === (existing ? 404 : 422);
        if (!isOther) throw error;
        // It was removed or made since: as a rule, by an own request that got no answer.
        const now = await listed(variable);
        if ((now === undefined) === (existing === undefined)) throw error;
        return write(variable, now, value, onUnanswered);
      }
    },
    async remove(variable, onUnanswered) {
      const existing = await listed(variable);
      if (!existing) return;
      const path = await pathOf(variable.workspace, existing);
      try {
        await apiOf(variable.workspace)({ method: 'DELETE', path, read: () => undefined, onUnanswered });
      } catch (error) {
        // What the token may not remove does not exist for it, either.
        if (restRefusalOf(error)?.status !== 404 || (await listed(variable))?.id === existing.id) throw error;
      }
    },
    async overruled(variables) {
      const found = await Promise.all(
        variables.map(async (variable) => {
          const own = await listed(variable);
          const effective = (await list(variable.workspace, 'all-vars')).filter(({ key }) => key === variable.name);
          const isOverruled = own !== undefined && effective.length > 0 && !effective.some(({ id }) => id === own.id);
          return isOverruled ? [variable] : [];
        }),
      );
      return found.flat();
    },
  };
}

function wordOf({ server, organization, name }: TerraformWorkspace): string {
  return `${server}/${organization}/${name}`;
}

function readWorkspace(answer: unknown): Workspace {
  const data = fieldIn(answer, 'data');
  const permissions = fieldIn(fieldIn(data, 'attributes'), 'permissions');
  return {
    id: idIn(data),
    denied: VARIABLE_RIGHTS.filter((right) => fieldIn(permissions, `can-${right}-variable`) === false),
  };
}

function readOne(answer: unknown): FoundVariable {
  const data = fieldIn(answer, 'data');
  idIn(data);
  return { version: textIn(fieldIn(data, 'attributes'), 'version-id') };
}

function readPage(answer: unknown): Page {
  const data = fieldIn(answer, 'data');
  if (!Array.isArray(data)) throw new UnusualAnswerError('data');
  const next = fieldIn(fieldIn(fieldIn(answer, 'meta'), 'pagination'), 'next-page');
  return { variables: data.flatMap(readListed), next: typeof next === 'number' ? next : undefined };
}

/** Of the variables that a list shows, those of the environment: one for Terraform itself may have the same name. */
function readListed(data: unknown): ListedVariable[] {
  const attributes = fieldIn(data, 'attributes');
  const key = textIn(attributes, 'key');
  if (key === undefined) throw new UnusualAnswerError('key of a variable');
  if (textIn(attributes, 'category') !== 'env') return [];
  const isSensitive = fieldIn(attributes, 'sensitive') === true;
  return [{ id: idIn(data), key, isSensitive, version: textIn(attributes, 'version-id') }];
}

function idIn(data: unknown): string {
  const id = textIn(data, 'id');
  if (id === undefined || !/^[\w-]+$/.test(id)) throw new UnusualAnswerError('id');
  return id;
}
