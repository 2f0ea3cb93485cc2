import { requireUserKeys } from '../identity-sources/user-keys';
import { identityOf, workAs } from '../identity-sources/work-as';
import type { FederationTokenRequest } from '../inputs/request';
import { callSettings, type Step } from '../runner/step';
import { connectSts } from '../sts/connect';
import { sessionWork, type Work } from './work';

/** A session under a name of its own, limited by session policies. */
export async function federationToken(request: FederationTokenRequest, step: Step): Promise<Work> {
  const { connection, name, duration, policies, tags } = request;
  const user = await workAs(request.identity, request, step);
  requireUserKeys(user.credentials, 'GetFederationToken');
  if (policies.inline === undefined && policies.managed.length === 0) {
    step.runner.warning(
      'Without a session policy a federated session may do nothing. Say what it may do in inline-session-policy or ' +
        'managed-session-policies; it never gets more than the user has.',
    );
  }
  const sts = await connectSts(connection, user.credentials, callSettings(request, step));
  step.runner.info(`Obtaining a federated session for ${name} with ${user.name}.`);
  const tried = `obtain a federated session for ${name} with ${user.name}`;
  const session = await sts.getFederationToken({ name, duration, policies, tags }, tried);
  const identity = await identityOf({ ...session, name: `the session for ${name}` }, request, step);
  return sessionWork({ ...session, identity, roleArns: {} }, request, step);
}
