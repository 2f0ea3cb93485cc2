import type { GithubSecret, SecretLocation } from '../identities/declaration';
import type { CallSettings } from '../network/call';
import { githubApi } from './api';
import { githubRefusalOf, IncompleteAnswerError } from './failure';
import { seal } from './sealed-box';

/** GitHub's Actions secrets. https://docs.github.com/rest/actions/secrets */
export interface GithubSecrets {
  /** Creates or replaces a secret. One of an organization that exists keeps its visibility, whatever is declared. */
  put(secret: GithubSecret, value: string): Promise<void>;
  /** Removes a secret; that there is none is no failure. */
  remove(secret: GithubSecret): Promise<void>;
  /** When a secret was last written, in whole seconds; undefined when there is none. */
  updatedAt(secret: GithubSecret): Promise<Date | undefined>;
  /** Makes sure that the locations exist and that the token sees their secrets. Only writing proves that it may write. */
  check(locations: readonly SecretLocation[]): Promise<void>;
}

interface PublicKey {
  readonly id: string;
  /** In base64. */
  readonly key: string;
}

/** Repositories that GitHub lists in one answer, at most. */
const PAGE_SIZE = 100;

/** The secrets that a token reaches. All throw Octokit's errors, for `explainSecret`. */
export function githubSecrets(token: string, env: NodeJS.ProcessEnv, settings: CallSettings): GithubSecrets {
  const api = githubApi(token, env, settings);
  const publicKeys = new Map<string, Promise<PublicKey>>();

  function publicKeyOf(location: SecretLocation): Promise<PublicKey> {
    const path = secretsPath(location);
    const known = publicKeys.get(path);
    if (known) return known;
    const fetched = api('GET', `${path}/public-key`, {}, readPublicKey);
    publicKeys.set(path, fetched);
    fetched.catch(() => {
      forget(location, fetched);
    });
    return fetched;
  }

  function forget(location: SecretLocation, publicKey: Promise<PublicKey>): void {
    const path = secretsPath(location);
    if (publicKeys.get(path) === publicKey) publicKeys.delete(path);
  }

  /**
   * The outcome of a request about one secret, or undefined when there is no such secret. GitHub says the same of what a
   * token may not see: only where the location shows its key is the secret really not there.
   */
  async function unlessAbsent<T>(location: SecretLocation, request: Promise<T>): Promise<T | undefined> {
    try {
      return await request;
    } catch (error) {
      if (statusOf(error) !== 404) throw error;
      await publicKeyOf(location);
      return undefined;
    }
  }

  const find = <T>(secret: GithubSecret, read: (data: unknown) => T) =>
    unlessAbsent(secret.location, api('GET', secretPath(secret), {}, read));

  /** Who may use the secret, as far as that is part of it. */
  async function audienceOf(secret: GithubSecret): Promise<object> {
    const { location } = secret;
    if (location.of !== 'organization') return {};
    const visibility = (await find(secret, (data) => textField(data, 'visibility'))) ?? location.visibility;
    if (visibility !== 'selected') return { visibility };
    // An update that does not name the selected repositories takes the secret from all of them.
    return { visibility, selected_repository_ids: await selectedRepositories(secret) };
  }

  async function selectedRepositories(secret: GithubSecret): Promise<number[]> {
    const selected: number[] = [];
    for (let page = 1; ; page += 1) {
      const body = { per_page: PAGE_SIZE, page };
      const ids = await api('GET', `${secretPath(secret)}/repositories`, body, readRepositoryIds);
      selected.push(...ids);
      if (ids.length < PAGE_SIZE) return selected;
    }
  }

  return {
    async put(secret, value) {
      const { location } = secret;
      const first = publicKeyOf(location);
      const [key, audience] = await Promise.all([first, audienceOf(secret)]);
      const write = (to: PublicKey) => {
        const body = { encrypted_value: seal(value, to.key), key_id: to.id, ...audience };
        return api('PUT', secretPath(secret), body, nothing);
      };
      try {
        await write(key);
      } catch (error) {
        if (statusOf(error) !== 422) throw error;
        forget(location, first);
        const current = await publicKeyOf(location);
        if (current.id === key.id) throw error;
        await write(current);
      }
    },
    async remove(secret) {
      await unlessAbsent(secret.location, api('DELETE', secretPath(secret), {}, nothing));
    },
    updatedAt: (secret) => find(secret, readUpdatedAt),
    async check(locations) {
      await Promise.all(locations.map(publicKeyOf));
    },
  };
}

function secretsPath(location: SecretLocation): string {
  switch (location.of) {
    case 'repository':
      return `/repos/${location.repository}/actions/secrets`;
    case 'environment':
      return `/repos/${location.repository}/environments/${encodeURIComponent(location.environment)}/secrets`;
    case 'organization':
      return `/orgs/${location.organization}/actions/secrets`;
  }
}

function secretPath({ name, location }: GithubSecret): string {
  return `${secretsPath(location)}/${name}`;
}

function statusOf(error: unknown): number | undefined {
  return githubRefusalOf(error)?.status;
}

function readPublicKey(data: unknown): PublicKey {
  return { id: textField(data, 'key_id'), key: textField(data, 'key') };
}

function readUpdatedAt(data: unknown): Date {
  const date = new Date(textField(data, 'updated_at'));
  if (Number.isNaN(date.getTime())) throw new IncompleteAnswerError('updated_at that is a time');
  return date;
}

function readRepositoryIds(data: unknown): number[] {
  const repositories = field(data, 'repositories');
  if (!Array.isArray(repositories)) throw new IncompleteAnswerError('repositories');
  return repositories.map((repository: unknown) => {
    const id = field(repository, 'id');
    if (typeof id !== 'number') throw new IncompleteAnswerError('id of a repository');
    return id;
  });
}

function textField(data: unknown, name: string): string {
  const value = field(data, name);
  if (typeof value !== 'string') throw new IncompleteAnswerError(name);
  return value;
}

function field(data: unknown, name: string): unknown {
  return typeof data === 'object' && data !== null ? Reflect.get(data, name) : undefined;
}

function nothing(): void {
  return undefined;
}
