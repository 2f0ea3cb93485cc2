import { checkProfilesAreFree } from '../delivery/check-profiles';
import { deliver, unsetCurrent } from '../delivery/deliver';
import { writeReport } from '../delivery/report';
import { requireAllowedAccount } from '../delivery/require-allowed-account';
import { profilesIn, type Request } from '../inputs/request';
import { begin } from '../modes/begin';
import type { Work } from '../modes/work';
import { maskAccountsIn } from '../runner/masks';
import type { Step } from '../runner/step';
import { withinTimeLimit } from '../runner/time-limit';
import { adviseOidc } from './advise-oidc';

/** The way of every mode, once the inputs are known to be right. */
export async function runRequest(request: Request, step: Step): Promise<void> {
  await checkProfilesAreFree(profilesIn(request), step);
  if (request.unsetCurrentCredentials) unsetCurrent(step);
  const work = await beginAllowed(request, step);
  const report = await work.finish((delivery, confirm) => deliver(delivery, step, confirm));
  adviseOidc(request, step);
  await writeReport(report, request.maskAccountId, step);
}

/** Begins what is asked for, and goes on only in accounts that are allowed. */
export async function beginAllowed(request: Request, step: Step): Promise<Work> {
  const work = await withinTimeLimit(request.timeLimit, begin(request, step), step.clock);
  for (const identity of work.identities) {
    if (request.maskAccountId) maskAccountsIn(identity.arn, step);
    requireAllowedAccount(identity, request);
  }
  return work;
}
