import type { Account } from '../../sandbox/accounts/account';
import type { PolicyDocument } from '../../sandbox/policy/document';
import type { Job, Run } from '../../sandbox/runner/job';
import { ADMIN, githubRepository, identityJob, identityScenario } from './identities';
import { ACCOUNT, type Scenario } from './scenario';

export const READ_ONLY = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
export const POWER_USER = 'arn:aws:iam::aws:policy/PowerUserAccess';
export const arn = (resource: string) => `arn:aws:iam::${ACCOUNT}:${resource}`;
export const DEPLOY = arn('policy/deploy');
export const LIMITS = arn('policy/limits');

export const DEPLOY_POLICY = {
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'Stacks',
      Effect: 'Allow',
      Action: ['cloudformation:CreateStack', 'cloudformation:UpdateStack'],
      Resource: '*',
    },
    { Sid: 'Files', Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::builds/*' },
  ],
} as const satisfies PolicyDocument;

/** A document with something of every kind. */
const IDENTITIES = `
oidc-providers:
  github: {}
policies:
  deploy:
    document: policies/deploy.json
    description: What deployments may do
    tags: { team: platform }
  limits:
    document: { Version: "2012-10-17", Statement: { Effect: Allow, NotAction: "iam:*", Resource: "*" } }
users:
  ci:
    path: /machine/
    tags: { team: platform }
    policies: [deploy, ${READ_ONLY}]
    inline-policies:
      logs: { Version: "2012-10-17", Statement: { Effect: Allow, Action: "logs:PutLogEvents", Resource: "*" } }
    permissions-boundary: limits
    access-key: { deliver: [ { github-secrets: { prefix: CI_ } } ] }
roles:
  deployer:
    description: Deploys
    trust: [ { user: machine/ci }, { service: codebuild.amazonaws.com } ]
    max-session-duration: 4h
    tags: { team: platform }
    policies: [deploy]
    inline-policies:
      logs: { Version: "2012-10-17", Statement: { Effect: Allow, Action: "logs:PutLogEvents", Resource: "*" } }
`;
const files = { 'identities.yml': IDENTITIES, 'policies/deploy.json': JSON.stringify(DEPLOY_POLICY) };

/** What the second and every further run reads of an account that has all that the document declares. */
export const READS = [
  'GetOpenIDConnectProvider',
  'GetPolicy',
  'GetPolicy',
  'ListPolicyVersions',
  'ListPolicyVersions',
  'GetPolicyVersion',
  'GetPolicyVersion',
  'ListAttachedUserPolicies',
  'ListUserPolicies',
  'GetUserPolicy',
  'ListAccessKeys',
  'GET secret',
  'GET secret',
  'ListAttachedRolePolicies',
  'ListRolePolicies',
  'GetRolePolicy',
];
/** What every run asks at once. */
export const FIRST = ['GetCallerIdentity', 'GetUser', 'GetRole'] as const;
/** What every run does to see whether the token may write secrets. */
export const SECRET_KEY = 'GET public-key';

/** An administrator, and a document that declares something of every kind. */
export class DeclaredAccount {
  private constructor(
    readonly scenario: Scenario,
    readonly inputs: Readonly<Record<string, string>>,
  ) {}

  /** @param policies what the administrator may do; all if omitted */
  static async start(policies?: readonly PolicyDocument[]): Promise<DeclaredAccount> {
    const scenario = await identityScenario(policies);
    const token = githubRepository(scenario);
    return new DeclaredAccount(scenario, { mode: 'provision', identities: 'identities.yml', ...ADMIN, ...token });
  }

  get account(): Account {
    return this.scenario.account;
  }

  /** A job with the document in its workspace. */
  job(): Job {
    return identityJob(this.scenario, { files });
  }

  /** Applies the document in a job of its own. */
  provision(inputs: Readonly<Record<string, string>> = {}): Promise<Run> {
    return this.job().step({ with: { ...this.inputs, ...inputs } });
  }

  /** The calls since the last time that are no reads: those of IAM, and those to GitHub. */
  writes(): string[] {
    return this.scenario.calls().filter((call) => !/^(?:Get|List|GET)/.test(call));
  }

  /** Has the document applied to the account. */
  async applied(): Promise<Account> {
    const { exitCode, log, stderr } = await this.provision();
    if (exitCode !== 0) throw new Error([...log, stderr].join('\n'));
    this.scenario.calls();
    return this.account;
  }
}

export function found<T>(thing: T | undefined): T {
  if (thing === undefined) throw new Error('it is not there');
  return thing;
}
