import { obtainIdToken } from '../github/connect';
import type { GithubToken, StepSettings } from '../inputs/request';
import { callSettings, type Step } from '../runner/step';
import type { IdentityToken } from './identity-source';

/** GitHub's OIDC token for the job. */
export function githubToken(source: GithubToken, settings: StepSettings, step: Step): IdentityToken {
  return {
    name: "GitHub's OIDC token",
    renewable: true,
    obtain() {
      let onSent: () => void = () => undefined;
      const requested = new Promise<void>((resolve) => (onSent = resolve));
      const token = obtainIdToken(source, callSettings(settings, step), onSent).then((received) => {
        step.runner.mask(received);
        return received;
      });
      return { token, sent: Promise.race([requested, token]) };
    },
  };
}
