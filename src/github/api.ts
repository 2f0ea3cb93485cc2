import { getOctokit } from '@actions/github';
import { call, type CallSettings } from '../network/call';
import { apiFetch, type Fetch } from './api-fetch';
import { retryOfGithub } from './failure';

/**
 * Makes a request of GitHub's REST API, as often as its kind of failure allows, and reads the answer.
 *
 * @param path begins with a slash
 * @throws Octokit's errors, and what `read` throws
 */
export type GithubApi = <T>(
  method: 'GET' | 'PUT' | 'DELETE',
  path: string,
  body: object,
  read: (data: unknown) => T,
) => Promise<T>;

const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/**
 * Opens a connection to GitHub's API, on which the token authorizes.
 *
 * @param env names the API in `GITHUB_API_URL`; github.com's, when it does not
 */
export function githubApi(token: string, env: NodeJS.ProcessEnv, settings: CallSettings): GithubApi {
  const octokit = getOctokit(token, { baseUrl: env.GITHUB_API_URL ?? 'https://api.github.com', log: silent });
  // The toolkit's own knows of proxies.
  const fetch = apiFetch(octokit.request.endpoint.DEFAULTS.request?.fetch as Fetch);
  return (method, path, body, read) => {
    const route = `${method} ${path}`;
    const request = async (signal: AbortSignal) => {
      const answer: { data: unknown } = await octokit.request(route, {
        ...body,
        request: { signal, log: silent, fetch },
      });
      return read(answer.data);
    };
    return call(route, request, retryOfGithub, settings);
  };
}

function ignore(): void {
  return undefined;
}
