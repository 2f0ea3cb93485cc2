import { agentsFor, type Agents } from '../network/agents';
import { call, type CallSettings } from '../network/call';
import { GITHUB_FAILURES, GithubRefusedError, NotGithubError, textIn } from './failure';
import { requestGithub, type GithubAnswer, type GithubRequest } from './request';
import { getOctokit } from './toolkit';

/**
 * Makes a request of GitHub's REST API, as often as its kind of failure allows, and reads the answer.
 *
 * @param path begins with a slash
 * @param parameters of the query in a GET, of the body otherwise
 * @throws GithubRefusedError, NotGithubError, and what `read` throws
 */
export type GithubApi = <T>(
  method: GithubRequest['method'],
  path: string,
  parameters: object,
  read: (data: unknown) => T,
) => Promise<T>;

/** What Octokit gives its `fetch` to send. */
interface Sent {
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

const ignore = () => undefined;
const SILENT = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** GitHub redirects once, where a repository has got another name. */
const MAX_REDIRECTS = 3;

/**
 * Opens a connection to GitHub's API, on which the token authorizes. Octokit makes the requests, and they are sent as all
 * others of the step are: its own client knows other rules of proxies, and reads answers of any length.
 *
 * @param env names the API in `GITHUB_API_URL`; github.com's, when it does not
 */
export function githubApi(token: string, env: NodeJS.ProcessEnv, settings: CallSettings): GithubApi {
  const baseUrl = (env.GITHUB_API_URL ?? 'https://api.github.com').replace(/\/$/, '');
  const opened = agentsFor(new URL(baseUrl));
  const octokit = getOctokit(token, { baseUrl, userAgent: 'aws-identity-action', log: SILENT });
  return (method, path, parameters, read) => {
    const route = `${method} ${path}`;
    const request = async (signal: AbortSignal) => {
      let data: unknown;
      const fetch = async (url: string, { headers, body }: Sent) => {
        data = await dataOf({ method, url: new URL(url), headers, signal, ...(body && { body }) }, await opened);
        return new Response(null, { status: 204 });
      };
      await octokit.request(route, { ...parameters, request: { fetch } }).catch((error: unknown) => {
        throw error instanceof Error && error.cause !== undefined ? error.cause : error;
      });
      return read(data);
    };
    return call(route, request, GITHUB_FAILURES, settings);
  };
}

/**
 * What is answered. A redirect is followed on the same host only: another host would learn what the request holds, and
 * could answer it with a key of its own.
 */
async function dataOf(request: GithubRequest, agents: Agents): Promise<unknown> {
  let { url } = request;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    const answer = await requestGithub({ ...request, url }, agents);
    const { status, headers, data } = answer;
    if (status >= 200 && status < 300) return data;
    if (status >= 400 || headers.location === undefined) throw refused(answer, { ...request, url });
    url = sameHost(headers.location, url);
  }
  throw new NotGithubError(`the answers redirect more than ${MAX_REDIRECTS} times`);
}

function refused(answer: GithubAnswer, { method, url }: GithubRequest): GithubRefusedError {
  return new GithubRefusedError({ ...answer, words: textIn(answer.data, 'message') ?? '', method, url: url.href });
}

function sameHost(location: string, from: URL): URL {
  const to = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  if (to?.origin === from.origin) return to;
  throw new NotGithubError(`the answer redirects to ${to?.origin ?? 'what is no URL'}`);
}
