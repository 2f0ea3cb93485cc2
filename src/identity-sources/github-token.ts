import { obtainIdToken } from '../github/connect';
import type { GithubToken, StepSettings } from '../inputs/request';
import { callSettings, type Step } from '../runner/step';
import type { IdentityToken } from './identity-source';

/**
 * GitHub's OIDC token for the job.
 *
 * @param refused the audience that AWS did not accept
 */
export function githubToken(
  { endpoint, audiences: [audience, ...others] }: Pick<GithubToken, 'endpoint' | 'audiences'>,
  settings: StepSettings,
  step: Step,
  refused?: string,
): IdentityToken {
  const [other, ...rest] = others;
  return {
    name: `${endpoint.issuer}'s OIDC token${refused === undefined ? '' : ` for the audience ${audience}, as AWS did not accept ${refused}`}`,
    renewable: true,
    otherwise:
      other === undefined
        ? undefined
        : githubToken({ endpoint, audiences: [other, ...rest] }, settings, step, audience),
    obtain() {
      let onSent: () => void = () => undefined;
      const requested = new Promise<void>((resolve) => (onSent = resolve));
      const token = obtainIdToken({ endpoint, audience }, callSettings(settings, step), onSent).then((received) => {
        step.runner.mask(received);
        return received;
      });
      return { token, sent: Promise.race([requested, token]) };
    },
  };
}
