import type { Identity, RoleArn } from '../aws/arn';
import type { IdentityRequest, StepSettings } from '../inputs/request';
import { callSettings, type Step } from '../runner/step';
import { connectSts } from '../sts/connect';
import { assumeChain } from './chain';
import { openSource, signerFrom } from './open-source';
import type { Signer } from './signer';

/** Whom a step works as. */
export interface Worker extends Signer {
  /** Whose session it is, where it is a role's. */
  readonly role: RoleArn | undefined;
}

/** Obtains the credentials of whom a step works as: those of a source, or of the last role that is assumed from it. */
export async function workAs(wanted: IdentityRequest, settings: StepSettings, step: Step): Promise<Worker> {
  if (!wanted.chain) return { ...(await signerFrom(wanted.source, settings, step)), role: undefined };
  const source = await openSource(wanted, settings, step);
  const { role, session } = await assumeChain(wanted.chain, source, wanted, settings, step);
  return { ...session, name: `the session of ${role.arn}`, role };
}

/**
 * Whose the credentials are. AWS is asked only where that is not known.
 *
 * @throws ActionError when AWS does not accept them
 */
export async function identityOf(worker: Signer, settings: StepSettings, step: Step): Promise<Identity> {
  if (worker.identity) return worker.identity;
  const sts = await connectSts(settings.connection, worker.credentials, callSettings(settings, step));
  return sts.getCallerIdentity(`verify ${worker.name} with STS`);
}
