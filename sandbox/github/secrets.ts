import type { Clock } from '../clock';
import { Refusal } from '../http/refusal';
import type { Answer, IncomingRequest } from '../http/request';
import type { Route } from '../http/route';
import { notFound, type Right, type Rights, type Tokens } from './access';
import { apiRoot, githubRoute, json, seconds } from './route';
import { sealingReady } from './sealing-key';
import { parseSecretPath, type Program, type SecretPath } from './secret-path';
import { SecretStore, unprocessable, type Audience, type StoredSecret } from './secret-store';

interface Repository {
  readonly id: number;
  readonly full_name: string;
}

/** Which of an owner's secrets: if nothing is said, those of the owner itself for Actions. */
interface Which {
  readonly environment?: string | undefined;
  readonly program?: Program;
}

interface Call extends SecretPath {
  readonly store: SecretStore;
  readonly request: IncomingRequest;
}

/**
 * GitHub's REST API for secrets of Actions and Dependabot, and what it knows of. Owners are `owner/name` for a repository and `org:name`
 * for an organization.
 * https://docs.github.com/rest/actions/secrets
 * https://docs.github.com/rest/dependabot/secrets
 */
export class GithubSecrets {
  readonly #repositories: Repository[] = [];
  readonly #stores = new Map<string, SecretStore>();
  readonly #operations: Readonly<Record<string, (call: Call) => Answer>> = {
    'GET secrets': (call) => this.#list(call),
    'GET public-key': ({ store: { key } }) => json(200, { key_id: key.id, key: key.publicKey }),
    'GET secret': (call) => json(200, describe(existing(call))),
    'PUT secret': (call) => this.#put(call),
    'DELETE secret': ({ store, name }) => {
      if (!store.delete(name)) throw notFound();
      return noContent;
    },
    'GET selected-repositories': (call) => this.#listSelected(call),
  };

  private constructor(
    private readonly clock: Clock,
    private readonly tokens: Tokens,
    private readonly baseUrl: () => string,
  ) {}

  /** @param baseUrl where the sandbox is reached, once it listens */
  static async create(clock: Clock, tokens: Tokens, baseUrl: () => string): Promise<GithubSecrets> {
    await sealingReady();
    return new GithubSecrets(clock, tokens, baseUrl);
  }

  /** What jobs have in `GITHUB_API_URL`. */
  get apiUrl(): string {
    return this.baseUrl() + apiRoot;
  }

  /** @param name `owner/name`; its environments are made on their own */
  createRepository(name: string): Repository {
    const repository = { id: this.#repositories.length + 1, full_name: name };
    this.#repositories.push(repository);
    for (const program of PROGRAMS) this.#stores.set(keyOf(name, undefined, program), new SecretStore());
    return repository;
  }

  /** Makes an environment of a repository, and the repository if there is none. */
  createEnvironment(repository: string, environment: string): void {
    if (!this.#stores.has(keyOf(repository))) this.createRepository(repository);
    this.#stores.set(keyOf(repository, environment), new SecretStore());
  }

  createOrganization(name: string): void {
    for (const program of PROGRAMS) this.#stores.set(keyOf(`org:${name}`, undefined, program), new SecretStore());
  }

  /** A token with these rights, and no others. */
  token(rights: Rights): string {
    return this.tokens.issue(rights);
  }

  /** The value of a secret, opened; undefined when there is no such secret. */
  value(owner: string, name: string, { environment, program }: Which = {}): string | undefined {
    const secret = this.#store(owner, environment, program)?.get(name);
    return secret?.key.open(secret.box)?.toString('utf8');
  }

  /** Stores a secret of a repository or an environment, as a person does in the browser. */
  write(owner: string, name: string, value: string, { environment, program }: Which = {}): void {
    const store = this.#store(owner, environment, program);
    store?.put(name, store.key.seal(value), store.key.id, undefined, this.clock.now());
  }

  /** Removes a secret, as a person does in the browser. */
  remove(owner: string, name: string, { environment, program }: Which = {}): void {
    this.#store(owner, environment, program)?.delete(name);
  }

  /** Lets GitHub have a new public key for a store. */
  rotateKey(owner: string, { environment, program }: Which = {}): void {
    this.#store(owner, environment, program)?.rotateKey();
  }

  /** Where a request goes that is about secrets; undefined for others. */
  route(request: IncomingRequest): Route | undefined {
    const path = parseSecretPath(request.path);
    if (!path) return this.#repositoryRoute(request);
    const action = `${request.method} ${path.of}`;
    const operation = this.#operations[action];
    if (!operation) return undefined;
    const { owner, environment, program, name } = path;
    const params = { owner, ...(environment !== undefined && { environment }), ...(name && { name }) };
    return githubRoute(action, params, () => {
      this.tokens.authorize(request.headers.authorization, owner, rightFor(request.method, program));
      const store = this.#store(owner, environment, program);
      if (!store) throw notFound();
      return operation({ ...path, store, request });
    });
  }

  /** A repository by its name, as far as its ID goes. */
  #repositoryRoute({ method, path, headers }: IncomingRequest): Route | undefined {
    const [, name] = /^\/repos\/([^/]+\/[^/]+)$/.exec(path.slice(apiRoot.length)) ?? [];
    if (method !== 'GET' || name === undefined || !path.startsWith(apiRoot)) return undefined;
    return githubRoute('GET repository', { owner: name }, () => {
      this.tokens.authorize(headers.authorization, name, 'see');
      const found = this.#repositories.find((one) => one.full_name.toLowerCase() === name.toLowerCase());
      if (!found) throw notFound();
      return json(200, found);
    });
  }

  #store(owner: string, environment: string | undefined, program: Program = 'actions'): SecretStore | undefined {
    return this.#stores.get(keyOf(owner, environment, program));
  }

  #list({ store, request }: Call): Answer {
    return json(200, { total_count: store.secrets.length, secrets: page(store.secrets, request).map(describe) });
  }

  #listSelected(call: Call): Answer {
    const ids = existing(call).audience?.repositoryIds ?? [];
    const repositories = this.#repositories.filter(({ id }) => ids.includes(id));
    return json(200, { total_count: repositories.length, repositories: page(repositories, call.request) });
  }

  #put({ owner, store, name, request }: Call): Answer {
    const body = parseBody(request.body);
    const audience = owner.startsWith('org:') ? this.#audience(body) : undefined;
    const created = store.put(name, body.encrypted_value, body.key_id, audience, this.clock.now());
    return created ? json(201, {}) : noContent;
  }

  /** An update without `selected_repository_ids` leaves none selected. */
  #audience({ visibility, selected_repository_ids: ids }: Record<string, unknown>): Audience {
    if (visibility !== 'all' && visibility !== 'private' && visibility !== 'selected') {
      throw unprocessable(`Invalid request.\n\n"visibility" must be all, private or selected.`);
    }
    if (ids === undefined) return { visibility, repositoryIds: [] };
    if (visibility !== 'selected') {
      throw unprocessable("Repositories are selected with the visibility 'selected' only.");
    }
    const selected = this.#repositories.map(({ id }) => id).filter((id) => Array.isArray(ids) && ids.includes(id));
    if (!Array.isArray(ids) || selected.length < ids.length) throw unprocessable('A selected repository is unknown.');
    return { visibility, repositoryIds: selected };
  }
}

const noContent: Answer = { status: 204, headers: {}, body: '' };

const PROGRAMS: readonly Program[] = ['actions', 'dependabot'];

function keyOf(owner: string, environment?: string, program: Program = 'actions'): string {
  return JSON.stringify([owner, environment, program]).toLowerCase();
}

function rightFor(method: string, program: Program): Right {
  if (program === 'dependabot') return 'dependabot';
  return method === 'GET' ? 'read' : 'write';
}

function existing({ store, name }: Call): StoredSecret {
  const secret = store.get(name);
  if (!secret) throw notFound();
  return secret;
}

/** All that GitHub ever shows of a secret. */
function describe({ name, createdAt, updatedAt, audience }: StoredSecret): object {
  return {
    name,
    created_at: seconds(createdAt),
    updated_at: seconds(updatedAt),
    ...(audience && { visibility: audience.visibility }),
  };
}

function page<T>(items: readonly T[], { query }: IncomingRequest): readonly T[] {
  const size = Math.min(100, Number(query.get('per_page') ?? 30));
  const start = (Number(query.get('page') ?? 1) - 1) * size;
  return items.slice(start, start + size);
}

function parseBody(body: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === 'object' && parsed !== null) return parsed as Record<string, unknown>;
  } catch {
    // Said below, as for anything else that is no object.
  }
  throw new Refusal(400, 'BadRequest', 'Problems parsing JSON');
}
