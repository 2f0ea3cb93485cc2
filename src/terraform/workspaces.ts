import type { TerraformVariable, TerraformWorkspace } from '../identities/stored-secret';
import { UnusualAnswerError } from '../network/failure';
import { fieldIn, textIn } from '../network/request';
import type { TerraformApi } from './api';
import { VARIABLE_RIGHTS, type VariableRight } from './failure';

/** A variable that is there, by what the API says of it, which is never the value of one that is sensitive. */
export interface FoundVariable {
  /** Another one with each writing; undefined where the server does not say it. */
  readonly version: string | undefined;
}

/** A workspace that the token sees. */
interface Workspace {
  readonly id: string;
  /** What the token may not do with its variables, as far as the server says it. */
  readonly denied: readonly VariableRight[];
}

/** An environment variable, as a list shows it. */
export interface ListedVariable extends FoundVariable {
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

/** What servers say of workspaces, and of the environment variables in them. */
export class Workspaces {
  readonly #known = new Map<string, Promise<Workspace>>();
  readonly #listing = new Map<string, Promise<ListedVariable[]>>();

  /** @param apiOf connects to the server of a workspace */
  constructor(private readonly apiOf: (workspace: TerraformWorkspace) => TerraformApi) {}

  /** Asked once for each. */
  of(workspace: TerraformWorkspace): Promise<Workspace> {
    const { organization, name } = workspace;
    const word = wordOf(workspace);
    const known = this.#known.get(word);
    if (known) return known;
    const path = `/organizations/${encodeURIComponent(organization)}/workspaces/${encodeURIComponent(name)}`;
    const asked = this.apiOf(workspace)({ method: 'GET', path, read: readWorkspace });
    this.#known.set(word, asked);
    asked.catch(() => this.#known.delete(word));
    return asked;
  }

  /** The path of a variable that is there, or of all. */
  async pathOf(workspace: TerraformWorkspace, { id }: Partial<ListedVariable> = {}): Promise<string> {
    const { id: workspaceId } = await this.of(workspace);
    return `/workspaces/${workspaceId}/vars${id === undefined ? '' : `/${id}`}`;
  }

  /** A variable of the workspace itself: the ID of one of another workspace would be that which is changed. */
  async find({ name, workspace }: TerraformVariable): Promise<ListedVariable | undefined> {
    return (await this.#list(workspace, 'vars')).find(({ key }) => key === name);
  }

  /** What runs of the workspace get under the name of a variable. */
  async effective({ name, workspace }: TerraformVariable): Promise<ListedVariable[]> {
    return (await this.#list(workspace, 'all-vars')).filter(({ key }) => key === name);
  }

  /** Who asks while the answer is on its way gets the same. */
  #list(workspace: TerraformWorkspace, what: List): Promise<ListedVariable[]> {
    const word = `${what} of ${wordOf(workspace)}`;
    const asked = this.#listing.get(word) ?? this.#listAll(workspace, what).finally(() => this.#listing.delete(word));
    this.#listing.set(word, asked);
    return asked;
  }

  async #listAll(workspace: TerraformWorkspace, what: List): Promise<ListedVariable[]> {
    const { id } = await this.of(workspace);
    const path = `/workspaces/${id}/${what}`;
    const all: ListedVariable[] = [];
    for (let page: number | undefined = 1; page !== undefined;) {
      const query: Record<string, string> = page === 1 ? {} : { 'page[number]': String(page) };
      const read: Page = await this.apiOf(workspace)({ method: 'GET', path, query, read: readPage });
      all.push(...read.variables);
      page = read.next !== undefined && read.next > page ? read.next : undefined;
    }
    return all;
  }
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

/** @throws UnusualAnswerError when an answer has no ID that can stand in a path */
export function idIn(data: unknown): string {
  const id = textIn(data, 'id');
  if (id === undefined || !/^[\w-]+$/.test(id)) throw new UnusualAnswerError('id');
  return id;
}
