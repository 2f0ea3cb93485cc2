import type { KeyPath } from '../text/problem';
import { isMapping } from '../text/value';
import { bindsBy, conditionsIn, requiresKey, type KeyCondition } from './check-conditions';
import { fitsPattern, listOf, namesAction, type PolicyDocument, type Statement } from './policy-document';
import { members, type PolicyProblems } from './policy-problem';
import { ROLES_ANYWHERE, ROLES_ANYWHERE_ACTIONS } from './trust-policy';

/** A statement about IAM Roles Anywhere, with its path. */
type At = readonly [path: KeyPath, statement: Statement];

const TRUST_ANCHOR = 'aws:SourceArn';
const COMMON_NAME = 'aws:PrincipalTag/x509Subject/CN';

/** Keys whose values are of one certificate. The names of its issuer are those of every certificate of the issuer. */
const OF_CERTIFICATE = /^(aws:(PrincipalTag|RequestTag)\/x509(Subject|SAN)\/.+|sts:SourceIdentity)$/i;
const OF_TRUST_ANCHOR = /^aws:SourceArn$/i;

/**
 * Trust in IAM Roles Anywhere that lets nobody in, as an action is missing that it takes with each session. The actions
 * may be in several statements.
 * https://docs.aws.amazon.com/rolesanywhere/latest/userguide/trust-model.html
 */
export function* certificateProblems(policy: PolicyDocument): PolicyProblems {
  const allowing = statementsOf(policy, 'Allow');
  const missing = ROLES_ANYWHERE_ACTIONS.filter(
    (action) => !allowing.some(([, statement]) => namesAction(statement, action)),
  );
  const [first] = allowing;
  if (!first || missing.length === 0) return;
  const message =
    `lacks ${missing.join(' and ')} for ${ROLES_ANYWHERE}, so nobody can assume the role: IAM Roles Anywhere tags each ` +
    `session, and sets its source identity; it should have ${ROLES_ANYWHERE_ACTIONS.join(', ')}`;
  yield { path: [...first[0], 'Action'], message };
}

/** What is worth saying about trust in IAM Roles Anywhere: whom it lets in besides those who are meant, and values that nobody has. */
export function* certificateWarnings(policy: PolicyDocument): PolicyProblems {
  const denied = statementsOf(policy, 'Deny').flatMap(([path, statement]) => conditionsIn(statement, path));
  for (const [path, statement] of statementsOf(policy, 'Allow')) {
    if (!namesAction(statement, 'sts:AssumeRole')) continue;
    const conditions = conditionsIn(statement, path);
    yield* valueWarnings(conditions);
    const isBound = (keys: RegExp) => conditions.some(bindsBy(keys)) || denied.some(deniesBy(keys));
    const [ofCertificate, ofAnchor] = [isBound(OF_CERTIFICATE), isBound(OF_TRUST_ANCHOR)];
    if (ofCertificate && ofAnchor) continue;
    const anchor = ofAnchor ? 'the trust anchor accepts' : 'any trust anchor in the account accepts';
    const whose = ofCertificate
      ? 'names no trust anchor: a certificate of that name from any one in the account'
      : `names no certificate: every one that ${anchor}`;
    const better = [
      ...(ofCertificate ? [] : [`the certificate, such as by ${COMMON_NAME}`]),
      ...(ofAnchor ? [] : [`the trust anchor, by ${TRUST_ANCHOR}`]),
    ];
    yield {
      path: [...path, 'Condition'],
      message: `${whose} can assume the role, if a profile lists it; better name ${better.join(', and ')}`,
    };
  }
}

/**
 * The trust anchors of other accounts in statements that name no other ones: IAM Roles Anywhere assumes roles of the
 * account in which the trust anchor is.
 * https://docs.aws.amazon.com/rolesanywhere/latest/userguide/getting-started.html
 */
export function trustAnchorsElsewhere(policy: PolicyDocument, account: string): string[] {
  return statementsOf(policy, 'Allow').flatMap(([path, statement]) =>
    conditionsIn(statement, path)
      .filter((condition) => OF_TRUST_ANCHOR.test(condition.key) && requiresKey(condition))
      .flatMap(({ values }) => {
        const arns = listOf(values).map(String);
        return arns.every((arn) => isElsewhere(arn, account)) ? arns : [];
      }),
  );
}

function isElsewhere(arn: string, account: string): boolean {
  const owner = /^arn:[^:]+:rolesanywhere:[^:]+:([^:]+):/.exec(arn)?.[1];
  return owner !== undefined && !fitsPattern(account, owner);
}

/** The statements with such an effect in which the principal is IAM Roles Anywhere; of a Deny, also those about everyone. */
function statementsOf(policy: PolicyDocument, effect: 'Allow' | 'Deny'): readonly At[] {
  return members(policy.Statement, ['Statement']).flatMap(([path, statement]) => {
    if (!isMapping(statement) || statement.Effect !== effect) return [];
    const { Principal } = statement;
    const services = isMapping(Principal) ? listOf(Principal.Service).map(String) : [];
    const isMeant = services.some(isRolesAnywhere) || (effect === 'Deny' && Principal === '*');
    return isMeant ? [[path, statement] as const] : [];
  });
}

/** Whether a service is IAM Roles Anywhere. */
export function isRolesAnywhere(service: string): boolean {
  return service.toLowerCase().replace(/\.cn$/, '') === ROLES_ANYWHERE;
}

/** Whether a condition of a Deny leaves some values of such a key only. */
function deniesBy(keys: RegExp): (condition: KeyCondition) => boolean {
  return ({ key, operator }) => keys.test(key) && /(String|Arn)Not/.test(operator);
}

/** Values that no session by certificate has. */
function* valueWarnings(conditions: readonly KeyCondition[]): PolicyProblems {
  for (const { key, operator, values, path } of conditions) {
    if (!/^(For(Any|All)Values:)?(String|Arn)(?!Not)/.test(operator)) continue;
    for (const value of listOf(values).map(String)) {
      if (/\/x509(Subject|Issuer)\/CN$/i.test(key) && /^CN=/i.test(value)) {
        const message = `is ${JSON.stringify(value)}, and the tag has the name alone; it should be ${JSON.stringify(value.slice(3))}`;
        yield { path, message };
      } else if (OF_TRUST_ANCHOR.test(key) && !/:trust-anchor\/|[*?]/.test(value)) {
        const message = `is ${JSON.stringify(value)}, and the source is the trust anchor; it should be the ARN of that`;
        yield { path, message };
      }
    }
  }
}
