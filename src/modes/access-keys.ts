import { identityOf, workAs } from '../identity-sources/work-as';
import type { AccessKeysRequest } from '../inputs/request';
import type { Step } from '../runner/step';
import { sessionWork, type Work } from './work';

/** Verifies the credentials that are given, or that the job has already. */
export async function accessKeys(request: AccessKeysRequest, step: Step): Promise<Work> {
  const worker = await workAs(request.identity, request, step);
  const identity = await identityOf(worker, request, step);
  return sessionWork({ identity, credentials: worker.credentials, roleArns: {} }, request, step);
}
