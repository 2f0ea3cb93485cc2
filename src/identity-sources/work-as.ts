import type { Identity } from '../aws/arn';
import { secretsOf } from '../aws/credentials';
import type { StepIdentity, StepSettings } from '../inputs/request';
import { callSettings, type Step } from '../runner/step';
import { identify } from '../sts/connect';
import { assumeChain } from './chain';
import type { Signer } from './identity-source';
import { openSource, signerFrom } from './open-source';

/** Obtains, and masks, the credentials of whom a step works as: of a source, or of the last role assumed from it. */
export async function workAs(wanted: StepIdentity, settings: StepSettings, step: Step): Promise<Signer> {
  if (!wanted.chain) return signerFrom(wanted.source, settings, step);
  const { role, session } = await assumeChain(wanted, await openSource(wanted, settings, step), settings, step);
  secretsOf(session.credentials).forEach(step.runner.mask);
  return { ...session, name: `the session of ${role.arn}` };
}

/**
 * Whose the credentials are. AWS is asked only where that is not known.
 *
 * @throws ActionError when AWS does not accept them
 */
export function identityOf(signer: Signer, settings: StepSettings, step: Step): Promise<Identity> {
  return identify(signer, `verify ${signer.name} with STS`, settings.connection, callSettings(settings, step));
}
