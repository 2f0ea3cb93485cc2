import type { KeyPath, PartProblem } from '../text/problem';
import { isMapping } from '../text/value';
import { conditionsIn, isSameKey } from './check-conditions';
import { listOf, type Statement } from './policy-document';
import type { PolicyProblems } from './policy-problem';

/** The values that a condition asks for, one of which must be met, and its path. */
interface Bound {
  readonly path: KeyPath;
  readonly values: readonly string[];
}

// Those that are false where the claim is missing.
const BINDING_OPERATOR = /^(ForAnyValue:)?String(Equals|EqualsIgnoreCase|Like)$/;

// Enterprises can have an issuer of their own, with their name as path.
const ISSUED_BY_GITHUB = /^token\.actions\.githubusercontent\.com(?:\/[^/]+)?$/;

const SUBJECT = 'repo:octo/app:environment:production';

/**
 * Of issuers that many organizations share, the claim that tells these apart: without it, AWS refuses to trust the issuer.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc_secure-by-default.html
 */
const CLAIM_OF_SHARED_ISSUER = new Map([
  ['agent.buildkite.com', 'sub'],
  ['api.pulumi.com/oidc', 'aud'],
  ['app.terraform.io', 'sub'],
  ['gitlab.com', 'sub'],
  ['oidc-configuration.audit-log.githubusercontent.com', 'sub'],
  ['oidc.codefresh.io', 'sub'],
  ['oidc.vercel.com', 'aud'],
  ['proidc.upbound.io', 'sub'],
  ['sandboxes.cloud', 'aud'],
  ['scalr.io', 'sub'],
  ['studio.datachain.ai/api', 'sub'],
  ['tokens.cloud.shisho.dev', 'sub'],
  ['vstoken.actions.githubusercontent.com', 'sub'],
]);

/** Parts of a subject that say whose repository a job is of. */
const OWNER =
  '(^|:)(repo|repository|repository_id|repository_owner|repository_owner_id|enterprise|enterprise_id|job_workflow_ref):';

/** Claims that say whose repository a job on GitHub is of, and which of their values do not name the owner whole. */
const OWNER_CLAIMS: readonly (readonly [claim: string, namesNoOwner: (value: string) => boolean])[] = [
  ['sub', isSubjectOfAnyone],
  ['repository', hasWildcardInOwner],
  ['job_workflow_ref', hasWildcardInOwner],
  ['repository_id', hasWildcard],
  ['repository_owner', hasWildcard],
  ['repository_owner_id', hasWildcard],
  ['enterprise_id', hasWildcard],
];

/**
 * Issuers of OIDC tokens that a statement trusts without bounds that AWS requires, or GitHub's without saying whose
 * repositories are meant.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html#idp_oidc_Create_GitHub
 */
export function* issuerProblems(statement: Statement, path: KeyPath): PolicyProblems {
  for (const issuer of issuersOf(statement)) {
    const boundsOf = (claim: string) => bounds(statement, `${issuer}:${claim}`, path);
    const required = requiredClaims(issuer);
    const isClosed = ({ values }: Bound) => values.some((value) => !openToAll(issuer).test(value));
    if (required.length > 0 && !required.flatMap(boundsOf).some(isClosed)) {
      yield { path: [...path, 'Condition'], message: missingClaim(issuer, required) };
    } else if (ISSUED_BY_GITHUB.test(issuer) && ownersNamed(boundsOf).length === 0) yield* ownerProblems(boundsOf);
  }
}

/** What is worth saying about trust in GitHub's tokens. */
export function* issuerWarnings(statement: Statement, path: KeyPath): PolicyProblems {
  for (const issuer of issuersOf(statement).filter((each) => ISSUED_BY_GITHUB.test(each))) {
    const boundsOf = (claim: string) => bounds(statement, `${issuer}:${claim}`, path);
    const at = [...path, 'Condition'];
    if (boundsOf('aud').length === 0) {
      const message =
        `has no ${issuer}:aud, so tokens for every audience that the identity provider lists are accepted; ` +
        'better name the one that is meant, such as sts.amazonaws.com';
      yield { path: at, message };
    }
    if (ownersNamed(boundsOf).join() === 'job_workflow_ref') {
      const message =
        'names a workflow, and not who may call it: jobs of every repository that may call it are allowed; ' +
        `better name the caller as well, by ${issuer}:sub or ${issuer}:repository_id`;
      yield { path: at, message };
    }
  }
}

/** The issuers whose tokens assume the role; condition keys begin with them. */
function issuersOf({ Principal, Action }: Statement): readonly string[] {
  const assumes = listOf(Action).some(
    (action) => !/^sts:(SetContext|SetSourceIdentity|TagSession)$/i.test(String(action)),
  );
  const providers = assumes && isMapping(Principal) ? listOf(Principal.Federated) : [];
  return providers.flatMap((arn) => (typeof arn === 'string' ? (/:oidc-provider\/(.+)$/.exec(arn)?.[1] ?? []) : []));
}

/** The bounds that conditions set to a key. */
function bounds(statement: Statement, key: string, path: KeyPath): readonly Bound[] {
  return conditionsIn(statement, path)
    .filter((condition) => BINDING_OPERATOR.test(condition.operator) && isSameKey(condition.key, key))
    .map((condition) => ({ path: condition.path, values: listOf(condition.values).map(String) }));
}

function requiredClaims(issuer: string): readonly string[] {
  if (ISSUED_BY_GITHUB.test(issuer)) return ['sub', 'job_workflow_ref'];
  const claim = CLAIM_OF_SHARED_ISSUER.get(issuer);
  return claim === undefined ? [] : [claim];
}

/** Values that AWS takes for no bound at all. */
function openToAll(issuer: string): RegExp {
  return ISSUED_BY_GITHUB.test(issuer) ? /^(\*|\s*$)/ : /^\*$/;
}

function missingClaim(issuer: string, claims: readonly string[]): string {
  const keys = claims.map((claim) => `${issuer}:${claim}`).join(' or ');
  const example = ISSUED_BY_GITHUB.test(issuer) ? `, such as ${SUBJECT}` : '';
  return (
    `has no ${keys} under StringEquals or StringLike that does not begin with a wildcard; it should be there${example}. ` +
    'AWS requires it whatever other claims are named, as many organizations have tokens of this issuer'
  );
}

/** The claims with a bound that names the owner whole. All conditions must hold, so one is enough. */
function ownersNamed(boundsOf: (claim: string) => readonly Bound[]): readonly string[] {
  return OWNER_CLAIMS.flatMap(([claim, namesNoOwner]) =>
    boundsOf(claim).some(({ values }) => !values.some(namesNoOwner)) ? claim : [],
  );
}

function ownerProblems(boundsOf: (claim: string) => readonly Bound[]): PartProblem[] {
  return OWNER_CLAIMS.flatMap(([claim, namesNoOwner]) =>
    boundsOf(claim).map(({ path, values }) => {
      const wide = values.filter(namesNoOwner).map((value) => JSON.stringify(value));
      const message =
        `is ${wide.join(' and ')}, which repositories of strangers match as well; ` +
        `it should name the owner whole${claim === 'sub' ? `, such as ${SUBJECT}` : ''}`;
      return { path, message };
    }),
  );
}

/** Whether a wildcard stands for the whole of a subject, before its first claim has ended, or for an owner; or none is named. */
function isSubjectOfAnyone(subject: string): boolean {
  return (
    /^(\w*[*?]|\w*:[*?]+$)/.test(subject) ||
    new RegExp(`${OWNER}[^:/@]*[*?]`).test(subject) ||
    !new RegExp(OWNER).test(subject)
  );
}

/** Whether a wildcard stands where the owner does in `owner/name…`: a name that anyone can register. */
function hasWildcardInOwner(value: string): boolean {
  return /^[^/]*[*?]/.test(value);
}

function hasWildcard(value: string): boolean {
  return /[*?]/.test(value);
}
