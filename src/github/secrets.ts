import { getOctokit } from '@actions/github';
import type { GithubSecret, SecretPlace } from '../identities/declaration';
import { call, type CallSettings } from '../network/call';
import { apiFetch, type Fetch } from './api-fetch';
import { githubRefusalOf, IncompleteAnswerError, retryOfGithub } from './explain-secrets';
import { seal } from './sealed-box';

/**
 * GitHub's Actions secrets. All throw Octokit's errors, for `explainSecret`.
 * https://docs.github.com/rest/actions/secrets
 */
export interface GithubSecrets {
  /** Creates or replaces a secret. One of an organization that exists keeps its visibility, whatever is declared. */
  put(secret: GithubSecret, value: string): Promise<void>;
  /** Removes a secret; that there is none is no failure. */
  remove(secret: GithubSecret): Promise<void>;
  /** When a secret was last written, in whole seconds; undefined when there is none. */
  updatedAt(secret: GithubSecret): Promise<Date | undefined>;
  /** Makes sure that the places exist and that the token sees their secrets. Only writing proves that it may write. */
  check(places: readonly SecretPlace[]): Promise<void>;
}

interface PublicKey {
  readonly id: string;
  /** In base64. */
  readonly key: string;
}

type Method = 'GET' | 'PUT' | 'DELETE';

/** Repositories that GitHub lists in one answer, at most. */
const PAGE_SIZE = 100;

const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/**
 * Opens a connection to GitHub's API, on which the token authorizes.
 *
 * @param env names the API in `GITHUB_API_URL`; github.com's, when it does not
 */
export function connectGithubSecrets(token: string, env: NodeJS.ProcessEnv, settings: CallSettings): GithubSecrets {
  const octokit = getOctokit(token, { baseUrl: env.GITHUB_API_URL ?? 'https://api.github.com', log: silent });
  // The toolkit's own knows of proxies.
  const fetch = apiFetch(octokit.request.endpoint.DEFAULTS.request?.fetch as Fetch);
  const publicKeys = new Map<string, Promise<PublicKey>>();

  function send<T>(method: Method, path: string, body: object, read: (data: unknown) => T): Promise<T> {
    const route = `${method} ${path}`;
    const request = async (signal: AbortSignal) => {
      const answer: { data: unknown } = await octokit.request(route, {
        ...body,
        request: { signal, log: silent, fetch },
      });
      return read(answer.data);
    };
    return call(route, request, retryOfGithub, settings);
  }

  function publicKeyOf(place: SecretPlace): Promise<PublicKey> {
    const path = secretsPath(place);
    const known = publicKeys.get(path);
    if (known) return known;
    const fetched = send('GET', `${path}/public-key`, {}, readPublicKey);
    publicKeys.set(path, fetched);
    fetched.catch(() => {
      forget(place, fetched);
    });
    return fetched;
  }

  function forget(place: SecretPlace, publicKey: Promise<PublicKey>): void {
    const path = secretsPath(place);
    if (publicKeys.get(path) === publicKey) publicKeys.delete(path);
  }

  /**
   * The outcome of a request about one secret, or undefined when there is no such secret. GitHub says the same of what a
   * token may not see: only where the place shows its key is the secret really not there.
   */
  async function unlessAbsent<T>(place: SecretPlace, request: Promise<T>): Promise<T | undefined> {
    try {
      return await request;
    } catch (error) {
      if (statusOf(error) !== 404) throw error;
      await publicKeyOf(place);
      return undefined;
    }
  }

  function get<T>(secret: GithubSecret, read: (data: unknown) => T): Promise<T | undefined> {
    return unlessAbsent(secret.place, send('GET', secretPath(secret), {}, read));
  }

  /** Who may use the secret, as far as that is part of it. */
  async function audienceOf(secret: GithubSecret): Promise<object> {
    const { place } = secret;
    if (place.of !== 'organization') return {};
    const visibility = (await get(secret, (data) => text(data, 'visibility'))) ?? place.visibility;
    if (visibility !== 'selected') return { visibility };
    // An update that does not name the selected repositories takes the secret from all of them.
    return { visibility, selected_repository_ids: await selectedRepositories(secret) };
  }

  async function selectedRepositories(secret: GithubSecret): Promise<number[]> {
    const path = `${secretPath(secret)}/repositories`;
    const selected: number[] = [];
    for (let page = 1; ; page += 1) {
      const ids = await send('GET', path, { per_page: PAGE_SIZE, page }, readRepositoryIds);
      selected.push(...ids);
      if (ids.length < PAGE_SIZE) return selected;
    }
  }

  return {
    async put(secret, value) {
      const { place } = secret;
      const first = publicKeyOf(place);
      const [key, audience] = await Promise.all([first, audienceOf(secret)]);
      const write = (to: PublicKey) => {
        const body = { encrypted_value: seal(value, to.key), key_id: to.id, ...audience };
        return send('PUT', secretPath(secret), body, ignore);
      };
      try {
        await write(key);
      } catch (error) {
        if (statusOf(error) !== 422) throw error;
        forget(place, first);
        const current = await publicKeyOf(place);
        if (current.id === key.id) throw error;
        await write(current);
      }
    },
    async remove(secret) {
      await unlessAbsent(secret.place, send('DELETE', secretPath(secret), {}, ignore));
    },
    updatedAt: (secret) => get(secret, readUpdatedAt),
    async check(places) {
      await Promise.all(places.map(publicKeyOf));
    },
  };
}

function secretsPath(place: SecretPlace): string {
  switch (place.of) {
    case 'repository':
      return `/repos/${place.repository}/actions/secrets`;
    case 'environment':
      return `/repos/${place.repository}/environments/${encodeURIComponent(place.environment)}/secrets`;
    case 'organization':
      return `/orgs/${place.organization}/actions/secrets`;
  }
}

function secretPath({ name, place }: GithubSecret): string {
  return `${secretsPath(place)}/${name}`;
}

function statusOf(error: unknown): number | undefined {
  return githubRefusalOf(error)?.status;
}

function readPublicKey(data: unknown): PublicKey {
  return { id: text(data, 'key_id'), key: text(data, 'key') };
}

function readUpdatedAt(data: unknown): Date {
  const date = new Date(text(data, 'updated_at'));
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

function text(data: unknown, name: string): string {
  const value = field(data, name);
  if (typeof value !== 'string') throw new IncompleteAnswerError(name);
  return value;
}

function field(data: unknown, name: string): unknown {
  return typeof data === 'object' && data !== null ? Reflect.get(data, name) : undefined;
}

function ignore(): void {
  return undefined;
}
