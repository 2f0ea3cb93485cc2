import type { KeyPath } from '../text/problem';
import { isMapping } from '../text/value';
import { listOf, type Statement } from './policy-document';
import type { PolicyProblems } from './policy-problem';

/** The values that a condition asks for, one of which must be met, and its path. */
interface Bound {
  readonly path: KeyPath;
  readonly values: readonly string[];
}

// Enterprises can have an issuer of their own, with their name as path.
const GITHUB_PROVIDER = /:oidc-provider\/(token\.actions\.githubusercontent\.com(?:\/[^/]+)?)$/;

const SUBJECT = 'repo:octo/app:environment:production';

// Those that are false where the claim is missing.
const BINDING_OPERATOR = /^(ForAnyValue:)?String(Equals|EqualsIgnoreCase|Like)$/;

/**
 * What makes an `Allow` in a trust policy allow more than it seems to: `ForAllValues:`, and GitHub's OIDC provider
 * without bounds on whose tokens are meant.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html#idp_oidc_Create_GitHub
 */
export function* trustProblems(statement: Statement, statementPath: KeyPath): PolicyProblems {
  const condition = isMapping(statement.Condition) ? statement.Condition : {};
  const path = [...statementPath, 'Condition'];
  yield* forAllValuesProblems(condition, path);
  for (const issuer of githubIssuers(statement.Principal)) {
    if (bounds(condition, `${issuer}:aud`, path).length === 0) {
      const message =
        `has no ${issuer}:aud under StringEquals or StringLike; it should be there, ` +
        'such as sts.amazonaws.com, or tokens that were made for others than AWS are accepted';
      yield { path, message };
    }
    yield* subjectProblems(bounds(condition, `${issuer}:sub`, path), issuer, path);
  }
}

function* forAllValuesProblems(condition: Statement, path: KeyPath): PolicyProblems {
  for (const operator of Object.keys(condition)) {
    if (!operator.toLowerCase().startsWith('forallvalues:')) continue;
    const plain = operator.slice('ForAllValues:'.length);
    const message =
      'is also true where the key is missing, and so allows too much; ' +
      `it should be ${plain} or ForAnyValue:${plain}`;
    yield { path: [...path, operator], message };
  }
}

/** GitHub's issuers among the principals; condition keys begin with them. */
function githubIssuers(principal: unknown): readonly string[] {
  const providers = isMapping(principal) ? listOf(principal.Federated) : [];
  return providers.flatMap((arn) => (typeof arn === 'string' ? (GITHUB_PROVIDER.exec(arn)?.[1] ?? []) : []));
}

/** The bounds that conditions set to a key, whose case does not count. */
function bounds(condition: Statement, key: string, path: KeyPath): readonly Bound[] {
  return Object.entries(condition)
    .filter(([operator]) => BINDING_OPERATOR.test(operator))
    .flatMap(([operator, keys]) =>
      Object.entries(isMapping(keys) ? keys : {})
        .filter(([name]) => name.toLowerCase() === key.toLowerCase())
        .map(([name, values]) => ({ path: [...path, operator, name], values: listOf(values).map(String) })),
    );
}

function* subjectProblems(found: readonly Bound[], issuer: string, path: KeyPath): PolicyProblems {
  if (found.length === 0) {
    const message =
      `has no ${issuer}:sub under StringEquals or StringLike; it should be there, ` +
      `such as ${SUBJECT}, or every repository on GitHub is allowed, as all have tokens of this issuer`;
    yield { path, message };
  }
  // All conditions must hold, so one that is narrow is enough.
  if (found.some(({ values }) => !values.some(namesNoOwner))) return;
  for (const bound of found) {
    const wide = bound.values.filter(namesNoOwner).map((value) => JSON.stringify(value));
    const message =
      `is ${wide.join(' and ')}, which repositories of strangers match as well; ` +
      `it should name the owner whole, such as ${SUBJECT}`;
    yield { path: bound.path, message };
  }
}

/**
 * Whether a wildcard stands for the whole of a subject, before its first claim has ended, or where the owner does: a
 * name that anyone can register, or the first digits of an ID.
 */
function namesNoOwner(subject: string): boolean {
  return /^(\w*[*?]|\w*:[*?]+$|(repo|repository|repository_owner|repository_owner_id):[^:/@]*[*?])/.test(subject);
}
