import { ActionError, type Explanation } from '../errors/action-error';
import { codeOf } from '../errors/message';
import { AnswerTooLongError } from '../network/answer-size';
import { meaningOf } from '../network/connection-failure';
import { isNoAnswer } from '../network/failure';
import { ProxyError, UNAUTHORIZED } from '../network/proxy-error';
import { longerThanAnyWait } from '../network/retry';
import {
  githubRefusalOf,
  IncompleteAnswerError,
  isRateLimit,
  NotGithubError,
  waitAskedIn,
  type GithubRefusal,
} from './failure';

const CHECK_THE_WAY =
  'Check the proxy variables and the network of the runner (http-proxy is for AWS only); then see the GitHub status page.';

/** The error to show the user when GitHub gave no ID token. */
export function explainIdToken(error: unknown, issuer: string, audience: string): ActionError {
  if (error instanceof ActionError) return error;
  const tried = `get an OIDC token from ${issuer} for the audience ${audience}`;
  const refusal = githubRefusalOf(error);
  const waits = longerThanAnyWait(waitAskedIn(error), issuer);
  const refused = refusal?.status === 407 ? UNAUTHORIZED : { ...idTokenRefused(issuer), ...waits };
  const explanation = refusal ? refused : explainSilence(error, `${issuer}'s token endpoint`, refused);
  return new ActionError({ tried, answer: wordsOf(error), ...explanation, cause: error });
}

function idTokenRefused(issuer: string): Explanation {
  return {
    code: 'id-token-refused',
    why: `${issuer}'s token endpoint did not give a token to this job.`,
    fix: `Check that the job has the permission id-token: write and is still running; then see the status page of ${issuer}.`,
  };
}

/**
 * The error to show the user when GitHub did not do what was asked of secrets.
 *
 * @param tried completes "Could not …"
 */
export function explainSecret(error: unknown, tried: string): ActionError {
  if (error instanceof ActionError) return error;
  const refusal = githubRefusalOf(error);
  const answer = refusal
    ? `HTTP ${refusal.status} to ${refusal.method} ${refusal.url}${refusal.words && `: ${refusal.words}`}`
    : wordsOf(error);
  const explanation = refusal
    ? explainGithubRefusal(refusal, waitAskedIn(error))
    : explainSilence(error, "GitHub's API", UNUSUAL);
  return new ActionError({ tried, answer, ...explanation, cause: error });
}

function explainGithubRefusal(refusal: GithubRefusal, askedMs: number | undefined): Explanation {
  const owner = ownerIn(refusal.url);
  const permission = `the permission "${permissionFor(refusal.url)}: write"`;
  if (isRateLimit(refusal)) {
    return {
      code: 'throttled',
      why: "The token's requests came faster, or were more, than GitHub allows; the attempts, or the time for them, were used up.",
      fix: 'Run the step again later, at most an hour, and let fewer jobs share the token.',
      ...longerThanAnyWait(askedMs, 'GitHub'),
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
    case 407:
      return UNAUTHORIZED;
    case 404:
      return {
        code: 'github-secret-refused',
        why: `There is no such ${owner}, or the token in github-token may not see it.`,
        fix:
          `Check the name in the identity document; an environment must exist before it can hold secrets. ` +
          `Then check that the token reaches it, with ${permission}.`,
      };
    default:
      return refusal.status >= 500
        ? {
            code: 'service-unavailable',
            why: 'GitHub has a problem; the attempts, or the time for them, were used up.',
            fix: 'See the GitHub status page, and run the step again.',
            ...longerThanAnyWait(askedMs, 'GitHub'),
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
  fix: 'Check GITHUB_API_URL, the proxy variables, and what is between the runner and GitHub.',
};

/** Whether what answered is not GitHub, or not in working order. */
function isUnusual(error: unknown): boolean {
  return [IncompleteAnswerError, NotGithubError, AnswerTooLongError].some((kind) => error instanceof kind);
}

/**
 * GitHub was not reached, or something else answered in its place.
 *
 * @param server within a sentence
 * @param unusual what it means that something else answers
 */
function explainSilence(error: unknown, server: string, unusual: Explanation): Explanation {
  if (isUnusual(error)) return unusual;
  if (error instanceof ProxyError) return error.explanation;
  if (isNoAnswer(error)) {
    return { code: 'no-answer', why: `${server} did not answer in time.`, fix: CHECK_THE_WAY };
  }
  const code = codeOf(error);
  return code === undefined
    ? UNEXPECTED
    : { code: 'connection-failed', fix: CHECK_THE_WAY, ...meaningOf(code, server) };
}

/** By what a secret belongs to: the permission of a fine-grained token, or of a GitHub App. */
const PERMISSIONS = { organization: 'Organization secrets', environment: 'Environments', repository: 'Secrets' };
const DEPENDABOT_PERMISSIONS = { organization: 'Organization dependabot secrets', repository: 'Dependabot secrets' };

function permissionFor(url: string): string {
  const owner = ownerIn(url);
  return owner !== 'environment' && url.includes('/dependabot/secrets')
    ? DEPENDABOT_PERMISSIONS[owner]
    : PERMISSIONS[owner];
}

function ownerIn(url: string): keyof typeof PERMISSIONS {
  if (/\/orgs\/[^/]+\/(?:actions|dependabot)\/secrets/.test(url)) return 'organization';
  return /\/environments\/[^/]+\/secrets/.test(url) ? 'environment' : 'repository';
}

/** An error that combines several, one for each address that was tried, has a code but no words. */
function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message || (codeOf(error) ?? error.name) : String(error);
}
