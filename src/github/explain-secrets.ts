import { connectionErrorCode, isNoAnswer, retryOf } from '../aws/failure';
import { ActionError, type Failure } from '../errors/action-error';
import type { Retry } from '../network/retry';

/** GitHub answered with success, but without what it should tell: the answer was cut off, or is not GitHub's. */
export class IncompleteAnswerError extends Error {
  constructor(missing: string) {
    super(`the answer holds no ${missing}`);
    this.name = 'IncompleteAnswerError';
  }
}

/** GitHub's refusal, as it was answered. */
export interface GithubRefusal {
  readonly status: number;
  readonly words: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, unknown>>;
  readonly method: string;
  readonly url: string;
}

/** What an error of Octokit's may carry; nothing of it can be relied on. */
interface OctokitError {
  readonly status?: unknown;
  readonly message?: unknown;
  readonly cause?: unknown;
  readonly request?: { readonly method?: unknown; readonly url?: unknown };
  readonly response?: { readonly headers?: Readonly<Record<string, unknown>> };
}

type Explanation = Pick<Failure, 'code' | 'why' | 'fix'>;

const CONNECTION_BROKE = 'UND_ERR_SOCKET';
const TIMED_OUT = new Set(['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);

/** The refusal in an error of Octokit's, or undefined when GitHub did not answer with one. */
export function githubRefusalOf(error: unknown): GithubRefusal | undefined {
  const { status, message, request, response } = asOctokitError(error);
  // A connection that failed has the status 500 in Octokit's errors, but no response.
  if (typeof status !== 'number' || response === undefined) return undefined;
  return {
    status,
    words: typeof message === 'string' ? message : '',
    headers: response.headers ?? {},
    method: String(request?.method),
    url: String(request?.url),
  };
}

/** Whether a failed request to GitHub's API can succeed when it is made again. */
export function retryOfGithub(error: unknown): Retry {
  if (error instanceof IncompleteAnswerError) return 'transient';
  const refusal = githubRefusalOf(error);
  if (refusal) {
    if (isRateLimit(refusal)) return 'throttled';
    return refusal.status >= 500 ? 'transient' : 'final';
  }
  const failed = connectionErrorOf(error);
  if (connectionErrorCode(failed) === CONNECTION_BROKE) return 'transient';
  return isTimedOut(failed) ? 'unanswered' : retryOf(failed);
}

/**
 * The error to show the user when GitHub did not do what was asked of Actions secrets.
 *
 * @param tried completes "Could not …"
 */
export function explainSecret(error: unknown, tried: string): ActionError {
  if (error instanceof ActionError) return error;
  const refusal = githubRefusalOf(error);
  const answer = refusal
    ? `HTTP ${refusal.status} to ${refusal.method} ${refusal.url}${refusal.words && `: ${refusal.words}`}`
    : wordsOf(connectionErrorOf(error));
  const explanation = refusal ? explainRefusal(refusal) : explainNoRefusal(error);
  return new ActionError({ tried, answer, ...explanation }, { cause: error });
}

/**
 * GitHub's limits answer 429 or 403, which is its word for a lack of permission, too.
 * https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
 */
function isRateLimit({ status, words, headers }: GithubRefusal): boolean {
  if (status === 429) return true;
  if (status !== 403) return false;
  return 'retry-after' in headers || headers['x-ratelimit-remaining'] === '0' || /rate limit/i.test(words);
}

function explainRefusal(refusal: GithubRefusal): Explanation {
  const permission = neededPermission(refusal.url);
  if (isRateLimit(refusal)) {
    return {
      code: 'throttled',
      why: "The token's requests came faster, or were more, than GitHub allows; the attempts allowed were used up.",
      fix: 'Run the step again later, at most an hour, and let fewer jobs share the token.',
    };
  }
  switch (refusal.status) {
    case 401:
      return {
        code: 'github-token-refused',
        why: 'GitHub does not take the token in github-token: it has expired, was revoked, or belongs to another GitHub.',
        fix: `Give a current token that has ${permission}: one of a GitHub App, or a fine-grained personal access token.`,
      };
    case 403:
      return {
        code: 'github-secret-refused',
        why: `The token in github-token lacks ${permission}. The GITHUB_TOKEN of a job can never have it.`,
        fix: `Give the token of a GitHub App, or a fine-grained personal access token, that has ${permission}.`,
      };
    case 404:
      return {
        code: 'github-secret-refused',
        why: `There is no such ${placeIn(refusal.url)}, or the token in github-token may not see it.`,
        fix:
          `Check the name in the identity document; an environment must exist before it can hold secrets. ` +
          `Then check that the token reaches it, with ${permission}.`,
      };
    default:
      return refusal.status >= 500
        ? {
            code: 'unexpected',
            why: 'GitHub has a problem; the attempts allowed were used up.',
            fix: 'See the GitHub status page, and run the step again.',
          }
        : UNEXPECTED;
  }
}

const UNEXPECTED: Explanation = {
  code: 'unexpected',
  fix: "Look GitHub's words up in the GitHub documentation; if this action is at fault, please report it.",
};

const UNUSUAL: Explanation = {
  code: 'unusual-answer',
  why: "What answered is not GitHub's API, or not in working order: a proxy, a portal, another service at GITHUB_API_URL.",
  fix: 'Check GITHUB_API_URL, the proxy variables, and what stands between the runner and GitHub.',
};

function explainNoRefusal(error: unknown): Explanation {
  if (isUnusual(error)) return UNUSUAL;
  const failed = connectionErrorOf(error);
  const noAnswer = isTimedOut(failed);
  if (!noAnswer && connectionErrorCode(failed) === undefined) return UNEXPECTED;
  return {
    code: noAnswer ? 'no-answer' : 'connection-failed',
    why: "GitHub's API was not reached, or did not answer.",
    fix: 'Check the proxy variables and the network of the runner (http-proxy is for AWS only); then see the GitHub status page.',
  };
}

/** The permission of a fine-grained token or a GitHub App to which a URL belongs. */
function neededPermission(url: string): string {
  switch (placeIn(url)) {
    case 'organization':
      return 'the permission "Organization secrets: write"';
    case 'environment':
      return 'the permission "Environments: write"';
    case 'repository':
      return 'the permission "Secrets: write"';
  }
}

function placeIn(url: string): 'organization' | 'environment' | 'repository' {
  if (/\/orgs\/[^/]+\/actions\/secrets/.test(url)) return 'organization';
  return /\/environments\/[^/]+\/secrets/.test(url) ? 'environment' : 'repository';
}

/** By name, as the bundle that calls GitHub has classes of its own. Octokit wraps what its `fetch` throws. */
function isUnusual(error: unknown): boolean {
  const names = [error, asOctokitError(error).cause].map((each) => (each instanceof Error ? each.name : ''));
  return names.some((name) => ['IncompleteAnswerError', 'NotGithubError'].includes(name));
}

/** The error of the connection: Octokit wraps that of `fetch`, which wraps that of the socket. */
function connectionErrorOf(error: unknown): unknown {
  let inner = error;
  while (inner !== undefined && connectionErrorCode(inner) === undefined) inner = asOctokitError(inner).cause;
  return inner ?? error;
}

/** An error that stands for several, one for each address that was tried, has a code but no words. */
function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message || (connectionErrorCode(error) ?? error.name) : String(error);
}

function isTimedOut(error: unknown): boolean {
  return isNoAnswer(error) || TIMED_OUT.has(connectionErrorCode(error) ?? '');
}

function asOctokitError(error: unknown): OctokitError {
  return typeof error === 'object' && error !== null ? error : {};
}
