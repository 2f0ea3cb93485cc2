import type { ProvisionRequest } from '../inputs/request';
import { planProvision } from '../provisioning/document-plan';
import type { Step } from '../runner/step';
import { changeIdentities } from './change-identities';
import type { Work } from './work';

/** Makes an account as a document declares it. */
export function provision(request: ProvisionRequest, step: Step): Promise<Work> {
  return changeIdentities(request, step, {
    plan: (hands) => planProvision(request, hands),
    makesSecrets: true,
    readsBack: true,
    isEphemeral: request.ephemeral,
    done: 'The account is as declared.',
  });
}
