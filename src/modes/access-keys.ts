import { callSettings, type Step } from '../runner/step';
import type { AccessKeysRequest } from '../inputs/request';
import { connectSts } from '../sts/connect';
import type { Outcome } from '../delivery/outcome';
import { credentialsOf, nameOf } from './source';

/** Verifies the credentials that are given, or that the job has already. */
export async function accessKeys(request: AccessKeysRequest, step: Step): Promise<Outcome> {
  const credentials = await credentialsOf(request.source, request, step);
  const sts = await connectSts(request.connection, credentials, callSettings(request, step));
  const identity = await sts.getCallerIdentity(`verify ${nameOf(request.source)} with STS`);
  return { identity, credentials, roleArns: {} };
}
