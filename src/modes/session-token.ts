import { callSettings, type Step } from '../runner/step';
import { isTemporary } from '../aws/credentials';
import { ActionError } from '../errors/action-error';
import type { SessionTokenRequest } from '../inputs/request';
import { connectSts } from '../sts/connect';
import { withMfa } from './mfa';
import type { Outcome } from '../delivery/outcome';
import { credentialsOf, nameOf } from './source';

/** A temporary session of the IAM user whose keys are given, with MFA if it is asked for. */
export async function sessionToken(request: SessionTokenRequest, step: Step): Promise<Outcome> {
  const { connection, duration, mfa } = request;
  const source = await credentialsOf(request.source, request, step);
  if (isTemporary(source)) throw temporarySource('GetSessionToken');
  if (!mfa) {
    step.runner.notice(
      'This session is without MFA: it cannot call IAM, nor STS except AssumeRole and GetCallerIdentity, and policies ' +
        'that ask for MFA refuse it. To prove MFA, give mfa-secret or mfa-code (an empty secret counts as not given).',
    );
  }
  const sts = await connectSts(connection, source, callSettings(request, step));
  step.runner.info(`Obtaining a session ${mfa ? 'with' : 'without'} MFA for the user of ${nameOf(request.source)}.`);
  const tried = `obtain a session for the user of ${nameOf(request.source)}`;
  // The answer does not say whose session it is; that is asked at the same time.
  const [identity, credentials] = await Promise.all([
    sts.getCallerIdentity(tried),
    withMfa(mfa, source, request, step, (prove) => sts.getSessionToken({ duration }, prove, tried)),
  ]);
  return { identity, credentials, roleArns: {} };
}

/** The error for credentials from which AWS takes no call that issues further ones. */
export function temporarySource(operation: 'GetSessionToken' | 'GetFederationToken'): ActionError {
  return new ActionError({
    code: 'temporary-source',
    tried: `call ${operation} with the credentials given. Nothing was sent to AWS`,
    why: "They are temporary, and AWS takes this call from an IAM user's own access keys only.",
    fix: "Give the user's access keys. With temporary credentials, role-to-assume leads to a further session.",
  });
}
