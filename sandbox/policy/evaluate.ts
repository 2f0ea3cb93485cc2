import { conditionsHold } from './conditions';
import type { Context } from './context';
import { list, type PolicyDocument, type Statement } from './document';
import { matches, type Variables } from './pattern';

/** One thing that someone wants to do. */
export interface AccessRequest {
  /** As IAM writes it: `sts:AssumeRole`. */
  readonly action: string;
  /** ARN, or `*` for an action that has no resource. */
  readonly resource: string;
  readonly context: Context;
}

export type Decision = 'Allow' | 'ExplicitDeny' | 'ImplicitDeny';

/** What policies taken together say about a request. Principals are not looked at: see trust.ts. */
export function evaluate(policies: readonly PolicyDocument[], request: AccessRequest): Decision {
  const effects = policies.flatMap((policy) => applicable(policy, request).map((statement) => statement.Effect));
  if (effects.includes('Deny')) return 'ExplicitDeny';
  return effects.includes('Allow') ? 'Allow' : 'ImplicitDeny';
}

/** The statements whose action, resource and conditions fit the request. */
export function applicable(policy: PolicyDocument, request: AccessRequest): Statement[] {
  // Policy variables came with this version; in older policies, and in those without one, they are plain text.
  const variables = policy.Version === '2012-10-17' ? request.context : undefined;
  return list(policy.Statement).filter((statement) => applies(statement, request, variables));
}

function applies(statement: Statement, { action, resource, context }: AccessRequest, variables: Variables): boolean {
  const { Action, NotAction, Resource, NotResource, Condition } = statement;
  const isAction = (pattern: string): boolean => matches(pattern, action, undefined, 'i');
  const isResource = (pattern: string): boolean => matches(pattern, resource, variables);
  return (
    (Action === undefined || list(Action).some(isAction)) &&
    (NotAction === undefined || !list(NotAction).some(isAction)) &&
    (Resource === undefined || list(Resource).some(isResource)) &&
    (NotResource === undefined || !list(NotResource).some(isResource)) &&
    (Condition === undefined || conditionsHold(Condition, context, variables))
  );
}
