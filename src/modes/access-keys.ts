import type { Step } from '../runner/step';
import type { AccessKeysRequest } from '../inputs/request';
import { explainSts } from '../sts/explain';
import type { Outcome } from '../delivery/outcome';
import { credentialsOf, nameOf } from './source';
import { connectSts } from './sts-calls';

/** Verifies the credentials that are given, or that the job has already. */
export async function accessKeys(request: AccessKeysRequest, step: Step): Promise<Outcome> {
  const credentials = await credentialsOf(request.source, request, step);
  const sts = await connectSts(request, step, credentials);
  try {
    return { identity: await sts.getCallerIdentity(), credentials, roleArns: {} };
  } catch (error) {
    const tried = `verify ${nameOf(request.source)} with STS`;
    throw explainSts(error, { tried, region: request.connection.region });
  }
}
