import type { GithubSecret, SecretLocation } from '../identities/stored-secret';
import { UnusualAnswerError } from '../network/failure';
import { fieldIn, textIn } from '../network/request';
import { restRefusalOf } from '../rest/failure';
import type { GithubApi } from './api';
import { timeIn } from './failure';
import { seal } from './sealed-box';

/**
 * GitHub's secrets, for Actions and for Dependabot.
 * https://docs.github.com/rest/actions/secrets
 * https://docs.github.com/rest/dependabot/secrets
 */
export interface GithubSecrets {
  /**
   * Creates or replaces a secret. One of an organization that exists keeps its visibility and its selected repositories,
   * whatever is declared.
   *
   * @param onUnanswered called at once, for each attempt to write it, when GitHub did not say what became of it: the
   *   value may be there, or may come later, over one that was written since
   * @returns when it was written, in whole seconds by GitHub's clock, which that of `updatedAt` is; undefined where the
   *   answer has no time
   */
  put(secret: GithubSecret, value: string, onUnanswered?: () => void): Promise<Date | undefined>;
  /**
   * Removes a secret; that there is none is no failure.
   *
   * @param onUnanswered called at once, for each attempt, when GitHub did not say what became of it
   */
  remove(secret: GithubSecret, onUnanswered?: () => void): Promise<void>;
  /** When a secret was last written, in whole seconds; undefined when there is none. */
  updatedAt(secret: GithubSecret): Promise<Date | undefined>;
  /**
   * Makes sure that the locations exist, also the repositories that are selected for new secrets, and that the token sees
   * their secrets. Only writing proves that it may write.
   */
  check(secrets: readonly GithubSecret[]): Promise<void>;
  /**
   * Of these secrets, those of an organization that are there, and not for the repositories that are declared. One that
   * is declared for private repositories may be for some only.
   */
  withOtherAudience(secrets: readonly GithubSecret[]): Promise<GithubSecret[]>;
}

type OrganizationLocation = Extract<SecretLocation, { readonly of: 'organization' }>;

interface PublicKey {
  readonly id: string;
  /** In base64. */
  readonly key: string;
}

/** Repositories that GitHub lists in one answer, at most. */
const PAGE_SIZE = 100;
const SECOND_MS = 1_000;

/** The secrets that are reached by a connection. All throw errors for `explainSecret`. */
export function githubSecrets(api: GithubApi): GithubSecrets {
  const publicKeys = new PublicKeys(api);

  /**
   * The outcome of a request about one secret, or undefined when there is no such secret. GitHub says the same of what a
   * token may not see: only where the location shows its key is the secret really not there.
   */
  async function unlessAbsent<T>(secret: GithubSecret, request: Promise<T>): Promise<T | undefined> {
    try {
      return await request;
    } catch (error) {
      if (statusOf(error) !== 404) throw error;
      await publicKeys.of(secret);
      return undefined;
    }
  }

  const find: FindSecret = (secret, read) =>
    unlessAbsent(secret, api({ method: 'GET', path: secretPath(secret), read }));
  const audiences = new Audiences(api, find);

  return {
    async put(secret, value, onUnanswered) {
      const [audience] = await Promise.all([audiences.toWrite(secret), publicKeys.of(secret)]);
      return publicKeys.sealTo(secret, ({ id, key }) => {
        const parameters = { encrypted_value: seal(value, key), key_id: id, ...audience };
        return api({ method: 'PUT', path: secretPath(secret), parameters, read: whenAnswered, onUnanswered });
      });
    },
    async remove(secret, onUnanswered) {
      const removed = api({ method: 'DELETE', path: secretPath(secret), read: nothing, onUnanswered });
      await unlessAbsent(secret, removed);
    },
    updatedAt: (secret) => find(secret, readUpdatedAt),
    async withOtherAudience(secrets) {
      const found = await Promise.all(
        secrets.map(async (secret) => ((await audiences.differs(secret)) ? [secret] : [])),
      );
      return found.flat();
    },
    async check(secrets) {
      await Promise.all(
        secrets.flatMap((secret) => [
          publicKeys.of(secret),
          ...(isForSelected(secret) ? [audiences.toWrite(secret)] : []),
        ]),
      );
    },
  };
}

/** What GitHub shows of a secret, or undefined when there is none. */
type FindSecret = <T>(secret: GithubSecret, read: (data: unknown) => T) => Promise<T | undefined>;

/** Who may use secrets. Only organizations have that as a part of theirs. */
class Audiences {
  readonly #repositoryIds = new Map<string, Promise<number>>();

  constructor(
    private readonly api: GithubApi,
    private readonly find: FindSecret,
  ) {}

  /** What is to be said of it when a secret is written: one that is there keeps its own. */
  async toWrite(secret: GithubSecret): Promise<object> {
    const { location } = secret;
    if (location.of !== 'organization') return {};
    const visibility = await this.#visibilityOf(secret);
    if (visibility === undefined) return this.#asDeclared(location);
    if (visibility !== 'selected') return { visibility };
    // An update that does not name the selected repositories takes the secret from all of them.
    return { visibility, selected_repository_ids: await selectedRepositories(secret, this.api) };
  }

  /** Whether a secret that is there has another audience than is declared. */
  async differs(secret: GithubSecret): Promise<boolean> {
    const { location } = secret;
    if (location.of !== 'organization') return false;
    const visibility = await this.#visibilityOf(secret);
    if (visibility === undefined) return false;
    if (visibility !== location.visibility) return visibility !== 'selected' || location.visibility !== 'private';
    if (location.visibility !== 'selected') return false;
    const [is, declared] = await Promise.all([selectedRepositories(secret, this.api), this.#declaredIds(location)]);
    return is.length !== declared.length || !is.every((id) => declared.includes(id));
  }

  #visibilityOf(secret: GithubSecret): Promise<string | undefined> {
    return this.find(secret, (data) => textField(data, 'visibility'));
  }

  /** Of a secret that is not there yet. Only IDs name repositories then. */
  async #asDeclared(location: OrganizationLocation): Promise<object> {
    const { visibility } = location;
    if (visibility !== 'selected') return { visibility };
    return { visibility, selected_repository_ids: await this.#declaredIds(location) };
  }

  /** Of the repositories that are declared, each once. */
  async #declaredIds({ organization, ...audience }: OrganizationLocation): Promise<number[]> {
    const names = audience.visibility === 'selected' ? audience.repositories : [];
    return [...new Set(await Promise.all(names.map((name) => this.#idOf(`${organization}/${name}`))))];
  }

  #idOf(repository: string): Promise<number> {
    const known = this.#repositoryIds.get(repository);
    if (known) return known;
    const asked = this.api({ method: 'GET', path: `/repos/${repository}`, read: readRepositoryId });
    this.#repositoryIds.set(repository, asked);
    return asked;
  }
}

/** The public keys that secrets are sealed to, one of each location: fetched once, and again when GitHub has another. */
class PublicKeys {
  readonly #byPath = new Map<string, Promise<PublicKey>>();

  constructor(private readonly api: GithubApi) {}

  of(secret: GithubSecret): Promise<PublicKey> {
    const path = secretsPath(secret);
    const known = this.#byPath.get(path);
    if (known) return known;
    const fetched = this.api({ method: 'GET', path: `${path}/public-key`, read: readPublicKey });
    this.#byPath.set(path, fetched);
    fetched.catch(() => {
      this.#forget(path, fetched);
    });
    return fetched;
  }

  /** Writes what is sealed to the key of a location, once more if GitHub refuses it and has another key by now. */
  async sealTo<T>(secret: GithubSecret, write: (key: PublicKey) => Promise<T>): Promise<T> {
    const first = this.of(secret);
    const key = await first;
    try {
      return await write(key);
    } catch (error) {
      if (statusOf(error) !== 422) throw error;
      this.#forget(secretsPath(secret), first);
      const current = await this.of(secret);
      if (current.id === key.id) throw error;
      return write(current);
    }
  }

  /** Unless another one was fetched since. */
  #forget(path: string, key: Promise<PublicKey>): void {
    if (this.#byPath.get(path) === key) this.#byPath.delete(path);
  }
}

/** The repositories that may use a secret of an organization. */
async function selectedRepositories(secret: GithubSecret, api: GithubApi): Promise<number[]> {
  const selected: number[] = [];
  for (let page = 1; ; page += 1) {
    const path = `${secretPath(secret)}/repositories`;
    const ids = await api({ method: 'GET', path, parameters: { per_page: PAGE_SIZE, page }, read: readRepositoryIds });
    selected.push(...ids);
    if (ids.length < PAGE_SIZE) return selected;
  }
}

function secretsPath({ store, location }: GithubSecret): string {
  const program = store === 'dependabot-secrets' ? 'dependabot' : 'actions';
  switch (location.of) {
    case 'repository':
      return `/repos/${location.repository}/${program}/secrets`;
    case 'environment':
      return `/repos/${location.repository}/environments/${encodeURIComponent(location.environment)}/secrets`;
    case 'organization':
      return `/orgs/${location.organization}/${program}/secrets`;
  }
}

function secretPath(secret: GithubSecret): string {
  return `${secretsPath(secret)}/${secret.name}`;
}

function isForSelected({ location }: GithubSecret): boolean {
  return location.of === 'organization' && location.visibility === 'selected';
}

function statusOf(error: unknown): number | undefined {
  return restRefusalOf(error)?.status;
}

function readPublicKey(data: unknown): PublicKey {
  return { id: textField(data, 'key_id'), key: textField(data, 'key') };
}

function readUpdatedAt(data: unknown): Date {
  const date = timeIn(data, 'updated_at');
  if (date === undefined) throw new UnusualAnswerError('updated_at that is a time');
  // As the records of keys have it: a part of a second would pass for a later time.
  return new Date(Math.floor(date.getTime() / SECOND_MS) * SECOND_MS);
}

function readRepositoryIds(data: unknown): number[] {
  const repositories = fieldIn(data, 'repositories');
  if (!Array.isArray(repositories)) throw new UnusualAnswerError('repositories');
  return repositories.map(readRepositoryId);
}

function readRepositoryId(data: unknown): number {
  const id = fieldIn(data, 'id');
  if (typeof id !== 'number') throw new UnusualAnswerError('id of a repository');
  return id;
}

function textField(data: unknown, name: string): string {
  const value = textIn(data, name);
  if (value === undefined) throw new UnusualAnswerError(name);
  return value;
}

function whenAnswered(_: unknown, answered: Date | undefined): Date | undefined {
  return answered;
}

function nothing(): void {
  return undefined;
}
