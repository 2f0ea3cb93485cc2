import { list, type OneOrMore, type PolicyDocument, type PrincipalElement, type Statement } from '../policy/document';

/** Finds the user or role, in any account, that has this ARN or unique ID. */
export type FindEntity = (name: string) => { readonly id: string; readonly arn: string } | undefined;

/**
 * A trust policy as IAM keeps it: users and roles by their unique IDs, so that the trust follows one that is renamed
 * and does not pass to another that later has its name; and accounts by the ARN of their root.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
export function keptTrust(trust: PolicyDocument, partition: string, find: FindEntity): PolicyDocument {
  return renamePrincipals(trust, (name) =>
    /^\d{12}$/.test(name) ? `arn:${partition}:iam::${name}:root` : (find(name)?.id ?? name),
  );
}

/** The same as IAM shows it: by ARN, and by unique ID whoever is no longer there. */
export function shownTrust(trust: PolicyDocument, find: FindEntity): PolicyDocument {
  return renamePrincipals(trust, (name) => find(name)?.arn ?? name);
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
