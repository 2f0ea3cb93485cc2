import type { RotateRequest } from '../inputs/request';
import { planRotations } from '../provisioning/document-plan';
import type { Step } from '../runner/step';
import { changeIdentities } from './change-identities';
import type { Work } from './work';

/** Replaces the access keys of a document that are due. */
export function rotate(request: RotateRequest, step: Step): Promise<Work> {
  return changeIdentities(request, step, {
    plan: (hands) => planRotations(request, hands),
    makesSecrets: true,
    readsBack: false,
    isEphemeral: false,
    done: 'The keys that were due are replaced.',
  });
}
