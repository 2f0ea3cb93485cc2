import type { RotateRequest } from '../inputs/request';
import { planRotation } from '../provisioning/plan-rotation';
import type { Step } from '../runner/step';
import { changeIdentities } from './change-identities';
import type { Work } from './work';

/** Replaces the access keys of a document that are due. */
export function rotate(request: RotateRequest, step: Step): Promise<Work> {
  const rotation = { now: request.rotateNow, deleteOld: request.deleteOldKeys };
  return changeIdentities(request, step, {
    plan: (access) => planRotation(request.declaration.users, rotation, access),
    makesSecrets: true,
    done: ({ keys }) =>
      keys.some(({ make }) => make)
        ? 'The keys that were due are replaced.'
        : 'No key was due. What the plan says of earlier keys is done.',
  });
}
