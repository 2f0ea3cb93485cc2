import { getOctokit } from '@actions/github';
import { agentsFor, type Agents } from '../network/agents';
import type { CallSettings } from '../network/call';
import { requestJson, textIn, type JsonAnswer, type JsonRequest } from '../network/request';
import { callRest, type Attempt, type RestRequest } from '../rest/call';
import { RestRefusal } from '../rest/failure';
import { GITHUB_FAILURES, NotGithubError, timeIn } from './failure';

/** One request of GitHub's REST API, and what is made of its answer. */
export interface ApiRequest<T> extends RestRequest {
  /** Of the query in a GET, of the body otherwise. */
  readonly parameters?: object;
  /** Attempts in all, the first included; if omitted, as many as other calls of the step have. */
  readonly maxAttempts?: number;
  /** Is given what the answer holds, and its time by GitHub's clock, undefined where it says none. */
  readonly read: (data: unknown, answered: Date | undefined) => T;
}

/**
 * Makes a request of GitHub's REST API, as often as its kind of failure allows, and reads the answer.
 *
 * @throws RestRefusal, NotGithubError, and what `read` throws
 */
export type GithubApi = <T>(request: ApiRequest<T>) => Promise<T>;

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
  return ({ parameters, maxAttempts = settings.retry.maxAttempts, read, ...asked }) => {
    const { method, path } = asked;
    const send = async (attempt: Attempt) => {
      let answer: JsonAnswer | undefined;
      const fetch = async (url: string, { headers, body }: Sent) => {
        const sent = { method, url: new URL(url), headers, ...(body && { body }), ...attempt };
        answer = await answerTo(sent, await opened);
        return new Response(null, { status: 204 });
      };
      await octokit.request(`${method} ${path}`, { ...parameters, request: { fetch } }).catch((error: unknown) => {
        throw error instanceof Error && error.cause !== undefined ? error.cause : error;
      });
      return read(answer?.data, timeIn(answer?.headers, 'date'));
    };
    return callRest(asked, send, GITHUB_FAILURES, { ...settings, retry: { maxAttempts } });
  };
}

/**
 * What is answered. A redirect is followed on the same host only: another host would learn what the request holds, and
 * could answer it with a key of its own.
 */
async function answerTo(request: JsonRequest, agents: Agents): Promise<JsonAnswer> {
  let { url } = request;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    const answer = await requestJson({ ...request, url }, agents);
    const { status, headers } = answer;
    if (status >= 200 && status < 300) return answer;
    if (status >= 400 || headers.location === undefined) {
      throw new RestRefusal({ ...request, url }, answer, textIn(answer.data, 'message') ?? '');
    }
    url = sameHost(headers.location, url);
  }
  throw new NotGithubError(`the answers redirect more than ${MAX_REDIRECTS} times`);
}

function sameHost(location: string, from: URL): URL {
  const to = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  if (to?.origin === from.origin) return to;
  throw new NotGithubError(`the answer redirects to ${to?.origin ?? 'what is no URL'}`);
}
