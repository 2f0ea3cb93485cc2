import { homedir } from 'node:os';
import type { Identity } from '../aws/arn';
import { isTemporary } from '../aws/credentials';
import { ActionError } from '../errors/action-error';
import { idTokenEndpoint } from '../github/id-token';
import type { Request, VerifyRequest } from '../inputs/request';
import { accessKeys } from '../modes/access-keys';
import { assumeRole } from '../modes/assume-role';
import { existingIdentity } from '../modes/existing-credentials';
import { federationToken } from '../modes/federation-token';
import type { Obtained, Outcome } from '../modes/outcome';
import { sessionToken } from '../modes/session-token';
import { verify } from '../modes/verify';
import { profileFiles } from '../profile/locations';
import { publish, publishExisting, unsetCurrent } from '../runner/publish';
import { summarize } from '../runner/summary';
import { maskAccountsIn } from './masks';
import type { Step } from './step';
import { withinTimeLimit } from './time-limit';

/** The whole step, once its inputs are known to be right. */
export async function run(request: Request, step: Step): Promise<void> {
  await checkProfileIsFree(request, step);
  if (request.unsetCurrentCredentials) unsetCurrent(step);

  const obtained = await withinTimeLimit(request.timeLimit, obtain(request, step));
  if (request.maskAccountId) maskAccountsIn(obtained.identity.arn, step);
  admit(obtained.identity, request);

  if (obtained.outcome) await publish(obtained.outcome, request, step);
  else publishExisting(obtained.identity, request, step);

  adviseOidc(request, step);
  await summarize(obtained, request, step);
}

async function obtain(request: Request, step: Step): Promise<Obtained> {
  if (request.useExistingCredentials && request.mode !== 'verify') {
    const identity = await existingIdentity(request, step);
    if (identity) return { identity, outcome: undefined };
    step.runner.info('There are no valid credentials in the job: obtaining some.');
  }
  if (request.mode === 'verify') return { identity: await verify(request, step), outcome: undefined };
  const outcome = await perform(request, step);
  return { identity: outcome.identity, outcome };
}

function perform(request: Exclude<Request, VerifyRequest>, step: Step): Promise<Outcome> {
  switch (request.mode) {
    case 'assume-role':
      return assumeRole(request, step);
    case 'session-token':
      return sessionToken(request, step);
    case 'federation-token':
      return federationToken(request, step);
    case 'access-keys':
      return accessKeys(request, step);
  }
}

/** @throws ActionError `profile-files` when the profile could not be written in the end, before anything is done */
async function checkProfileIsFree({ delivery }: Request, { env }: Step): Promise<void> {
  if (!delivery.profile) return;
  const { checkProfile } = await import('../profile/profile');
  const problem = await checkProfile(profileFiles(env, homedir()), delivery.profile.name, delivery.profile.overwrite);
  if (!problem) return;
  throw new ActionError({
    code: 'profile-files',
    tried: `start: the profile ${delivery.profile.name} cannot be written. Nothing was sent to AWS`,
    why: `${problem.path}: ${problem.reason}`,
    fix: 'Mend that, choose another name in aws-profile, or leave it out.',
  });
}

/** @throws ActionError `account-not-allowed` */
function admit({ arn, account }: Identity, { allowedAccounts }: Request): void {
  if (allowedAccounts.length === 0 || allowedAccounts.includes(account)) return;
  throw new ActionError({
    code: 'account-not-allowed',
    tried: 'accept the credentials',
    why: `They belong to ${arn} in account ${account}; allowed-account-ids names ${allowedAccounts.join(', ')}.`,
    fix: 'Check which credentials or which role the step is given, or add the account to allowed-account-ids.',
  });
}

/** Whoever stores long-lived keys although OIDC is at hand should know that there is a better way. */
function adviseOidc(request: Request, { env, runner }: Step): void {
  if (request.mode !== 'assume-role' && request.mode !== 'access-keys') return;
  const source = 'source' in request ? request.source : undefined;
  if (source?.from !== 'inputs' || isTemporary(source.credentials) || !idTokenEndpoint(env)) return;
  runner.notice(
    'This step uses long-lived access keys, though the job may use OIDC, which needs no stored secret. ' +
      "To move: let a role trust GitHub's OIDC provider, set role-to-assume to it, and remove aws-access-key-id and " +
      'aws-secret-access-key (docs/security.md).',
  );
}
