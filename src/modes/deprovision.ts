import type { DeprovisionRequest } from '../inputs/request';
import { planDeprovision } from '../provisioning/plan-deprovision';
import type { Step } from '../runner/step';
import { changeIdentities } from './change-identities';
import type { Work } from './work';

/** Removes what a document declares. */
export function deprovision(request: DeprovisionRequest, step: Step): Promise<Work> {
  return changeIdentities(request, step, {
    plan: (access) => planDeprovision(request.declaration, access),
    done: () => 'What was declared is removed.',
  });
}
