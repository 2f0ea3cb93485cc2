import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import type { RoleSettings } from '../../sandbox/accounts/account';
import type { PolicyDocument } from '../../sandbox/policy/document';
import { allow } from '../sandbox/sts-client';
import { REPOSITORY } from '../scenarios/identities';
import { ACCOUNT, ISSUER, type Scenario } from '../scenarios/scenario';
import { iamArn } from './aws-account';
import { Repository, type WorkflowRun } from './repository';
import type { WorkflowRunner, WorkflowSettings } from './workflow-runner';

export const EXAMPLES = resolve(__dirname, '../../examples');
const ACTION = 'octo-org/aws-identity-action@<commit>';

/** Those that run on every forge, in `forges.test.ts`. */
export const ON_EVERY_FORGE: readonly string[] = [
  'least-privilege-user.yml',
  'long-job.yml',
  'mfa-session.yml',
  'provision-machine-user.yml',
];

interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly steps: readonly WorkflowStep[] }>>;
}

interface WorkflowStep {
  readonly name?: string;
  readonly uses?: string;
}

/** A repository that has what the examples need. */
export function repositoryOfExamples(runner?: WorkflowRunner): Repository {
  const repository = new Repository(runner);
  repository.publishAction(ACTION);
  repository.copy('examples/identities', 'identities');
  // IAM is consistent at once here, so nothing needs to be waited for.
  repository.program('sleep', '#!/bin/sh\n');
  return repository;
}

/** Runs an example as it stands. */
export function runExample(repository: Repository, example: string, settings: WorkflowSettings): Promise<WorkflowRun> {
  const workflow = `.github/workflows/${example}`;
  repository.copy(`examples/${example}`, workflow);
  return repository.run(workflow, settings);
}

/** Every step of the jobs that ran succeeded, but those that were passed over, and so did the post of each with one. */
export function expectSuccess(
  example: string,
  { exitCode, steps, log }: WorkflowRun,
  passedOver: readonly string[] = [],
): void {
  const { jobs } = parse(readFileSync(join(EXAMPLES, example), 'utf8')) as Workflow;
  const started = new Set(steps.map(({ job }) => job));
  expect(started).not.toEqual(new Set());
  const result = 'success';
  const expected = [...started].flatMap((job) =>
    (jobs[job]?.steps ?? [])
      .map(({ name, uses = '' }) => ({ step: name ?? uses, hasPost: uses === ACTION }))
      .filter(({ step }) => !passedOver.includes(step))
      .flatMap(({ step, hasPost }) => [
        { job, stage: 'Main', step, result },
        ...(hasPost ? [{ job, stage: 'Post', step, result }] : []),
      ]),
  );
  const failures = exitCode === 0 ? '' : log;
  const inOrder = (all: readonly object[]) => all.map((step) => JSON.stringify(step)).sort();
  expect({ failures, steps: inOrder(steps) }).toEqual({ failures: '', steps: inOrder(expected) });
}

/** The variables by which a job finds the services of the sandbox. */
export function jobEnvironment({ sandbox }: Scenario, { pullRequest = false } = {}): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL: sandbox.url,
    GITHUB_API_URL: sandbox.github.secrets.apiUrl,
    TFE_ADDRESS: sandbox.terraform.address,
    ...sandbox.github.environment({ claims: pullRequest ? { event_name: 'pull_request' } : {} }),
  };
}

/** Makes a role that the jobs of the repository may assume, and that may do all this. */
export function oidcRole(
  { sandbox }: Scenario,
  name: string,
  { account = ACCOUNT, policies = [allow('*')] }: { account?: string } & Partial<RoleSettings> = {},
) {
  const owner = sandbox.account(account);
  if (owner.oidcProviders.size === 0) owner.createOidcProvider({ url: ISSUER, clientIds: ['sts.amazonaws.com'] });
  return owner.createRole(name, { trust: oidcTrust(account), policies });
}

/** Makes a user with a key, which the secrets of the job hold. */
export function keyOf({ account }: Scenario, name: string, policies: readonly PolicyDocument[]) {
  const user = account.createUser(name, { policies });
  const { accessKeyId, secretAccessKey } = user.createAccessKey();
  return { user, secrets: { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } };
}

/** Lets in the jobs of the repository, whatever branch they are on. */
function oidcTrust(account: string): PolicyDocument {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: 'sts:AssumeRoleWithWebIdentity',
        Principal: { Federated: iamArn('oidc-provider/token.actions.githubusercontent.com', account) },
        Condition: {
          StringEquals: { 'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com' },
          StringLike: { 'token.actions.githubusercontent.com:sub': `repo:${REPOSITORY}:*` },
        },
      },
    ],
  };
}
