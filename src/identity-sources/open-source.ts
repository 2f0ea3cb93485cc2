import { secretsOf } from '../aws/credentials';
import type { IdentityProviderToken, RoleSource, SigningSource, StepSettings } from '../inputs/request';
import type { Step } from '../runner/step';
import { defaultChain } from './default-chain';
import { githubToken } from './github-token';
import { givenKeys } from './given-keys';
import type { IdentityToken, RoleAssumer, Signer } from './identity-source';
import { signedRequests } from './signed-requests';
import { tokenFile } from './token-file';
import { webIdentity } from './web-identity';

/** What roles are assumed from, ready for the first. */
export async function openSource(from: RoleSource, settings: StepSettings, step: Step): Promise<RoleAssumer> {
  const { source, mfa } = from;
  switch (source.from) {
    case 'github token':
    case 'token file':
      return webIdentity(tokenFrom(source, settings, step), settings, step);
    case 'certificate': {
      const { certificate } = await import('./certificate');
      return certificate(source, settings, step);
    }
    case 'given keys':
    case 'default chain':
    case 'sign-in':
      return signedRequests(await signerFrom(source, settings, step), mfa, settings, step);
  }
}

/**
 * The credentials of a source that signs, masked before anyone sees them.
 *
 * @throws ActionError when the job has none of its own
 */
export async function signerFrom(source: SigningSource, settings: StepSettings, step: Step): Promise<Signer> {
  const signer = await openSigning(source, settings, step);
  secretsOf(signer.credentials).forEach(step.runner.mask);
  return signer;
}

async function openSigning(source: SigningSource, settings: StepSettings, step: Step): Promise<Signer> {
  switch (source.from) {
    case 'given keys':
      return givenKeys(source);
    case 'default chain':
      return defaultChain(source, settings, step);
    case 'sign-in':
      return (await import('./sign-in')).signIn(source, settings, step);
  }
}

function tokenFrom(source: IdentityProviderToken, settings: StepSettings, step: Step): IdentityToken {
  switch (source.from) {
    case 'github token':
      return githubToken(source, settings, step);
    case 'token file':
      return tokenFile(source, step);
  }
}
