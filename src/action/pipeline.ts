import type { Identity } from '../aws/arn';
import { deliver, unsetCurrent } from '../delivery/deliver';
import { checkJobProfiles } from '../delivery/job-profiles';
import { writeReport } from '../delivery/report';
import { requireAllowedAccount } from '../delivery/require-allowed-account';
import { requireExpectedIdentity } from '../delivery/require-expected-identity';
import { readRequest } from '../inputs/read-request';
import { isManyRoles, profilesIn, rolesIn, type Request } from '../inputs/request';
import { begin, mayKeepExisting } from '../modes/begin';
import { noteUnknown } from '../modes/identity-report';
import type { Work } from '../modes/work';
import { forgetSignIn } from '../runner/kept-sign-in';
import { maskIdentity, maskAccountsIn, maskInputs } from '../runner/masks';
import type { Step } from '../runner/step';
import { withinTimeLimit } from '../runner/time-limit';
import { adviseOidc } from './advise-oidc';
import { spellKindsOfEndpoints, takeEndpointsOfProfile } from './endpoint-settings';
import { lookAtHome, passOverDevices } from './profile-lookup';
import { reportFailure } from './report-failure';

/** Reads what is asked for and does it. Whatever fails is caught here, and reported. */
export async function runAction(step: Step): Promise<void> {
  let identity: Identity | undefined;
  try {
    maskInputs(step);
    forgetSignIn(step.env);
    spellKindsOfEndpoints(step);
    lookAtHome(step);
    await passOverDevices(step);
    await takeEndpointsOfProfile(step);
    const { request, warnings, warningsInFiles } = await readRequest(step.env);
    if (request.maskAccountId) maskAccountsIn(JSON.stringify([rolesIn(request), warnings, warningsInFiles]), step);
    for (const warning of warnings) step.runner.warning(warning);
    for (const { text, ...at } of warningsInFiles) step.runner.warning(text, at);
    await runRequest(request, step, ({ identities }) => {
      if (!isManyRoles(request)) [identity] = identities;
    });
  } catch (error) {
    await reportFailure(error, step, identity);
  }
}

/** The way of every mode, once the inputs are known to be right. */
async function runRequest(request: Request, step: Step, begun: (work: Work) => void): Promise<void> {
  const check = () => checkDestinations(request, step);
  // What is kept goes to no profile, which need not be free then: the same step may run twice in a job.
  const mayKeep = mayKeepExisting(request);
  if (!mayKeep) await check();
  if (request.unsetCurrentCredentials) unsetCurrent(step);
  const work = await beginAllowed(request, step, mayKeep ? check : undefined);
  begun(work);
  if (!isManyRoles(request)) for (const identity of work.identities) noteUnknown(identity, step);
  const report = await work.finish((delivery, confirm) => deliver(delivery, step, confirm));
  adviseOidc(request, step);
  await writeReport(report, request.maskAccountId, step);
  if (report.failure) throw report.failure;
}

/** @throws ActionError where profiles cannot be written, or would be renewed from themselves */
async function checkDestinations(request: Request, step: Step): Promise<void> {
  const profiles = profilesIn(request);
  if (profiles) await checkJobProfiles(profiles, step);
  if (profiles?.refresh) {
    const { checkProfileCircle } = await import('./profile-circle');
    await checkProfileCircle(request, step.env);
  }
}

/**
 * Begins what is asked for, and goes on only in accounts that are allowed, and as whom it is expected to.
 *
 * @param beforeNew called before credentials are obtained where others could have been kept
 */
export async function beginAllowed(request: Request, step: Step, beforeNew?: () => Promise<void>): Promise<Work> {
  const work = await withinTimeLimit(request.timeLimit, begin(request, step, beforeNew), step.clock);
  for (const identity of work.identities) {
    if (request.maskAccountId) maskIdentity(identity, step);
    requireAllowedAccount(identity, request);
    requireExpectedIdentity(identity, request);
  }
  return work;
}
