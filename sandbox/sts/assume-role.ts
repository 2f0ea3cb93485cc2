import type { Role } from '../accounts/account';
import { callerContext, type Caller } from '../accounts/caller';
import { layersOf, layersOfResource, layersOnTheWay, reasonIn, type PolicyKind } from '../accounts/permissions';
import { contextOf } from '../policy/context';
import { evaluate, type AccessRequest } from '../policy/evaluate';
import { evaluateTrust, type Grant } from '../policy/trust';
import { Constraints } from '../query/constraints';
import { notAuthorized, validationError } from '../query/error';
import type { Operation, SignedCall } from '../query/service';
import { proveMfa, readMfa, type Mfa } from './mfa';
import { packedPolicySize } from './packed-policy';
import { checkRoleDuration, findRole, readRoleRequest, type RoleRequest } from './role-request';
import { startRoleSession } from './session';
import { parseSessionPolicies } from './session-policies';
import { inheritTags, readSessionTags, requestedTagContext, type SessionTags } from './session-tags';

interface AssumeRoleRequest extends RoleRequest {
  readonly externalId: string | undefined;
  readonly sourceIdentity: string | undefined;
  readonly requestedTags: SessionTags;
  readonly mfa: Mfa;
}

export const assumeRole: Operation = {
  signed: true,
  run(call) {
    const { world, caller } = call;
    const request = readRequest(call);
    if (caller.session && request.durationSeconds > 3600 && !world.settings.vendor) {
      throw validationError(
        'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
      );
    }
    const sessionTags = inheritTags(request.requestedTags, caller.session);
    const sessionPolicies = parseSessionPolicies(request, findRole(world, request.roleArn).account);
    const PackedPolicySize = packedPolicySize(request, sessionTags.tags, world);
    const mfaAt = proveMfa(request.mfa, caller, world.clock.now());
    const sourceIdentity = caller.session?.sourceIdentity ?? request.sourceIdentity;
    const role = authorize(call, request, sessionTags, sourceIdentity, mfaAt);
    checkRoleDuration(role, request.durationSeconds);
    const { sessionName, durationSeconds } = request;
    const session = { sessionName, durationSeconds, sessionPolicies, ...sessionTags, sourceIdentity };
    return { ...startRoleSession(world, role, session), PackedPolicySize };
  },
};

function readRequest({ params }: SignedCall): AssumeRoleRequest {
  const constraints = new Constraints();
  const { ExternalId: externalId, SourceIdentity: sourceIdentity } = params;
  const request = readRoleRequest(params, constraints);
  constraints.length('externalId', externalId, 2, 1224);
  constraints.pattern('externalId', externalId, '[\\w+=,.@:\\/-]*');
  constraints.length('sourceIdentity', sourceIdentity, 2, 64);
  constraints.pattern('sourceIdentity', sourceIdentity, '[\\w+=,.@-]*');
  const requestedTags = readSessionTags(params, constraints);
  const mfa = readMfa(params, constraints);
  constraints.check();
  return { ...request, externalId, sourceIdentity, requestedTags, mfa };
}

/** Finds the role. One that does not exist is refused in the same words as one that may not be assumed. */
function authorize(
  { world, caller, region }: SignedCall,
  { roleArn, sessionName, externalId, requestedTags, sourceIdentity: requested }: AssumeRoleRequest,
  sessionTags: SessionTags,
  sourceIdentity: string | undefined,
  mfaAt: Date | undefined,
): Role {
  const { role } = findRole(world, roleArn);
  const context = contextOf({
    ...callerContext(caller, region, world.clock.now(), mfaAt),
    ...requestedTagContext(requestedTags),
    'sts:ExternalId': externalId,
    'sts:RoleSessionName': sessionName,
    'sts:SourceIdentity': sourceIdentity,
  });
  const refused = (action: string, reason?: string) => notAuthorized(caller.arn, action, roleArn, reason);
  if (!role) throw refused('sts:AssumeRole');
  const actions = ['sts:AssumeRole'];
  // What a session inherits needs these permissions at each further role, as what is newly passed does.
  if (Object.keys(sessionTags.tags).length > 0) actions.push('sts:TagSession');
  if (sourceIdentity !== undefined) actions.push('sts:SetSourceIdentity');
  for (const action of actions) {
    const against = whyNot(caller, role, { action, resource: role.arn, context });
    if (against) throw refused(action, against.reason);
  }
  // A source identity is set once and holds for the whole chain.
  if (requested !== undefined && requested !== sourceIdentity) throw refused('sts:SetSourceIdentity');
  return role;
}

/**
 * Why a caller may not do to a role what the request says, in AWS's words; undefined when it may. Where the trust policy
 * is why, AWS gives no reason.
 */
function whyNot(
  caller: Caller,
  role: Role,
  request: AccessRequest,
): { readonly reason: string | undefined } | undefined {
  const { principal, session } = caller;
  const accountId = principal.account.id;
  const trustee = { kind: 'AWS', accountId, principal: principal.arn, session: session?.arn } as const;
  const trust = evaluateTrust(role.trust, request, trustee);
  const grant = trust === 'ExplicitDeny' ? undefined : trust;
  const mayOmit = omissible(grant, accountId === role.account.id, principal.type);
  const layers = [...layersOnTheWay(caller), ...layersOfResource(role.account), ...layersOf(caller)];
  const decisive = layers.filter(
    ({ kind, policies }) => !mayOmit(kind) || evaluate(policies, request) === 'ExplicitDeny',
  );
  const reason = reasonIn(decisive, request);
  return grant !== undefined && reason === undefined ? undefined : { reason };
}

/** Which kinds of policies need not allow what the trust policy grants. */
function omissible(
  grant: Grant | undefined,
  withinAccount: boolean,
  type: 'User' | 'Role',
): (kind: PolicyKind) => boolean {
  if (grant === undefined) return () => true;
  if (!withinAccount || grant === 'account') return () => false;
  // Within an account a trust policy that names the caller is enough by itself.
  const omitted: PolicyKind[] = ['identity-based policy'];
  if (grant === 'session') omitted.push('permissions boundary', 'session policy');
  // A user so named is not held to its permissions boundary, a role is.
  else if (type === 'User') omitted.push('permissions boundary');
  return (kind) => omitted.includes(kind);
}
