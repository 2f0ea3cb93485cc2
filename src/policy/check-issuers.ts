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

// Of GHE.com and of GitHub Enterprise Server, which have many owners, too. AWS evaluates fewer of their claims.
const ISSUED_BY_ENTERPRISE = /^token\.actions\.[\w-]+\.ghe\.com(?:\/[^/]+)?$|\/_services\/token$/;

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
  ['repository_owner_id', hasWildcard],
  ['enterprise_id', hasWildcard],
];

/**
 * Issuers of OIDC tokens that a statement trusts without bounds that AWS requires, or without saying whose jobs are meant
 * where many organizations have them.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html#idp_oidc_Create_GitHub
 */
export function* issuerProblems(statement: Statement, path: KeyPath): PolicyProblems {
  for (const issuer of issuersOf(statement)) {
    const boundsOf = (claim: string) => bounds(statement, `${issuer}:${claim}`, path);
    const required = requiredClaims(issuer);
    const given = required.flatMap(boundsOf);
    const isClosed = ({ values }: Bound) => values.some((value) => !openToAll(issuer).test(value));
    if (required.length > 0 && !given.some(isClosed)) {
      yield { path: [...path, 'Condition'], message: missingClaim(issuer, required) };
    } else if (isGithub(issuer)) {
      if (ownersNamed(issuer, boundsOf).length === 0) yield* ownerProblems(issuer, boundsOf);
    } else if (!given.some(({ values }) => !values.some(namesNoOrganization))) yield* organizationProblems(given);
  }
}

/** What is worth saying about trust in GitHub's tokens. */
export function* issuerWarnings(statement: Statement, path: KeyPath): PolicyProblems {
  for (const issuer of issuersOf(statement).filter(isGithub)) {
    const boundsOf = (claim: string) => bounds(statement, `${issuer}:${claim}`, path);
    const at = [...path, 'Condition'];
    if (boundsOf('aud').length === 0) {
      const message =
        `has no ${issuer}:aud, so tokens for every audience that the identity provider lists are accepted; ` +
        'better name the one that is meant, such as sts.amazonaws.com';
      yield { path: at, message };
    }
    if (ownersNamed(issuer, boundsOf).join() === 'job_workflow_ref') {
      const message =
        'names a workflow, and not who may call it: jobs of every repository that may call it are allowed; ' +
        `better name the caller as well, by ${issuer}:sub or ${issuer}:repository_id`;
      yield { path: at, message };
    }
  }
}

/** Whether the issuer is GitHub.com, an enterprise there, GHE.com or GitHub Enterprise Server. */
export function isGithub(issuer: string): boolean {
  return ISSUED_BY_GITHUB.test(issuer) || ISSUED_BY_ENTERPRISE.test(issuer);
}

/** Whether the issuer is that of GitHub.com, or of an enterprise there. */
export function isGithubDotCom(issuer: string): boolean {
  return ISSUED_BY_GITHUB.test(issuer);
}

/** Whether the issuer is one of those that run jobs for many, whose tokens name their audience as `aud` alone. */
export function isKnown(issuer: string): boolean {
  return isGithub(issuer) || CLAIM_OF_SHARED_ISSUER.has(issuer);
}

/** The issuers whose tokens assume the role; condition keys begin with them. */
export function issuersOf({ Principal, Action }: Statement): readonly string[] {
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
  if (ISSUED_BY_ENTERPRISE.test(issuer)) return ['sub'];
  const claim = CLAIM_OF_SHARED_ISSUER.get(issuer);
  return claim === undefined ? [] : [claim];
}

/** Values that AWS takes for no bound at all. */
function openToAll(issuer: string): RegExp {
  return isGithub(issuer) ? /^(\*|\s*$)/ : /^\*$/;
}

function missingClaim(issuer: string, claims: readonly string[]): string {
  const keys = claims.map((claim) => `${issuer}:${claim}`).join(' or ');
  const example = isGithub(issuer) ? `, such as ${SUBJECT}` : '';
  const why = ISSUED_BY_ENTERPRISE.test(issuer)
    ? 'Without it, jobs of every repository on that server are allowed'
    : 'AWS requires it whatever other claims are named, as many organizations have tokens of this issuer';
  return `has no ${keys} under StringEquals or StringLike that does not begin with a wildcard; it should be there${example}. ${why}`;
}

/** The claims with a bound that names the owner whole. All conditions must hold, so one is enough. */
function ownersNamed(issuer: string, boundsOf: (claim: string) => readonly Bound[]): readonly string[] {
  return ownerClaims(issuer).flatMap(([claim, namesNoOwner]) =>
    boundsOf(claim).some(({ values }) => !values.some(namesNoOwner)) ? claim : [],
  );
}

function ownerClaims(issuer: string): typeof OWNER_CLAIMS {
  return ISSUED_BY_GITHUB.test(issuer) ? OWNER_CLAIMS : OWNER_CLAIMS.filter(([claim]) => claim === 'sub');
}

function ownerProblems(issuer: string, boundsOf: (claim: string) => readonly Bound[]): PartProblem[] {
  const whose = ISSUED_BY_GITHUB.test(issuer) ? 'repositories of strangers' : 'repositories of other owners';
  return ownerClaims(issuer).flatMap(([claim, namesNoOwner]) =>
    boundsOf(claim).map(({ path, values }) => {
      const wide = values.filter(namesNoOwner).map((value) => JSON.stringify(value));
      const message =
        `is ${wide.join(' and ')}, which ${whose} match as well; ` +
        `it should name the owner whole${claim === 'sub' ? `, such as ${SUBJECT}` : ''}`;
      return { path, message };
    }),
  );
}

function organizationProblems(given: readonly Bound[]): PartProblem[] {
  return given.map(({ path, values }) => {
    const wide = values.filter(namesNoOrganization).map((value) => JSON.stringify(value));
    const message = `is ${wide.join(' and ')}, which tokens of other organizations match as well; it should name yours whole`;
    return { path, message };
  });
}

/**
 * Whether a wildcard stands before the end of the first name in a claim, which is that of an organization:
 * `project_path:octo/…`, `organization:octo:…`, `https://vercel.com/octo/…`, or the claim is that name.
 */
function namesNoOrganization(written: string): boolean {
  const value = withWildcards(written);
  return /[*?]/.test(value) && !/^(?:https?:\/\/[^/*?]+\/|[^:*?]+:)[^:/*?]+[:/]/.test(value);
}

/** Whether a wildcard stands for the whole of a subject, before its first claim has ended, or for an owner; or none is named. */
function isSubjectOfAnyone(written: string): boolean {
  const subject = withWildcards(written);
  return (
    /^(\w*[*?]|\w*:[*?]+$)/.test(subject) ||
    new RegExp(`${OWNER}[^:/@]*[*?]`).test(subject) ||
    !new RegExp(OWNER).test(subject)
  );
}

/** Whether a wildcard stands where the owner does in `owner/name…`: a name that anyone can register. */
function hasWildcardInOwner(value: string): boolean {
  return /^[^/]*[*?]/.test(withWildcards(value));
}

function hasWildcard(value: string): boolean {
  return /[*?]/.test(withWildcards(value));
}

/** A variable may stand for what the token itself says, whoever it is of. */
function withWildcards(value: string): string {
  return value.replaceAll(/\$\{[^}]*\}/g, '*');
}
