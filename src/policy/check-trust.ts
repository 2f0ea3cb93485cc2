import type { KeyPath, PartProblem } from '../text/problem';
import { isMapping } from '../text/value';
import { listOf, type PolicyDocument, type Statement } from './policy-document';
import { members, type PolicyProblems } from './policy-problem';

/** The values that a condition asks for, one of which must be met, and its path. */
interface Bound {
  readonly path: KeyPath;
  readonly values: readonly string[];
}

// Enterprises can have an issuer of their own, with their name as path.
const GITHUB_ISSUER = /^token\.actions\.githubusercontent\.com(?:\/[^/]+)?$/;

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

// Those that are false where the claim is missing.
const BINDING_OPERATOR = /^(ForAnyValue:)?String(Equals|EqualsIgnoreCase|Like)$/;
const FALSE_IF_MISSING = /^(ForAnyValue:)?(?!Null$)(?!\w*Not)\w+(?<!IfExists)$/;

/** What a caller adds to the session: where nothing is added, nothing need be limited. */
const ADDED_BY_CALLERS = /^(aws:TagKeys|sts:TransitiveTagKeys|sts:RequestContextProviders)$/i;

/** Attributes of a SAML assertion, but for those that are in each. AWS's own examples have them under ForAllValues. */
const SAML_ATTRIBUTE = /^saml:(?!(?:aud|doc|iss|namequalifier|sub|sub_type)$)/i;

/** Other keys that may have several values. */
const OF_SEVERAL_VALUES = /(:amr|^aws:(CalledVia|PrincipalServiceNamesList|(Principal|Source|Vpce)OrgPaths))$/i;

/** What makes an `Allow` in a trust policy allow more than it seems to, or what makes AWS refuse it. */
export function* trustProblems(statement: Statement, statementPath: KeyPath): PolicyProblems {
  const { condition, path } = conditionOf(statement, statementPath);
  for (const { operator, key, path: at } of emptySets(condition, path)) {
    if (SAML_ATTRIBUTE.test(key)) continue;
    const should = OF_SEVERAL_VALUES.test(key)
      ? `there should also be ${existence(key)}`
      : `it should be under ${operator.slice('ForAllValues:'.length)}`;
    yield { path: at, message: `is also true where the key is missing, and so allows too much; ${should}` };
  }
  for (const issuer of issuersOf(statement)) {
    const required = requiredClaims(issuer);
    const found = required.flatMap((claim) => bounds(condition, `${issuer}:${claim}`, path));
    const isClosed = ({ values }: Bound) => values.some((value) => !openToAll(issuer).test(value));
    if (required.length > 0 && !found.some(isClosed)) yield { path, message: missingClaim(issuer, required) };
    else if (GITHUB_ISSUER.test(issuer)) yield* ownerProblems(condition, issuer, path);
  }
}

/** What is worth saying about who may assume a role, although AWS takes the policy and no stranger may. */
export function* trustWarnings(policy: PolicyDocument): PolicyProblems {
  for (const [statementPath, statement] of members(policy.Statement, ['Statement'])) {
    if (!isMapping(statement) || statement.Effect !== 'Allow') continue;
    const { condition, path } = conditionOf(statement, statementPath);
    for (const { key, path: at } of emptySets(condition, path)) {
      const message = `is also true where the assertion has no such attribute; to require one, add ${existence(key)}`;
      if (SAML_ATTRIBUTE.test(key)) yield { path: at, message };
    }
    for (const issuer of issuersOf(statement).filter((each) => GITHUB_ISSUER.test(each))) {
      yield* githubWarnings(condition, issuer, path);
    }
  }
}

function conditionOf(statement: Statement, path: KeyPath) {
  return { condition: isMapping(statement.Condition) ? statement.Condition : {}, path: [...path, 'Condition'] };
}

/** Conditions under `ForAllValues:`, which hold where the key is missing, and do not fail for another reason there. */
function emptySets(condition: Statement, path: KeyPath) {
  return Object.entries(condition)
    .filter(([operator]) => operator.toLowerCase().startsWith('forallvalues:'))
    .flatMap(([operator, keys]) =>
      Object.keys(isMapping(keys) ? keys : {})
        .filter((key) => !ADDED_BY_CALLERS.test(key) && !mustExist(condition, key))
        .map((key) => ({ operator, key, path: [...path, operator, key] })),
    );
}

function mustExist(condition: Statement, key: string): boolean {
  return Object.entries(condition).some(([operator, keys]) =>
    Object.entries(isMapping(keys) ? keys : {}).some(
      ([name, values]) =>
        isSameKey(name, key) &&
        (FALSE_IF_MISSING.test(operator) ||
          (operator === 'Null' && listOf(values).every((value) => String(value) === 'false'))),
    ),
  );
}

function existence(key: string): string {
  return `"Null": { ${JSON.stringify(key)}: "false" }`;
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
function bounds(condition: Statement, key: string, path: KeyPath): readonly Bound[] {
  return Object.entries(condition)
    .filter(([operator]) => BINDING_OPERATOR.test(operator))
    .flatMap(([operator, keys]) =>
      Object.entries(isMapping(keys) ? keys : {})
        .filter(([name]) => isSameKey(name, key))
        .map(([name, values]) => ({ path: [...path, operator, name], values: listOf(values).map(String) })),
    );
}

/** The case of condition keys does not count. */
function isSameKey(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function requiredClaims(issuer: string): readonly string[] {
  if (GITHUB_ISSUER.test(issuer)) return ['sub', 'job_workflow_ref'];
  const claim = CLAIM_OF_SHARED_ISSUER.get(issuer);
  return claim === undefined ? [] : [claim];
}

/** Values that AWS takes for no bound at all. */
function openToAll(issuer: string): RegExp {
  return GITHUB_ISSUER.test(issuer) ? /^(\*|\s*$)/ : /^\*$/;
}

function missingClaim(issuer: string, claims: readonly string[]): string {
  const keys = claims.map((claim) => `${issuer}:${claim}`).join(' or ');
  const example = GITHUB_ISSUER.test(issuer) ? `, such as ${SUBJECT}` : '';
  return (
    `has no ${keys} under StringEquals or StringLike that does not begin with a wildcard; it should be there${example}. ` +
    'AWS requires it whatever other claims are named, as many organizations have tokens of this issuer'
  );
}

/** All conditions must hold, so one that names the owner whole is enough. */
function* ownerProblems(condition: Statement, issuer: string, path: KeyPath): PolicyProblems {
  const wide: PartProblem[] = [];
  for (const [claim, namesNoOwner] of OWNER_CLAIMS) {
    for (const bound of bounds(condition, `${issuer}:${claim}`, path)) {
      const values = bound.values.filter(namesNoOwner).map((value) => JSON.stringify(value));
      if (values.length === 0) return;
      const message =
        `is ${values.join(' and ')}, which repositories of strangers match as well; ` +
        `it should name the owner whole${claim === 'sub' ? `, such as ${SUBJECT}` : ''}`;
      wide.push({ path: bound.path, message });
    }
  }
  yield* wide;
}

function* githubWarnings(condition: Statement, issuer: string, path: KeyPath): PolicyProblems {
  const isBound = (claim: string) => bounds(condition, `${issuer}:${claim}`, path).length > 0;
  if (!isBound('aud')) {
    const message =
      `has no ${issuer}:aud, so tokens for every audience that the identity provider lists are accepted; ` +
      'better name the one that is meant, such as sts.amazonaws.com';
    yield { path, message };
  }
  const owners = OWNER_CLAIMS.map(([claim]) => claim).filter(isBound);
  if (owners.length === 1 && owners[0] === 'job_workflow_ref') {
    const message =
      'names a workflow, and not who may call it: jobs of every repository that may call it are allowed; ' +
      `better name the caller as well, by ${issuer}:sub or ${issuer}:repository_id`;
    yield { path, message };
  }
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
