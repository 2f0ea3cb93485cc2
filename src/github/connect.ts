import { describeSecret } from '../identities/declaration';
import { call, type CallSettings } from '../network/call';
import { explainIdToken, explainSecret } from './explain';
import { GITHUB_FAILURES } from './failure';
import { fetchIdToken, type IdTokenEndpoint } from './id-token';
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
  return call(`${endpoint.issuer}'s OIDC token`, request, GITHUB_FAILURES, settings).catch((error: unknown) => {
    throw explainIdToken(error, endpoint.issuer, audience);
  });
}

/**
 * Loads the code of GitHub's secrets, and opens a connection, on which the token authorizes. What fails for good is
 * thrown as an ActionError.
 */
export async function connectGithubSecrets(
  token: string,
  env: NodeJS.ProcessEnv,
  settings: CallSettings,
): Promise<GithubSecrets> {
  const { githubSecrets } = await import('./secrets');
  const secrets = githubSecrets(token, env, settings);
  const explained = <T>(work: Promise<T>, tried: string) =>
    work.catch((error: unknown) => {
      throw explainSecret(error, tried);
    });
  return {
    put: (secret, value, onUnanswered) =>
      explained(secrets.put(secret, value, onUnanswered), `write the GitHub secret ${describeSecret(secret)}`),
    remove: (secret, onUnanswered) =>
      explained(secrets.remove(secret, onUnanswered), `remove the GitHub secret ${describeSecret(secret)}`),
    updatedAt: (secret) =>
      explained(secrets.updatedAt(secret), `find out when the GitHub secret ${describeSecret(secret)} was written`),
    check: (locations) => explained(secrets.check(locations), "reach GitHub's secrets. Nothing was changed"),
  };
}
