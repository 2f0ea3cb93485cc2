import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Account, Role, User } from '../../sandbox/accounts/account';
import type { PolicyDocument } from '../../sandbox/policy/document';
import type { Job } from '../../sandbox/runner/job';
import { allow, trust } from '../sandbox/sts-client';
import { EXAMPLE_KEYS, KEY_INPUTS, REGION, Scenario, type JobSettings } from './scenario';

/** The repository that jobs belong to. */
export const REPOSITORY = 'octo/app';

/** The tags by which everything is known that the action made for that repository. */
export const OWNED = { 'managed-by': 'aws-identity-action', 'managed-by-repository': REPOSITORY } as const;

/** The administrator's inputs: the region, and AWS's example keys. */
export const ADMIN = { 'aws-region': REGION, ...KEY_INPUTS } as const;

/** A local AWS with the user `admin`, who has AWS's example keys. */
export async function identityScenario(
  policies: readonly PolicyDocument[] = [allow('*')],
  settings?: { readonly asProcesses: boolean },
): Promise<Scenario> {
  const scenario = await Scenario.start(settings);
  scenario.account.createUser('admin', { policies }).createAccessKey(EXAMPLE_KEYS);
  return scenario;
}

/** The temporary credentials of an administrator who signed in by SSO, as inputs. */
export function ssoAdmin({ account, sandbox }: Scenario): Record<string, string> {
  const role = account.createRole('AWSReservedSSO_AdministratorAccess_0123456789abcdef', {
    path: '/aws-reserved/sso.amazonaws.com/',
    policies: [allow('*')],
    trust: trust(account.arn('iam', 'root')),
  });
  const { accessKeyId, secretAccessKey, sessionToken } = sandbox.world.startSession({
    kind: 'AssumedRole',
    principal: role,
    arn: account.arn('sts', `assumed-role/${role.name}/mona`),
    userId: `${role.id}:mona`,
    durationSeconds: 3600,
    sessionPolicies: undefined,
    tags: {},
    transitiveTagKeys: [],
    sourceIdentity: undefined,
    mfaAt: undefined,
  });
  return {
    'aws-region': REGION,
    'aws-access-key-id': accessKeyId,
    'aws-secret-access-key': secretAccessKey,
    'aws-session-token': sessionToken,
  };
}

export interface IdentityJobSettings extends JobSettings {
  /** Contents of files, by path in the workspace. */
  readonly files?: Readonly<Record<string, string>>;
}

/** A job that reaches IAM and GitHub's API as well, with these files in its workspace. */
export function identityJob(scenario: Scenario, { files = {}, env = {}, ...settings }: IdentityJobSettings = {}): Job {
  const { url, github, terraform } = scenario.sandbox;
  const job = scenario.job({
    ...settings,
    env: { AWS_ENDPOINT_URL_IAM: url, GITHUB_API_URL: github.secrets.apiUrl, TFE_ADDRESS: terraform.address, ...env },
  });
  writeWorkspace(job, files);
  return job;
}

/** The pull request that a job is about; without a number, the job is about a push. */
export interface PullRequestEvent {
  readonly number: number | undefined;
  /** Of its branch: another one for a fork. */
  readonly repository?: string;
}

/** Lets the event of a job be that of a pull request; the answer is the environment that says so. */
export function onPullRequest(job: Job, { number, repository = REPOSITORY }: PullRequestEvent): Record<string, string> {
  if (number === undefined) return {};
  const path = join(job.folder, 'event.json');
  writeFileSync(path, JSON.stringify({ pull_request: { number, head: { repo: { full_name: repository } } } }));
  return { GITHUB_EVENT_NAME: 'pull_request', GITHUB_EVENT_PATH: path };
}

/** @param files contents by path in the workspace; folders are made as needed */
export function writeWorkspace({ workspace }: Pick<Job, 'workspace'>, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    const file = join(workspace, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

/** The credentials of a profile, as a tool finds them in the job's home. */
export function profileKeys({ home }: Job, profile: string): { accessKeyId: string; secretAccessKey: string } {
  const text = readFileSync(join(home, '.aws/credentials'), 'utf8');
  const section = text.split(/^\[/m).find((candidate) => candidate.startsWith(`${profile}]`)) ?? '';
  const settings = Object.fromEntries(
    [...section.matchAll(/^(\w+) = (\S+)$/gm)].map(([, name = '', value = '']) => [name, value]),
  );
  const { aws_access_key_id: accessKeyId = '', aws_secret_access_key: secretAccessKey = '' } = settings;
  const { aws_session_token: sessionToken } = settings;
  return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
}

/** A call, or calls in any order. */
type Calls = string | readonly string[];

/** What is under way at the same time, each one stage after the other. No call may be in two of them. */
interface Concurrent {
  readonly concurrent: readonly (readonly Calls[])[];
}

type Stage = Calls | Concurrent;

/** AWS is asked whether it knows a new access key. */
const TESTS = ['GetCallerIdentity', 'GetCallerIdentity', 'GetCallerIdentity'] as const;

/** What is asked for a new access key that ends with the job, of a user that was made with its announcement. */
export const NEW_KEY_OF_JOB = ['CreateAccessKey', ['TagUser', 'ListAccessKeys'], [...TESTS, 'UntagUser']] as const;

/** What post asks for a key that ends with the job, where it is gone already, with its user. */
export const GONE_KEY_OF_JOB = ['GetCallerIdentity', 'DeleteAccessKey NoSuchEntity', 'UntagUser NoSuchEntity'] as const;

/** What is asked for one that lasts, until it is sure that no other run was first. */
export const NEW_LASTING_KEY = ['CreateAccessKey', 'TagUser', TESTS, 'GetUser', 'ListAccessKeys'] as const;

/** What is asked to deliver it to two secrets of GitHub, to look that they hold it, and to record it. */
export const DELIVERY = [
  'TagUser',
  'PUT secret',
  'PUT secret',
  'GetUser',
  'ListAccessKeys',
  ['GET secret', 'GET secret'],
  'TagUser',
  'UntagUser',
] as const;

/** What AWS is asked of a user that goes, at once: all that it may have. */
export const WHAT_A_USER_HAS = [
  'ListAccessKeys',
  'GetLoginProfile NoSuchEntity',
  'ListSigningCertificates',
  'ListSSHPublicKeys',
  'ListServiceSpecificCredentials',
  'ListMFADevices',
  'ListUserPolicies',
  'ListAttachedUserPolicies',
  'ListGroupsForUser',
] as const;

/**
 * Expects these calls since the last time: one stage after the other, those of one stage in any order.
 *
 * @param meanwhile calls that go on during the last stages, which may come anywhere
 */
export function expectCalls(scenario: Scenario, stages: readonly Stage[], meanwhile: readonly string[] = []): void {
  const calls = scenario.calls();
  for (const call of meanwhile) {
    const at = calls.lastIndexOf(call);
    if (at >= 0) calls.splice(at, 1);
    else calls.push(`(${call} is missing)`);
  }
  expectStages(calls, stages);
}

/** Expects just these calls: one stage after the other, those of one stage in any order. */
export function expectStages(calls: readonly string[], stages: readonly Stage[]): void {
  expect(inStages(calls, stages)).toEqual(inStages(stages.flatMap(callsOf), stages));
}

/** As many calls for each stage as it has, to be compared whatever their order in it; then those that are left. */
function inStages(calls: readonly string[], stages: readonly Stage[]): unknown[] {
  const left = [...calls];
  const made = stages.map((stage) => {
    const taken = left.splice(0, callsOf(stage).length);
    return isConcurrent(stage) ? apart(taken, stage) : taken.sort();
  });
  return [...made, ...(left.length > 0 ? [left] : [])];
}

/** The calls of each by itself; then those that are of none. */
function apart(calls: readonly string[], { concurrent }: Concurrent): unknown[] {
  const own = concurrent.map((stages) => new Set(stages.flat()));
  const strange = calls.filter((call) => !own.some((names) => names.has(call)));
  const each = concurrent.map((stages, at) =>
    inStages(
      calls.filter((call) => own[at]?.has(call)),
      stages,
    ),
  );
  return [...each, ...(strange.length > 0 ? [strange] : [])];
}

function callsOf(stage: Stage): string[] {
  return isConcurrent(stage) ? stage.concurrent.flat(2) : [stage].flat();
}

function isConcurrent(stage: Stage): stage is Concurrent {
  return typeof stage === 'object' && 'concurrent' in stage;
}

/**
 * Makes the repository at GitHub, and the input with a token that may write its secrets.
 *
 * @param readsRuns whether the token may read whether runs are over, too
 */
export function githubRepository(
  { sandbox: { github } }: Scenario,
  { readsRuns = false }: { readonly readsRuns?: boolean } = {},
): { readonly 'github-token': string } {
  github.secrets.createRepository(REPOSITORY);
  const runs = readsRuns ? [REPOSITORY] : [];
  return { 'github-token': github.secrets.token({ write: [REPOSITORY], writeDependabot: [REPOSITORY], runs }) };
}

/** The workspace of HCP Terraform that keys are delivered to. */
export const WORKSPACE = 'acme/prod';

/** The destination that it is. */
export const TO_WORKSPACE = { 'terraform-cloud': { organization: 'acme', workspace: 'prod' } } as const;

/** Makes the workspace, and the input with a token that may write its variables. */
export function terraformWorkspace({ sandbox: { terraform } }: Scenario): { readonly 'terraform-token': string } {
  terraform.createWorkspace('acme', 'prod');
  return { 'terraform-token': terraform.token({ write: [WORKSPACE] }) };
}

/** The key in the variables of a workspace. */
export function keyInWorkspace({ sandbox: { terraform } }: Scenario, workspace: string = WORKSPACE): FoundKey {
  return {
    id: terraform.value(workspace, 'AWS_ACCESS_KEY_ID'),
    secret: terraform.value(workspace, 'AWS_SECRET_ACCESS_KEY'),
  };
}

/** A document with one user, whose key lasts. */
export const LASTING_KEY = JSON.stringify({ users: { pulumi: { 'access-key': { deliver: ['github-secrets'] } } } });

/** A document with one user, whose key ends with the job. */
export const FOR_THE_JOB = JSON.stringify({ users: { pulumi: { 'access-key': { deliver: ['environment'] } } } });

/** All that IAM keeps of an account, to be compared with what it keeps later. */
export function snapshot(account: Account) {
  const { users, groups, roles, instanceProfiles, managedPolicies, virtualMfaDevices, oidcProviders } = account;
  return {
    users: [...users.values()].map((user) => ({
      ...entity(user),
      accessKeys: user.accessKeys.map(({ accessKeyId, status }) => ({ accessKeyId, status })),
      mfaDevices: [...user.mfaDevices.keys()],
      console: user.loginProfile !== undefined,
      certificates: [...user.signingCertificates.keys()],
      sshKeys: [...user.sshPublicKeys.keys()],
      serviceCredentials: [...user.serviceSpecificCredentials.keys()],
      groups: [...user.groups].map(({ name }) => name),
    })),
    groups: [...groups.keys()],
    roles: [...roles.values()].map((role) => ({
      ...entity(role),
      trust: role.trust,
      description: role.description,
      maxSessionDuration: role.maxSessionDuration,
    })),
    instanceProfiles: [...instanceProfiles.keys()],
    policies: [...managedPolicies.values()].map(({ arn, tags, versions, defaultVersion, description }) => ({
      arn,
      tags,
      description,
      versions: [...versions.values()].map(({ id, text }) => ({ id, text })),
      defaultVersion: defaultVersion.id,
    })),
    mfaDevices: [...virtualMfaDevices.values()].map(({ serialNumber, tags }) => ({ serialNumber, tags })),
    oidcProviders: [...oidcProviders.values()].map(({ arn, clientIds, tags }) => ({ arn, clientIds, tags })),
  };
}

function entity({ arn, id, tags, permissionsBoundary, attachedPolicies, inlinePolicies }: User | Role): object {
  return {
    arn,
    id,
    tags,
    permissionsBoundary,
    attachedPolicies: [...attachedPolicies].sort(),
    inlinePolicies: Object.fromEntries([...inlinePolicies].map(([name, { text }]) => [name, text])),
  };
}

/** Of the requests since the last time any were asked for, those that change something, in order of arrival. */
export function writes(scenario: Scenario): string[] {
  return scenario.calls().filter((call) => !/^(Get|List|Simulate|GET )/.test(call));
}

/** Two lines of credentials, wherever they were found. */
export interface FoundKey {
  readonly id: string | undefined;
  readonly secret: string | undefined;
}

/** Whose active access key this is; undefined when AWS would refuse it. */
export function ownerOf({ sandbox }: Scenario, { id = '', secret }: FoundKey): string | undefined {
  const found = sandbox.world.accessKey(id);
  return found?.key.status === 'Active' && found.key.secretAccessKey === secret ? found.user.name : undefined;
}

/** The key that a job's environment has. */
export function keyIn({ env }: Job): FoundKey {
  return { id: env.AWS_ACCESS_KEY_ID, secret: env.AWS_SECRET_ACCESS_KEY };
}

/** The key in GitHub's secrets. */
export function keyInSecrets(
  { sandbox: { github } }: Scenario,
  {
    prefix = '',
    owner = REPOSITORY,
    ...which
  }: { prefix?: string; owner?: string; environment?: string; program?: 'dependabot' } = {},
): FoundKey {
  const value = (name: string) => github.secrets.value(owner, `${prefix}${name}`, which);
  return { id: value('AWS_ACCESS_KEY_ID'), secret: value('AWS_SECRET_ACCESS_KEY') };
}

/** How the tags of a user begin that record what became of its access keys. */
const RECORD = 'aws-identity-action:';

/**
 * What is recorded of a user's access keys, a line for each tag, in the order of the alphabet: the stage, the ID of the key,
 * and which others it names. Times and runs are omitted.
 */
export function recordsOf({ account }: Scenario, user: string): string[] {
  const records = Object.entries(account.users.get(user)?.tags ?? {}).flatMap(([tag, value]) => {
    const [, stage = ''] = tag.startsWith(RECORD) ? (/^([a-z]+:.+)/.exec(tag.slice(RECORD.length)) ?? []) : [];
    if (stage === '') return [];
    const others = value.split(' ').filter((word) => /^(?:known|replaces|torn)=/.test(word));
    return [[stage.replace(/^making:.*/, 'making'), ...others].join(' ')];
  });
  return records.sort();
}

/** Records of access keys, as tags: `made:AKIA…` and the words of the tag. */
export function recordTags(records: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(records).map(([stage, words]) => [`${RECORD}${stage}`, words]));
}

/** What a key that ends with the job writes, of a user that is there. */
export const KEY_OF_JOB = ['TagUser', 'CreateAccessKey', 'TagUser', 'UntagUser'] as const;

/** What a new key writes on its way into two secrets of GitHub, from its announcement to its record. */
export const KEY_TO_SECRETS = [
  'TagUser',
  'CreateAccessKey',
  'TagUser',
  'TagUser',
  'PUT secret',
  'PUT secret',
  'TagUser',
  'UntagUser',
] as const;

/** What runs may ask that give users keys and devices: to look, and to change these, what is recorded of them, and their places. */
const OF_KEYS =
  /^(?:Get|List|GET |(?:Create|Delete|Tag|Untag)User\b|\w+AccessKey\b|\w+MFADevice\b|(?:PUT|DELETE) secret\b|(?:POST|PATCH|DELETE) var\b)/;

/**
 * Ends a scenario of many runs, of which a test expects what became of keys and places, not each call: whatever else they
 * changed, and nobody asked about, fails the test.
 *
 * @param also other calls that the runs of the test make
 */
export function endOfKeys(scenario: Scenario, ...also: readonly RegExp[]): Promise<void> {
  return endOfRuns(scenario, OF_KEYS, ...also);
}

/** Ends a scenario of many runs, of which a test expects what they led to: a call of no such kind fails the test. */
export async function endOfRuns(scenario: Scenario, ...kinds: readonly RegExp[]): Promise<void> {
  const others = scenario.calls().filter((call) => !kinds.some((kind) => kind.test(call)));
  await scenario.end();
  expect(others).toEqual([]);
}

/** Makes all keys of a user older than they are. */
export function age(user: User | undefined, days: number): void {
  for (const key of user?.accessKeys ?? []) {
    key.createdAt = new Date(key.createdAt.getTime() - days * 86_400_000);
  }
}

/** Whether each key of a user is active, by id. */
export function statusesOf({ account }: Scenario, user: string): Record<string, string> {
  const keys = account.users.get(user)?.accessKeys ?? [];
  return Object.fromEntries(keys.map(({ accessKeyId, status }) => [accessKeyId, status]));
}

/** The user `pulumi` as an earlier run left it, with these records of its access keys. */
export function leftUser({ account }: Scenario, records: Readonly<Record<string, string>> = {}): User {
  return account.createUser('pulumi', { tags: { ...OWNED, ...recordTags(records) } });
}
