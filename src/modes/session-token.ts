import { withMfa } from '../identity-sources/mfa';
import { requireUserKeys } from '../identity-sources/user-keys';
import { identityOf, workAs } from '../identity-sources/work-as';
import type { SessionTokenRequest } from '../inputs/request';
import { callSettings, type Step } from '../runner/step';
import { connectSts } from '../sts/connect';
import { sessionWork, type Work } from './work';

/** A temporary session of the IAM user whose keys are given, with MFA if it is asked for. */
export async function sessionToken(request: SessionTokenRequest, step: Step): Promise<Work> {
  const { connection, duration, mfa } = request;
  const user = await workAs(request.identity, request, step);
  requireUserKeys(user.credentials, 'GetSessionToken');
  if (!mfa) {
    step.runner.notice(
      'This session is without MFA: it cannot call IAM, nor STS except AssumeRole and GetCallerIdentity, and policies ' +
        'that ask for MFA refuse it. To prove MFA, give mfa-secret or mfa-code (an empty secret counts as not given).',
    );
  }
  const sts = await connectSts(connection, user.credentials, callSettings(request, step));
  step.runner.info(`Obtaining a session ${mfa ? 'with' : 'without'} MFA for the user of ${user.name}.`);
  const tried = `obtain a session for the user of ${user.name}`;
  // The answer does not say whose session it is; that is asked at the same time.
  const [identity, credentials] = await Promise.all([
    identityOf(user, request, step),
    withMfa({ ...user, mfa }, request, step, (prove) => sts.getSessionToken({ duration }, prove, tried)),
  ]);
  return sessionWork({ identity, credentials, roleArns: {} }, request, step);
}
