import { agentsFor } from '../network/agents';
import { requestJson, textIn } from '../network/request';
import { RestRefusal } from '../rest/failure';
import { forgeOf, idTokenPermission } from './forge';

/** The runner's endpoint for ID tokens, there only in jobs with the permission `id-token: write`. */
export interface IdTokenEndpoint {
  readonly url: URL;
  /** Authorizes this job. A secret. */
  readonly requestToken: string;
  /** Whose tokens they are, as messages name it. */
  readonly issuer: string;
  /** What a job needs to have them, as messages name it. */
  readonly permission: string;
}

/** The endpoint named in the environment, or undefined in a job without the permission `id-token: write`. */
export function idTokenEndpoint(env: NodeJS.ProcessEnv): IdTokenEndpoint | undefined {
  const url = env.ACTIONS_ID_TOKEN_REQUEST_URL;
  const requestToken = env.ACTIONS_ID_TOKEN_REQUEST_TOKEN;
  if (!url || !requestToken || !URL.canParse(url)) return undefined;
  return { url: new URL(url), requestToken, issuer: tokenIssuer(env), permission: idTokenPermission(env) };
}

/**
 * Who issues the tokens of a job: GitHub, or a server of Gitea or Forgejo.
 * https://forgejo.org/docs/latest/user/actions/security-openid-connect/
 */
export function tokenIssuer(env: NodeJS.ProcessEnv): string {
  const forge = forgeOf(env);
  const { GITHUB_SERVER_URL = '' } = env;
  return forge !== 'GitHub' && URL.canParse(GITHUB_SERVER_URL) ? new URL(GITHUB_SERVER_URL).host : forge;
}

/**
 * Asks GitHub for an ID token for the audience.
 * https://docs.github.com/actions/reference/security/oidc
 *
 * @param onSent called when the request has left, and the process waits for the answer
 * @throws RestRefusal when GitHub answers with anything else than a token
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
  const request = { method: 'GET', url, headers, signal, onSent } as const;
  const answer = await requestJson(request, await agentsFor(url));
  const token = answer.status === 200 ? textIn(answer.data, 'value') : undefined;
  if (token) return token;
  const words = textIn(answer.data, 'message') ?? (answer.status === 200 ? 'the answer holds no token' : '');
  throw new RestRefusal(request, answer, words);
}
