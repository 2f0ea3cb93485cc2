import { explainIdToken } from '../github/explain';
import { fetchIdToken, retryOfIdToken } from '../github/id-token';
import type { GithubToken, StepSettings } from '../inputs/request';
import { call, type CallSettings } from '../network/call';
import { callSettings, type Step } from '../runner/step';
import type { IdentityToken } from './identity-token';

/** GitHub's OIDC token for the job. */
export function githubToken(source: GithubToken, settings: StepSettings, step: Step): IdentityToken {
  return {
    name: "GitHub's OIDC token",
    renewable: true,
    obtain() {
      let onSent: () => void = () => undefined;
      const requested = new Promise<void>((resolve) => (onSent = resolve));
      const token = fetchToken(source, callSettings(settings, step), onSent).then((received) => {
        step.runner.mask(received);
        return received;
      });
      return { token, sent: Promise.race([requested, token]) };
    },
  };
}

async function fetchToken({ endpoint, audience }: GithubToken, settings: CallSettings, onSent: () => void) {
  const fetch = (signal: AbortSignal) => fetchIdToken(endpoint, audience, signal, onSent);
  try {
    return await call("GitHub's OIDC token", fetch, retryOfIdToken, settings);
  } catch (error) {
    throw explainIdToken(error, audience);
  }
}
