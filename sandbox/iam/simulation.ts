import type { Role, User } from '../accounts/account';
import { environmentContext } from '../accounts/caller';
import { decide } from '../accounts/permissions';
import { tagContext } from '../accounts/tags';
import { contextOf, type Context, type ContextValues } from '../policy/context';
import type { PolicyDocument } from '../policy/document';
import { evaluate, type AccessRequest, type Decision } from '../policy/evaluate';
import { Constraints } from '../query/constraints';
import { stringList, structureList, type Parameters } from '../query/parameters';
import type { SignedCall, SignedOperations } from '../query/service';
import type { XmlFields } from '../query/xml';
import { authorize } from './authorize';
import { invalidInput, noSuchEntity } from './errors';
import { listing } from './page';
import { required } from './request';

const words: Readonly<Record<Decision, string>> = {
  Allow: 'allowed',
  ExplicitDeny: 'explicitDeny',
  ImplicitDeny: 'implicitDeny',
};

export const simulation: SignedOperations = {
  SimulatePrincipalPolicy(call) {
    const { params } = call;
    const actions = stringList(params, 'ActionNames');
    const constraints = new Constraints();
    constraints.required('actionNames', actions[0]);
    for (const action of actions) constraints.length('actionNames', action, 3, 128);
    constraints.check();
    const malformed = actions.find((action) => !/^[\w-]+:[\w*]+$/.test(action));
    if (malformed !== undefined) throw invalidInput(`Invalid Action: ${malformed}`);
    const named = stringList(params, 'ResourceArns');
    const resources = named.length > 0 ? named : ['*'];
    const principal = simulated(call);
    const context = simulatedContext(principal, params);
    const cases = actions.flatMap((action) => resources.map((resource) => ({ action, resource })));
    return listing('EvaluationResults', cases, params, ({ action, resource }) => ({
      EvalActionName: action,
      EvalResourceName: resource,
      EvalDecision: words[decide({ principal, session: undefined }, { action, resource, context })],
      ...details(principal, { action, resource, context }),
    }));
  },
};

/** Whether what limits the principal from outside its own policies allows it, where there is such a limit. */
function details(principal: User | Role, request: AccessRequest): XmlFields {
  const allowedBy = (policies: readonly PolicyDocument[]) => String(evaluate(policies, request) === 'Allow');
  const { serviceControlPolicies: organization } = principal.account;
  const { boundaryPolicies: boundary } = principal;
  return {
    OrganizationsDecisionDetail: organization && { AllowedByOrganizations: allowedBy(organization) },
    PermissionsBoundaryDecisionDetail: boundary && { AllowedByPermissionsBoundary: allowedBy(boundary) },
  };
}

/** @throws Refusal ValidationError, AccessDenied or NoSuchEntity */
function simulated(call: SignedCall): User | Role {
  const { PolicySourceArn } = required(call.params, 'PolicySourceArn');
  const { users, roles } = call.caller.account;
  authorize(call, { arn: PolicySourceArn });
  if (!call.world.settings.vendor && !/^arn:[\w-]+:iam::\d{12}:(user|role|group)\/.+$/.test(PolicySourceArn)) {
    throw invalidInput(`Invalid Entity Arn: ${PolicySourceArn} does not clearly define entity type and name.`);
  }
  const principal = [...users.values(), ...roles.values()].find(({ arn }) => arn === PolicySourceArn);
  if (!principal) throw noSuchEntity(`The entity ${PolicySourceArn} cannot be found.`);
  return principal;
}

/** What the principal is, together with what `ContextEntries` say. */
function simulatedContext({ type, name, arn, account, tags }: User | Role, params: Parameters): Context {
  const entries = structureList(params, 'ContextEntries').map((entry) => [
    entry.ContextKeyName ?? '',
    stringList(entry, 'ContextKeyValues'),
  ]);
  return contextOf({
    ...environmentContext(account.settings.clock.now()),
    'aws:PrincipalArn': arn,
    'aws:PrincipalAccount': account.id,
    'aws:username': type === 'User' ? name : undefined,
    ...tagContext('aws:PrincipalTag', tags),
    ...(Object.fromEntries(entries) as ContextValues),
  });
}
