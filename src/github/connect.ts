import { describeStored } from '../identities/stored-secret';
import { call, type CallSettings } from '../network/call';
import type { PullRequestComments } from './comments';
import { GITHUB_FAILURES } from './failure';
import { forgeOf } from './forge';
import { fetchIdToken, type IdTokenEndpoint } from './id-token';
import type { WorkflowRuns } from './runs';
import type { GithubSecrets } from './secrets';

/**
 * Asks GitHub for an ID token for the audience, as often as the kind of failure allows.
 *
 * @param onSent called when the request has left, and the process waits for the answer
 * @throws ActionError when GitHub gives none
 */
export function obtainIdToken(
  { endpoint, audience }: { readonly endpoint: IdTokenEndpoint; readonly audience: string },
  settings: CallSettings,
  onSent: () => void,
): Promise<string> {
  const request = (signal: AbortSignal) => fetchIdToken(endpoint, audience, signal, onSent);
  return call(`${endpoint.issuer}'s OIDC token`, request, GITHUB_FAILURES, settings).catch(async (error: unknown) => {
    const { explainIdToken } = await import('./explain');
    throw explainIdToken(error, endpoint, audience);
  });
}

/** What GitHub's API is asked about, on one connection. */
export interface Github {
  readonly secrets: GithubSecrets;
  readonly runs: WorkflowRuns;
}

/** Loads the code of GitHub's API, and opens a connection, on which the token authorizes. */
export async function connectGithub(token: string, env: NodeJS.ProcessEnv, settings: CallSettings): Promise<Github> {
  const [{ githubApi }, { githubSecrets }, { workflowRuns }] = await Promise.all([
    import('./api'),
    import('./secrets'),
    import('./runs'),
  ]);
  const api = githubApi(token, env, settings);
  return { secrets: explained(githubSecrets(api)), runs: workflowRuns(api) };
}

/** Loads the code for comments of pull requests, and opens a connection, on which the token authorizes. */
export async function connectComments(
  token: string,
  env: NodeJS.ProcessEnv,
  settings: CallSettings,
): Promise<PullRequestComments> {
  const [{ githubApi }, { pullRequestComments }] = await Promise.all([import('./api'), import('./comments')]);
  const comments = pullRequestComments(githubApi(token, env, settings));
  return {
    put: (pullRequest, comment) =>
      comments.put(pullRequest, comment).catch(async (error: unknown) => {
        const { explainComment } = await import('./explain');
        const tried = `write the plan as a comment of pull request ${pullRequest.number}`;
        throw explainComment(error, tried, forgeOf(env));
      }),
  };
}

/** The same secrets; what fails for good is thrown as an ActionError. */
function explained(secrets: GithubSecrets): GithubSecrets {
  const explain = <T>(work: Promise<T>, tried: string) =>
    work.catch(async (error: unknown) => {
      const { explainSecret } = await import('./explain');
      throw explainSecret(error, tried);
    });
  return {
    put: (secret, value, onUnanswered) =>
      explain(secrets.put(secret, value, onUnanswered), `write the ${describeStored(secret)}`),
    remove: (secret, onUnanswered) =>
      explain(secrets.remove(secret, onUnanswered), `remove the ${describeStored(secret)}`),
    updatedAt: (secret) =>
      explain(secrets.updatedAt(secret), `find out when the ${describeStored(secret)} was written`),
    check: (all) => explain(secrets.check(all), "reach GitHub's secrets"),
    withOtherAudience: (all) =>
      explain(secrets.withOtherAudience(all), 'find out which repositories may read secrets of an organization'),
  };
}
