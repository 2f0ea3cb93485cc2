import { isTemporary } from '../aws/credentials';
import { idTokenEndpoint } from '../github/id-token';
import type { Request, SessionRequest, VerifyRequest } from '../inputs/request';
import { existingIdentity } from '../modes/existing-credentials';
import { obtainSession } from '../modes/obtain';
import type { Obtained } from '../delivery/outcome';
import { unsetCurrent } from '../delivery/hand-over';
import { publish, publishExisting } from '../delivery/publish';
import { summarize } from '../delivery/summary';
import { admit, checkProfilesAreFree } from '../delivery/admit';
import { maskAccountsIn } from '../runner/masks';
import type { Step } from '../runner/step';
import { withinTimeLimit } from '../runner/time-limit';

/** The whole step, once its inputs are known to be right. */
export async function run(request: Request, step: Step): Promise<void> {
  switch (request.mode) {
    case 'provision':
    case 'rotate':
    case 'deprovision': {
      const { changeIdentities } = await import('../provisioning/change-identities');
      return changeIdentities(request, step);
    }
    case 'assume-role':
      if ('roles' in request) {
        await (await import('../modes/assume-roles')).assumeRoles(request, step);
        adviseOidc(request, step);
        return;
      }
      return obtainCredentials(request, step);
    case 'session-token':
    case 'federation-token':
    case 'access-keys':
    case 'verify':
      return obtainCredentials(request, step);
  }
}

async function obtainCredentials(request: SessionRequest | VerifyRequest, step: Step): Promise<void> {
  const { profile } = request.delivery;
  await checkProfilesAreFree(profile ? [profile.name] : [], profile?.overwrite ?? false, step);
  if (request.unsetCurrentCredentials) unsetCurrent(step);

  const obtained = await withinTimeLimit(request.timeLimit, obtain(request, step), step.clock);
  if (request.maskAccountId) maskAccountsIn(obtained.identity.arn, step);
  admit(obtained.identity, request);

  if (obtained.outcome) await publish(obtained.outcome, request, step);
  else publishExisting(obtained.identity, request, step);

  adviseOidc(request, step);
  await summarize(obtained, request, step);
}

async function obtain(request: SessionRequest | VerifyRequest, step: Step): Promise<Obtained> {
  if (request.useExistingCredentials && request.mode !== 'verify') {
    const identity = await existingIdentity(request, step);
    if (identity) return { identity, outcome: undefined };
    step.runner.info('There are no valid credentials in the job: obtaining some.');
  }
  if (request.mode === 'verify') {
    const { verify } = await import('../modes/verify');
    return { identity: await verify(request, step), outcome: undefined };
  }
  const outcome = await obtainSession(request, step);
  return { identity: outcome.identity, outcome };
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
