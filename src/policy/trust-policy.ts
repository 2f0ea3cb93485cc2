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
  | { readonly github: GithubTrust };

/** The jobs of a repository that may assume a role. */
export interface GithubTrust {
  /** `owner/name` */
  readonly repository: string;
  /** The IDs behind these names, where they are known: they make up the immutable form of the subject. */
  readonly ids: { readonly owner: string; readonly repository: string } | undefined;
  /** The rest of the subject: `ref:refs/heads/main`, `environment:production`, `ref:refs/tags/v1`, `pull_request`. */
  readonly context: string;
  /** What `aud` is in its tokens. All entries of a role have the same. */
  readonly audience: string;
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

/**
 * The policy that says who may assume a role, as it was declared or made from entries: a statement each for accounts
 * and users, for services, and for jobs on GitHub.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
export function trustPolicy(trust: Trust, of: RoleAccount): PolicyDocument {
  if ('policy' in trust) return trust.policy;
  const principals = trust.entries.flatMap((entry) => principalOf(entry, of) ?? []);
  const services = trust.entries.flatMap((entry) => ('service' in entry ? entry.service : []));
  const jobs = trust.entries.flatMap((entry) => ('github' in entry ? entry.github : []));
  const statements = [
    // Sessions of this action carry tags unless an input says no, and are refused where they may not.
    principals.length > 0 && allow({ AWS: oneOrMore(principals) }, ['sts:AssumeRole', 'sts:TagSession']),
    services.length > 0 && allow({ Service: oneOrMore(services) }, 'sts:AssumeRole'),
    jobs.length > 0 && githubStatement(jobs, of),
  ];
  return { Version: '2012-10-17', Statement: statements.filter((statement) => statement !== false) };
}

/** The ARN of an account or user, or undefined for who is neither. */
function principalOf(entry: TrustEntry, of: RoleAccount): string | undefined {
  if ('account' in entry) return iamArn({ ...of, account: entry.account }, 'root');
  return 'user' in entry ? iamArn(of, `user/${entry.user}`) : undefined;
}

/**
 * The subjects of a repository's jobs, in both formats where its IDs are known.
 * https://docs.github.com/actions/reference/security/oidc
 */
function subjectsOf({ repository, ids, context }: GithubTrust): readonly string[] {
  const [owner = '', name = ''] = repository.split('/');
  return [
    `repo:${owner}/${name}:${context}`,
    ...(ids ? [`repo:${owner}@${ids.owner}/${name}@${ids.repository}:${context}`] : []),
  ];
}

function githubStatement(jobs: readonly GithubTrust[], of: RoleAccount): Statement {
  const provider = iamArn(of, `oidc-provider/${GITHUB_ISSUER}`);
  const claims = {
    [`${GITHUB_ISSUER}:aud`]: oneOrMore(jobs.map(({ audience }) => audience)),
    [`${GITHUB_ISSUER}:sub`]: oneOrMore(jobs.flatMap(subjectsOf)),
  };
  return { ...allow({ Federated: provider }, 'sts:AssumeRoleWithWebIdentity'), Condition: { StringEquals: claims } };
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
