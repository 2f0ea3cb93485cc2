import type { Clock } from '../clock';
import { Refusal } from '../http/refusal';
import type { Answer, IncomingRequest } from '../http/request';
import type { Route } from '../http/route';
import { notFound, word, Workspace, type Given, type Variable } from './workspace';

/** What a token may do, by `organization/workspace`; to write is to see as well. */
export interface Rights {
  /** Its variables. */
  readonly write?: readonly string[];
  /** The workspace and its variables, but not to write them. */
  readonly see?: readonly string[];
}

/** A variable set that is applied to every workspace. */
interface VariableSet {
  /** Whether it overrules the variables of a workspace. */
  readonly hasPriority: boolean;
  readonly variables: readonly Variable[];
}

interface Call {
  readonly workspace: Workspace;
  readonly id: string;
  readonly request: IncomingRequest;
}

const root = '/api/v2';
const mediaType = 'application/vnd.api+json';

/** HCP Terraform, as far as the variables of workspaces go. https://developer.hashicorp.com/terraform/cloud-docs/api-docs */
export class Terraform {
  readonly #workspaces: Workspace[] = [];
  readonly #rights = new Map<string, Rights>();
  readonly #sets: VariableSet[] = [];
  /** Variables in a page of a list. */
  pageSize = 100;
  /** Whether it says the versions of variables. */
  tellsVersions = true;

  readonly #operations: Readonly<Record<string, (call: Call) => Answer>> = {
    'GET vars': ({ workspace, request }) => this.#page(workspace.variables, workspace, request),
    'GET all-vars': ({ workspace, request }) => this.#page(this.#effective(workspace), workspace, request),
    'POST var': ({ workspace, request }) => {
      const created = workspace.create(attributesIn(request), this.clock.now());
      return json(201, { data: this.#describe(created, workspace) });
    },
    'GET var': ({ workspace, id }) => {
      const found = workspace.find(id);
      if (!found) throw notFound();
      return json(200, { data: this.#describe(found, workspace) });
    },
    'PATCH var': ({ workspace, id, request }) =>
      json(200, { data: this.#describe(workspace.update(id, attributesIn(request)), workspace) }),
    'DELETE var': ({ workspace, id }) => {
      workspace.delete(id);
      return noContent;
    },
  };

  constructor(
    private readonly clock: Clock,
    private readonly baseUrl: () => string,
  ) {}

  /** What jobs have in `TFE_ADDRESS`. */
  get address(): string {
    return this.baseUrl();
  }

  createWorkspace(organization: string, name: string): Workspace {
    const workspace = new Workspace(organization, name);
    this.#workspaces.push(workspace);
    return workspace;
  }

  /** A token with these rights, and no others. */
  token(rights: Rights): string {
    const token = `${word()}.atlasv1.${word()}`;
    this.#rights.set(token, rights);
    return token;
  }

  /** The value of an environment variable; undefined when there is none. */
  value(workspace: string, key: string): string | undefined {
    return this.#variable(workspace, key)?.value;
  }

  /** Writes an environment variable, as a person does in the browser. */
  write(path: string, key: string, value: string, { sensitive = true } = {}): void {
    const workspace = this.#named(path);
    const old = this.#variable(path, key);
    if (old) workspace?.update(old.id, { value });
    else workspace?.create({ key, value, category: 'env', sensitive }, this.clock.now());
  }

  /** Removes an environment variable, as a person does in the browser. */
  remove(path: string, key: string): void {
    const old = this.#variable(path, key);
    if (old) this.#named(path)?.delete(old.id);
  }

  /** Applies a variable set with these environment variables to every workspace. */
  addVariableSet(values: Readonly<Record<string, string>>, { hasPriority = false } = {}): void {
    const set = new Workspace('', '');
    for (const [key, value] of Object.entries(values)) set.create({ key, value, category: 'env' }, this.clock.now());
    this.#sets.push({ hasPriority, variables: set.variables });
  }

  /** Where a request goes; undefined where it is not of this API. */
  route(request: IncomingRequest): Route | undefined {
    if (!request.path.startsWith(`${root}/`)) return undefined;
    const path = request.path.slice(root.length);
    if (path === '/ping' && request.method === 'GET') return this.#routed('GET ping', {}, request, () => noContent);
    const [, organization, name] = /^\/organizations\/([^/]+)\/workspaces\/([^/]+)$/.exec(path) ?? [];
    if (request.method === 'GET' && organization !== undefined && name !== undefined) {
      const asked = `${decodeURIComponent(organization)}/${decodeURIComponent(name)}`;
      return this.#routed('GET workspace', { workspace: asked }, request, () => {
        const workspace = this.#seen(this.#named(asked), request);
        return json(200, { data: this.#describeWorkspace(workspace, request) });
      });
    }
    const [, workspaceId = '', list, id = ''] =
      /^\/workspaces\/([^/]+)\/(vars|all-vars)(?:\/([^/]+))?$/.exec(path) ?? [];
    const what = list === 'vars' && (id !== '' || request.method === 'POST') ? 'var' : list;
    const action = `${request.method} ${what ?? ''}`;
    const operation = this.#operations[action];
    if (!operation) return undefined;
    return this.#routed(action, { workspaceId, ...(id && { id }), ...keyIn(request) }, request, () => {
      const workspace = this.#seen(
        this.#workspaces.find((one) => one.id === workspaceId),
        request,
      );
      // What a token may not do is answered as if there were nothing.
      if (request.method !== 'GET' && !this.#may('write', workspace, request)) throw notFound();
      return operation({ workspace, id, request });
    });
  }

  #routed(action: string, params: Route['params'], request: IncomingRequest, respond: () => Answer): Route {
    return {
      service: 'terraform',
      action,
      params,
      refuse,
      respond: (record) => {
        try {
          if (action !== 'GET ping' && !this.#rightsOf(request)) throw new Refusal(401, 'Unauthorized', 'unauthorized');
          return Promise.resolve(respond());
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
          record.errorCode = error.code;
          return Promise.resolve(refuse(error));
        }
      },
    };
  }

  #rightsOf({ headers }: IncomingRequest): Rights | undefined {
    return this.#rights.get((headers.authorization ?? '').replace(/^bearer /i, ''));
  }

  #may(right: 'write' | 'see', { organization, name }: Workspace, request: IncomingRequest): boolean {
    const { write = [], see = [] } = this.#rightsOf(request) ?? {};
    return (right === 'write' ? write : [...write, ...see]).includes(`${organization}/${name}`);
  }

  #seen(workspace: Workspace | undefined, request: IncomingRequest): Workspace {
    if (!workspace || !this.#may('see', workspace, request)) throw notFound();
    return workspace;
  }

  #named(path: string): Workspace | undefined {
    return this.#workspaces.find(({ organization, name }) => `${organization}/${name}` === path);
  }

  #variable(path: string, key: string): Variable | undefined {
    return this.#named(path)?.variables.find((one) => one.key === key && one.category === 'env');
  }

  /** What runs of the workspace get: sets with priority overrule its own variables, and these all others. */
  #effective({ variables }: Workspace): readonly Variable[] {
    const ofSets = (hasPriority: boolean) =>
      this.#sets.filter((set) => set.hasPriority === hasPriority).flatMap((set) => set.variables);
    const all = [...ofSets(true), ...variables, ...ofSets(false)];
    return all.filter(
      (one, index) => all.findIndex(({ key, category }) => key === one.key && category === one.category) === index,
    );
  }

  #page(variables: readonly Variable[], workspace: Workspace, { query }: IncomingRequest): Answer {
    const page = Number(query.get('page[number]') ?? 1);
    const shown = variables.slice((page - 1) * this.pageSize, page * this.pageSize);
    const hasNext = page * this.pageSize < variables.length;
    return json(200, {
      data: shown.map((one) => this.#describe(one, workspace)),
      ...(variables.length > this.pageSize && { meta: { pagination: { 'next-page': hasNext ? page + 1 : null } } }),
    });
  }

  #describeWorkspace(workspace: Workspace, request: IncomingRequest): object {
    const { id, organization, name } = workspace;
    return {
      id,
      type: 'workspaces',
      attributes: {
        name,
        locked: false,
        permissions: {
          'can-update': false,
          'can-read-variable': true,
          'can-update-variable': this.#may('write', workspace, request),
        },
      },
      relationships: { organization: { data: { id: organization, type: 'organizations' } } },
      links: { self: `${root}/organizations/${organization}/workspaces/${name}` },
    };
  }

  #describe(variable: Variable, workspace: Workspace): object {
    const { id, key, value, description, sensitive, category, hcl, version } = variable;
    // A variable of a set is shown in a form that HashiCorp's client can read, which knows a workspace there only.
    const isOwn = workspace.variables.includes(variable);
    return {
      id,
      type: 'vars',
      attributes: {
        ...{ key, value: sensitive ? null : value, description, sensitive, category, hcl },
        ...(this.tellsVersions && { 'version-id': version }),
      },
      ...(isOwn && { relationships: { configurable: { data: { id: workspace.id, type: 'workspaces' } } } }),
      links: { self: `${root}/workspaces/${workspace.id}/vars/${id}` },
    };
  }
}

const headers = { 'TFP-API-Version': '2.6', 'TFP-AppName': 'HCP Terraform', 'X-RateLimit-Limit': '30' };
const noContent: Answer = { status: 204, headers, body: '' };

function json(status: number, body: object): Answer {
  return { status, headers: { ...headers, 'content-type': mediaType }, body: JSON.stringify(body) };
}

function refuse({ status, message }: Refusal): Answer {
  const error =
    status === 422
      ? { status: '422', title: 'invalid attribute', detail: message }
      : status === 429
        ? { status, title: 'Too many requests', detail: message }
        : { status: String(status), title: message };
  return json(status, { errors: [error] });
}

/** @throws Refusal when it is no variable, in the form of JSON:API */
function attributesIn({ body, headers: { 'content-type': type } }: IncomingRequest): Given {
  if (type !== mediaType) throw new Refusal(415, 'UnsupportedMediaType', 'unsupported media type');
  const { data } = parsed(body);
  if (data?.type !== 'vars' || typeof data.attributes !== 'object') throw new Refusal(400, 'BadRequest', 'bad request');
  return data.attributes;
}

function parsed(body: string): { readonly data?: { readonly type?: unknown; readonly attributes?: Given } } {
  try {
    return JSON.parse(body) as ReturnType<typeof parsed>;
  } catch {
    return {};
  }
}

function keyIn({ body }: IncomingRequest): { readonly key?: string } {
  const key = parsed(body).data?.attributes?.key;
  return typeof key === 'string' ? { key } : {};
}
