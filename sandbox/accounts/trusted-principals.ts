import { list, type OneOrMore, type PolicyDocument, type PrincipalElement, type Statement } from '../policy/document';
import type { Account } from './account';

/**
 * A trust policy as IAM keeps it: users and roles by their unique IDs, so that the trust follows one that is renamed
 * and does not pass to another that later has its name; and accounts by the ARN of their root.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
export function keptTrust(trust: PolicyDocument, { partition, world }: Account): PolicyDocument {
  return renamePrincipals(trust, (name) =>
    /^\d{12}$/.test(name) ? `arn:${partition}:iam::${name}:root` : (world.entity(name)?.id ?? name),
  );
}

/** The same as IAM shows it: by ARN, and by unique ID whoever is no longer there. */
export function shownTrust(trust: PolicyDocument, { world }: Account): PolicyDocument {
  return renamePrincipals(trust, (name) => world.entity(name)?.arn ?? name);
}

function renamePrincipals(trust: PolicyDocument, rename: (name: string) => string): PolicyDocument {
  const renamed = (element: PrincipalElement): PrincipalElement =>
    element === '*' || element.AWS === undefined ? element : { ...element, AWS: each(element.AWS, rename) };
  const Statement = each(trust.Statement, (statement): Statement => ({
    ...statement,
    ...(statement.Principal && { Principal: renamed(statement.Principal) }),
    ...(statement.NotPrincipal && { NotPrincipal: renamed(statement.NotPrincipal) }),
  }));
  return { ...trust, Statement };
}

function each<T>(value: OneOrMore<T>, change: (item: T) => T): OneOrMore<T> {
  return Array.isArray(value) ? list(value).map(change) : change(value as T);
}
