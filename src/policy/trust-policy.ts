import { iamArn } from '../aws/arn';
import type { PolicyDocument, Statement } from './policy-document';

/** Who may assume a role: a policy as it is, or entries from which one is made once the account is known. */
export type Trust = { readonly policy: PolicyDocument } | { readonly entries: readonly [TrustEntry, ...TrustEntry[]] };

export type TrustEntry =
  /** Every principal of an account (12 digits at AWS) that the account lets. */
  | { readonly account: string }
  /** A user of the same account: its name, with its path if it has one (`machine/pulumi`). */
  | { readonly user: string }
  /** An AWS service: `s3.amazonaws.com`. */
  | { readonly service: string }
  | { readonly github: GithubTrust }
  | { readonly rolesAnywhere: RolesAnywhereTrust };

/** The jobs of a repository that may assume a role. */
export interface GithubTrust {
  /** Whose tokens they have, without `https://`: GitHub.com, or another server that issues such tokens. */
  readonly issuer: string;
  /** `owner/name` */
  readonly repository: string;
  /** The IDs behind these names, where they are known: they make up the immutable form of the subject. */
  readonly ids: { readonly owner: string; readonly repository: string } | undefined;
  /**
   * The rest of the subject, one of these: `ref:refs/heads/main`, `environment:production`, `ref:refs/tags/v1`,
   * `pull_request`. `*` stands for any text.
   */
  readonly contexts: readonly string[];
  /** Reusable workflows, of one of which the job must be: `owner/name/.github/workflows/a.yml@ref`. None means any. */
  readonly workflows: readonly string[];
  /** What `aud` is in its tokens. All entries of a role with one issuer have the same. */
  readonly audience: string;
}

/** Holders of certificates that may assume a role by IAM Roles Anywhere. */
export interface RolesAnywhereTrust {
  /** The ARN of the trust anchor. */
  readonly trustAnchor: string;
  /** What the common name of the certificate's subject may be. `*` stands for any text. None means any. */
  readonly commonNames: readonly string[];
}

/** The account of a role: `partition` as ARNs have it, `account` by its ID. */
interface RoleAccount {
  readonly partition: string;
  readonly account: string;
}

/** The issuer of GitHub.com's OIDC tokens, without `https://`. */
export const GITHUB_ISSUER = 'token.actions.githubusercontent.com';

/**
 * The claims of GitHub's tokens that AWS evaluates, other than aud and sub.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
 */
export const GITHUB_CLAIM_KEYS: readonly string[] = [
  'repository',
  'repository_id',
  'repository_owner_id',
  'enterprise_id',
  'environment',
  'ref',
  'job_workflow_ref',
  'workflow',
  'actor',
  'actor_id',
];

/** The principal by which IAM Roles Anywhere assumes roles, in every partition. */
export const ROLES_ANYWHERE = 'rolesanywhere.amazonaws.com';

/** What it does to a role, each time: a session always has tags and a source identity from the certificate. */
export const ROLES_ANYWHERE_ACTIONS: readonly string[] = ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'];

/** How issuers end that are servers of Forgejo. https://forgejo.org/docs/latest/user/actions/security-openid-connect/ */
const OF_FORGEJO = '/api/actions';

/**
 * The policy that says who may assume a role, as it was declared or made from entries: a statement each for accounts
 * and users, for services, for certificates, and for jobs on GitHub.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
export function trustPolicy(trust: Trust, of: RoleAccount): PolicyDocument {
  if ('policy' in trust) return trust.policy;
  const principals = trust.entries.flatMap((entry) => principalOf(entry, of) ?? []);
  const services = trust.entries.flatMap((entry) => ('service' in entry ? entry.service : []));
  const certificates = trust.entries.flatMap((entry) => ('rolesAnywhere' in entry ? entry.rolesAnywhere : []));
  const jobs = trust.entries.flatMap((entry) => ('github' in entry ? entry.github : []));
  const statements = [
    // Sessions of this action carry tags unless an input says no, and are refused where they may not.
    principals.length > 0 && allow({ AWS: oneOrMore(principals) }, ['sts:AssumeRole', 'sts:TagSession']),
    services.length > 0 && allow({ Service: oneOrMore(services) }, 'sts:AssumeRole'),
    ...certificates.map(rolesAnywhereStatement),
    ...together(jobs).map((alike) => githubStatement(alike, of)),
  ];
  return { Version: '2012-10-17', Statement: statements.filter((statement) => statement !== false) };
}

/** The ARN of an account or user, or undefined for who is neither. */
function principalOf(entry: TrustEntry, of: RoleAccount): string | undefined {
  if ('account' in entry) return iamArn({ ...of, account: entry.account }, 'root');
  return 'user' in entry ? iamArn(of, `user/${entry.user}`) : undefined;
}

/**
 * The subjects of a repository's jobs, in both formats where its IDs are known. Those of Forgejo have IDs in a form of
 * their own.
 * https://docs.github.com/actions/reference/security/oidc
 */
function subjectsOf({ issuer, repository, ids, contexts }: GithubTrust): readonly string[] {
  const [owner = '', name = ''] = repository.split('/');
  const mark = isForgejo(issuer) ? '-' : '@';
  return contexts.flatMap((context) => [
    `repo:${owner}/${name}:${context}`,
    ...(ids ? [`repo:${owner}${mark}${ids.owner}/${name}${mark}${ids.repository}:${context}`] : []),
  ]);
}

/** Whether the issuer is a server of Forgejo, or of Gitea where it issues such tokens. */
export function isForgejo(issuer: string): boolean {
  return issuer.endsWith(OF_FORGEJO);
}

/** Jobs whose conditions differ in the subject alone: any one of several may be met, and each condition must be. */
function together(jobs: readonly GithubTrust[]): (readonly GithubTrust[])[] {
  const alike = new Map<string, GithubTrust[]>();
  for (const job of jobs) {
    const { issuer, audience, workflows, contexts } = job;
    const key = JSON.stringify([issuer, audience, workflows, operatorFor(contexts)]);
    alike.set(key, [...(alike.get(key) ?? []), job]);
  }
  return [...alike.values()];
}

function githubStatement(jobs: readonly GithubTrust[], of: RoleAccount): Statement {
  const [{ issuer, audience, workflows } = { issuer: '', audience: '', workflows: [] }] = jobs;
  const subjects = jobs.flatMap(subjectsOf);
  const conditions = [
    ['StringEquals', `${issuer}:aud`, audience],
    [operatorFor(subjects), `${issuer}:sub`, oneOrMore(subjects)],
    ...(workflows.length > 0
      ? [[operatorFor(workflows), `${issuer}:job_workflow_ref`, oneOrMore(workflows)] as const]
      : []),
  ] as const;
  const provider = iamArn(of, `oidc-provider/${issuer}`);
  return { ...allow({ Federated: provider }, 'sts:AssumeRoleWithWebIdentity'), Condition: conditionOf(conditions) };
}

/**
 * A session by certificate always has the attributes of the certificate as tags, and its common name as source identity.
 * https://docs.aws.amazon.com/rolesanywhere/latest/userguide/trust-model.html
 */
function rolesAnywhereStatement({ trustAnchor, commonNames }: RolesAnywhereTrust): Statement {
  const conditions = [
    ['ArnEquals', 'aws:SourceArn', trustAnchor],
    ...(commonNames.length > 0
      ? [[operatorFor(commonNames), 'aws:PrincipalTag/x509Subject/CN', oneOrMore(commonNames)] as const]
      : []),
  ] as const;
  return { ...allow({ Service: ROLES_ANYWHERE }, ROLES_ANYWHERE_ACTIONS), Condition: conditionOf(conditions) };
}

type KeyCondition = readonly [operator: string, key: string, values: string | readonly string[]];

function conditionOf(conditions: readonly KeyCondition[]): Record<string, Record<string, string | readonly string[]>> {
  const byOperator: Record<string, Record<string, string | readonly string[]>> = {};
  for (const [operator, key, values] of conditions) byOperator[operator] = { ...byOperator[operator], [key]: values };
  return byOperator;
}

/** How texts are compared of which some may be patterns. */
function operatorFor(texts: readonly string[]): string {
  return texts.some(isPattern) ? 'StringLike' : 'StringEquals';
}

/** Whether `*` stands in it for any text. */
export function isPattern(text: string): boolean {
  return text.includes('*');
}

function allow(Principal: object, Action: string | readonly string[]): Statement {
  return { Effect: 'Allow', Principal, Action };
}

/** Every text once; one alone without a list around it, as AWS's examples have it. */
function oneOrMore(texts: readonly string[]): string | readonly string[] {
  const distinct = [...new Set(texts)];
  const [first = ''] = distinct;
  return distinct.length === 1 ? first : distinct;
}
