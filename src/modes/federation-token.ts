import { callSettings, type Step } from '../runner/step';
import { isTemporary } from '../aws/credentials';
import type { FederationTokenRequest } from '../inputs/request';
import { connectSts } from '../sts/connect';
import type { Outcome } from '../delivery/outcome';
import { temporarySource } from './session-token';
import { credentialsOf, nameOf } from './source';

/** A session under a name of its own, limited by session policies. */
export async function federationToken(request: FederationTokenRequest, step: Step): Promise<Outcome> {
  const { connection, name, duration, policies, tags } = request;
  const source = await credentialsOf(request.source, request, step);
  if (isTemporary(source)) throw temporarySource('GetFederationToken');
  if (policies.inline === undefined && policies.managed.length === 0) {
    step.runner.warning(
      'Without a session policy a federated session may do nothing. Say what it may do in inline-session-policy or ' +
        'managed-session-policies; it never gets more than the user has.',
    );
  }
  const sts = await connectSts(connection, source, callSettings(request, step));
  step.runner.info(`Obtaining a federated session for ${name} with ${nameOf(request.source)}.`);
  const tried = `obtain a federated session for ${name} with ${nameOf(request.source)}`;
  const session = await sts.getFederationToken({ name, duration, policies, tags }, tried);
  return { ...session, roleArns: {} };
}
