import type { Declaration, DeclaredRole } from '../../identities/declaration';
import { trustAnchorsElsewhere } from '../../policy/check-certificates';
import { listOf, type PolicyDocument } from '../../policy/policy-document';
import { trustPolicy } from '../../policy/trust-policy';
import { isMapping } from '../../text/value';
import type { TargetAccount } from '../changes/account-access';
import type { Obstacle } from '../changes/change';
import type { Rules } from './ownership';

/** A user, a role or a session of a role. */
const PRINCIPAL = /^arn:[^:]+:(iam|sts)::([^:]*):(user|role|assumed-role)\/(.+)$/;

/** The ARNs in a trust policy of those who must be there for AWS to take it. */
export function principalsIn(trust: PolicyDocument): string[] {
  const statements = listOf(trust.Statement).filter(isMapping);
  const principals = statements.flatMap(({ Principal, NotPrincipal }) => [Principal, NotPrincipal]).filter(isMapping);
  return principals
    .flatMap((principal) => Object.values(principal).flatMap(listOf))
    .filter((name): name is string => typeof name === 'string' && name.startsWith('arn:'));
}

/**
 * Principals of a trust policy that are meant to be users or roles of the document, and are not: their ARNs have another
 * path, or another case. AWS allows no two names that differ only in that, so that nobody else can have these.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
 */
export function misnamedPrincipals(role: DeclaredRole, declaration: Declaration, { account }: Rules): Obstacle[] {
  return principalsIn(trustPolicy(role.trust, account)).flatMap((written) => {
    const meant = meantBy(written, declaration, account);
    if (meant === undefined || meant === written) return [];
    const text =
      `the role ${role.name} is to trust ${written}, and the document declares ${meant}, which AWS takes for another. ` +
      `Write ${meant} in the trust policy`;
    return [{ code: 'policy-malformed', text }];
  });
}

/** Trust anchors with whose certificates nobody can assume a role of the account, as they are in another one. */
export function foreignTrustAnchors({ name, trust }: DeclaredRole, { account }: Rules): Obstacle[] {
  return trustAnchorsElsewhere(trustPolicy(trust, account), account.account).map((arn) => ({
    code: 'policy-malformed',
    text:
      `the role ${name} is to trust ${arn}, and the role is made in the account ${account.account}. IAM Roles Anywhere ` +
      'assumes roles of the account of the trust anchor only: name one of this account',
  }));
}

/** The ARN that a principal has if it is a user or role of the document, or a session of one. */
function meantBy(principal: string, { users, roles }: Declaration, account: TargetAccount): string | undefined {
  const [, service, owner, kind, rest = ''] = PRINCIPAL.exec(principal) ?? [];
  if (owner !== account.account) return undefined;
  const [first = '', ...session] = rest.split('/');
  const name = kind === 'assumed-role' ? first : (rest.split('/').at(-1) ?? '');
  const things = kind === 'user' ? users : roles;
  const declared = things.find((thing) => thing.name.toLowerCase() === name.toLowerCase());
  if (!declared || kind === undefined) return undefined;
  const path = kind === 'assumed-role' ? '/' : declared.path;
  const resource = `${kind}${path}${[declared.name, ...(kind === 'assumed-role' ? session : [])].join('/')}`;
  return `arn:${account.partition}:${service ?? ''}::${account.account}:${resource}`;
}
