import type { World } from '../accounts/world';
import { list, type ConditionElement, type PolicyDocument, type Statement } from '../policy/document';
import { malformed, parseTrust } from '../policy/parse';
import { matches } from '../policy/pattern';
import { quotaExceeded } from './errors';
import { policySize } from './policy-document';

const maxSize = 2048;

/**
 * A role's trust policy, whose principals exist and are known everywhere.
 * @throws Refusal MalformedPolicyDocument or LimitExceeded
 */
export function readTrust(text: string, world: World): PolicyDocument {
  const trust = parseTrust(text);
  if (policySize(text) > maxSize) throw quotaExceeded('ACLSizePerRole', maxSize);
  for (const statement of list(trust.Statement)) {
    const { Principal = '*', NotPrincipal = '*' } = statement;
    for (const element of [Principal, NotPrincipal]) {
      const entries = Object.entries(element === '*' ? {} : element);
      for (const [kind, names] of entries) {
        const invalid = list(names).find((name) => !isValid(kind, name, world));
        if (invalid !== undefined) {
          const shown = kind === 'AWS' ? kind : kind.toUpperCase();
          throw malformed(`Invalid principal in policy: "${shown}":"${invalid}"`);
        }
      }
    }
    checkClaims(statement);
  }
  return trust;
}

/** Of issuers that many organizations share, the claims that tell these apart. */
const claimsOfSharedIssuers: Readonly<Record<string, readonly string[]>> = {
  'token.actions.githubusercontent.com': ['sub', 'job_workflow_ref'],
  'gitlab.com': ['sub'],
  'app.terraform.io': ['sub'],
};

/**
 * Refuses a shared issuer that is trusted without a condition on such a claim.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc_secure-by-default.html
 *
 * @throws Refusal MalformedPolicyDocument
 */
function checkClaims({ Effect, Principal = '*', Action = 'sts:*', Condition = {} }: Statement): void {
  const assumes = list(Action).some((action) => matches(action, 'sts:AssumeRoleWithWebIdentity', undefined, 'i'));
  if (Effect !== 'Allow' || Principal === '*' || !assumes) return;
  for (const provider of list(Principal.Federated ?? [])) {
    const [, issuer = ''] = provider.split(':oidc-provider/');
    const claims = claimsOfSharedIssuers[issuer];
    const keys = claims?.map((claim) => `${issuer}:${claim}`);
    if (keys && !keys.some((key) => isEvaluated(key, Condition))) {
      throw malformed(
        `Trust policy with trusted principal ${provider} must evaluate, using StringEquals, StringLike or ` +
          `StringEqualsIgnoreCase, ${keys.join(' or ')} which is not scoped to all.`,
      );
    }
  }
}

function isEvaluated(key: string, condition: ConditionElement): boolean {
  return Object.entries(condition)
    .filter(([operator]) => /^(ForAnyValue:)?String(Equals|EqualsIgnoreCase|Like)$/.test(operator))
    .flatMap(([, keys]) => Object.entries(keys).filter(([name]) => name.toLowerCase() === key.toLowerCase()))
    .some(([, values]) => list(values).some((value) => !/^(\*|\s*$)/.test(String(value))));
}

function isValid(kind: string, name: string, world: World): boolean {
  switch (kind) {
    case 'AWS':
      return isPrincipal(name, world);
    case 'Service':
      return /^[\w.-]+\.amazonaws\.com(\.cn)?$/.test(name);
    default:
      return name !== '';
  }
}

const ACCOUNT = /^(\*|\d{12}|arn:[\w-]+:iam::\d{12}:root|arn:[\w-]+:sts::\d{12}:.+)$/;
const ACCOUNT_ANYWHERE = /^(\*|arn:[\w-]+:iam::[^:]*:root|arn:[\w-]+:sts::[^:]*:.+)$/;

function isPrincipal(name: string, world: World): boolean {
  // Accounts, and sessions, are not looked up. Those of other vendors have other IDs.
  const isAccount = world.settings.vendor ? ACCOUNT_ANYWHERE : ACCOUNT;
  if (isAccount.test(name)) return true;
  const entity = world.entity(name);
  return entity !== undefined && entity.propagatedAt <= world.clock.now();
}
