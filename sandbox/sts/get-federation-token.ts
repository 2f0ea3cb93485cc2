import { callerContext } from '../accounts/caller';
import { whyRefused } from '../accounts/permissions';
import { contextOf } from '../policy/context';
import { Constraints } from '../query/constraints';
import { notAuthorized } from '../query/error';
import type { Operation, SignedCall } from '../query/service';
import { packedPolicySize } from './packed-policy';
import { credentialsFields, readUserSessionDuration } from './session';
import { parseSessionPolicies, readSessionPolicies } from './session-policies';
import { readSessionTags, requestedTagContext, type SessionTags } from './session-tags';

export const getFederationToken: Operation = {
  signed: true,
  run(call) {
    const { params, world, caller } = call;
    const constraints = new Constraints();
    const name = constraints.required('name', params.Name);
    constraints.length('name', params.Name, 2, 32);
    constraints.pattern('name', params.Name, '[\\w+=,.@-]*');
    const durationSeconds = readUserSessionDuration(params, constraints);
    const policies = readSessionPolicies(params, constraints);
    const requestedTags = readSessionTags(params, constraints);
    constraints.check();
    // Without a session policy nothing is left of the user's permissions.
    const sessionPolicies = parseSessionPolicies(policies, caller.account) ?? [];
    const PackedPolicySize = packedPolicySize(policies, requestedTags.tags, world);

    const { account } = caller;
    const arn = account.arn('sts', `federated-user/${name}`);
    authorize(call, arn, requestedTags);
    const session = world.startSession({
      kind: 'FederatedUser',
      principal: caller.principal,
      arn,
      userId: `${account.id}:${name}`,
      durationSeconds,
      sessionPolicies,
      ...requestedTags,
      sourceIdentity: undefined,
      mfaAt: undefined,
    });
    return {
      Credentials: credentialsFields(session),
      FederatedUser: { FederatedUserId: session.userId, Arn: arn },
      PackedPolicySize,
    };
  },
};

function authorize({ world, caller, region }: SignedCall, resource: string, requestedTags: SessionTags): void {
  const context = contextOf({
    ...callerContext(caller, region, world.clock.now()),
    ...requestedTagContext(requestedTags),
  });
  const actions = ['sts:GetFederationToken'];
  if (Object.keys(requestedTags.tags).length > 0) actions.push('sts:TagSession');
  for (const action of actions) {
    const reason = whyRefused(caller, { action, resource, context });
    if (reason !== undefined) throw notAuthorized(caller.arn, action, resource, reason);
  }
}
