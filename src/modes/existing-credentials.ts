import type { Identity } from '../aws/arn';
import { refusalBehind, retryOf } from '../aws/failure';
import type { Report } from '../delivery/report';
import { keptDelivery } from '../delivery/session-delivery';
import { ActionError } from '../errors/action-error';
import { signerFrom } from '../identity-sources/open-source';
import type { SessionRequest } from '../inputs/request';
import { callSettings, type Step } from '../runner/step';
import { connectSts } from '../sts/connect';
import { identityReport } from './identity-report';
import type { Work } from './work';

/**
 * Keeps the credentials that are in the job already, where AWS accepts them; else says that there are none.
 *
 * @throws ActionError when STS could not be asked
 */
export async function existingCredentials(request: SessionRequest, step: Step): Promise<Work | undefined> {
  const identity = await existingIdentity(request, step);
  if (!identity) {
    step.runner.notice('There are no valid credentials in the job: obtaining some.');
    return undefined;
  }
  return {
    identities: [identity],
    async finish(deliver) {
      await deliver(keptDelivery(identity, request));
      return keptReport(identity, request);
    },
  };
}

/**
 * Whose the credentials in the job are; undefined where there are none that AWS accepts.
 *
 * @throws ActionError when STS could not be asked
 */
export async function existingIdentity(request: SessionRequest, step: Step): Promise<Identity | undefined> {
  const source = {
    from: 'default chain',
    tokenRuledOutBy: 'no role',
    inputsAgainstToken: [],
    mustLast: false,
  } as const;
  const signer = await signerFrom(source, request, step).catch((error: unknown) => {
    if (error instanceof ActionError) return undefined;
    throw error;
  });
  if (!signer) return undefined;
  const sts = await connectSts(request.connection, signer.credentials, callSettings(request, step));
  try {
    return await sts.getCallerIdentity(`verify ${signer.name}`);
  } catch (error) {
    if (refusalBehind(error) && retryOf((error as Error).cause) === 'final') return undefined;
    throw error;
  }
}

/** What a step says of credentials that were in the job already. */
export function keptReport(identity: Identity, { connection }: SessionRequest): Report {
  return identityReport(identity, connection, { credentials: 'kept: valid ones were in the job already' });
}
