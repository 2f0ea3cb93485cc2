import { agentsFor } from '../network/agents';
import { GithubRefusedError, textIn } from './failure';
import { requestGithub } from './request';

/** The runner's endpoint for ID tokens, there only in jobs with the permission `id-token: write`. */
export interface IdTokenEndpoint {
  readonly url: URL;
  /** Authorizes this job. A secret. */
  readonly requestToken: string;
}

/** The endpoint named in the environment, or undefined in a job without the permission `id-token: write`. */
export function idTokenEndpoint(env: NodeJS.ProcessEnv): IdTokenEndpoint | undefined {
  const url = env.ACTIONS_ID_TOKEN_REQUEST_URL;
  const requestToken = env.ACTIONS_ID_TOKEN_REQUEST_TOKEN;
  return url && requestToken && URL.canParse(url) ? { url: new URL(url), requestToken } : undefined;
}

/**
 * Asks GitHub for an ID token for the audience.
 * https://docs.github.com/actions/reference/security/oidc
 *
 * @param onSent called when the request has left, and the process waits for the answer
 * @throws GithubRefusedError when GitHub answers with anything else than a token
 */
export async function fetchIdToken(
  endpoint: IdTokenEndpoint,
  audience: string,
  signal: AbortSignal,
  onSent: () => void,
): Promise<string> {
  const url = new URL(endpoint.url);
  url.searchParams.set('audience', audience);
  const headers = { accept: 'application/json', authorization: `Bearer ${endpoint.requestToken}` };
  const answer = await requestGithub({ method: 'GET', url, headers, signal, onSent }, await agentsFor(url));
  const token = answer.status === 200 ? textIn(answer.data, 'value') : undefined;
  if (token) return token;
  const words = textIn(answer.data, 'message') ?? (answer.status === 200 ? 'the answer holds no token' : '');
  throw new GithubRefusedError({ ...answer, words, method: 'GET', url: url.href });
}
