import { TO_WORKSPACE } from '../scenarios/identities';
import { ACCOUNT, ROLE } from '../scenarios/scenario';

/** Where a key is delivered to. */
export type Place =
  | 'environment'
  | 'outputs'
  | { readonly profile: string }
  | { readonly 'github-secrets': { readonly prefix: string } }
  | { readonly 'dependabot-secrets': { readonly prefix: string } }
  | typeof TO_WORKSPACE;

/** An identity document. */
export interface Document {
  readonly users: Readonly<Record<string, DeclaredUser>>;
  readonly roles?: object;
  readonly policies?: object;
}

interface DeclaredUser {
  readonly path?: string;
  readonly policies?: readonly string[];
  readonly 'access-key': { readonly deliver: readonly Place[] };
}

/** What a step does as whom its door leads to. */
export interface Task {
  readonly inputs: Readonly<Record<string, string>>;
  /** The identity document; undefined where it changes nothing in IAM. */
  readonly document?: Document;
  /** Whether the document is applied before. */
  readonly isApplied?: boolean;
  /** Whether later steps get the session that it works as, or one made from that. */
  readonly isSession?: boolean;
  /** The error that ends it, where it is to fail. */
  readonly fails?: string;
}

const user = (...deliver: readonly Place[]) => ({
  users: { pulumi: { path: '/machine/', 'access-key': { deliver } } },
});

const releasing = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: ROLE }] };

/** Identity documents, by where they deliver a key to. */
const DOCUMENTS = {
  environment: user('environment', 'outputs'),
  profile: user({ profile: 'pulumi' }),
  secrets: user({ 'github-secrets': { prefix: 'PULUMI_' } }),
  dependabot: user({ 'dependabot-secrets': { prefix: 'PULUMI_' } }),
  workspace: user(TO_WORKSPACE),
  'secrets and workspace': user({ 'github-secrets': { prefix: 'PULUMI_' } }, TO_WORKSPACE),
  'two users': {
    users: {
      ...user({ 'github-secrets': { prefix: 'PULUMI_' } }).users,
      releaser: { 'access-key': { deliver: [{ 'github-secrets': { prefix: 'RELEASE_' } }] } },
    },
  },
  'two users of a job': {
    users: {
      ...user('environment').users,
      releaser: { 'access-key': { deliver: [{ profile: 'releaser' }] }, policies: ['releasing'] },
    },
    policies: { releasing: { document: releasing } },
  },
  'all kinds': {
    ...user({ 'github-secrets': { prefix: 'PULUMI_' } }),
    policies: { releasing: { document: releasing } },
    roles: { releaser: { trust: { user: 'pulumi' }, policies: ['releasing'] } },
  },
} as const satisfies Readonly<Record<string, Document>>;

const changes = (mode: string, name: keyof typeof DOCUMENTS, inputs: Task['inputs'] = {}): Task => ({
  inputs: { mode, ...inputs },
  document: DOCUMENTS[name],
  isApplied: mode !== 'provision',
});

const ROLES = ['deploy', 'middle', 'target'].map((name) => `${name}: arn:aws:iam::${ACCOUNT}:role/${name}`).join('\n');

export const TASKS = {
  export: { inputs: {}, isSession: true },
  'export outputs': { inputs: { 'output-credentials': 'true' }, isSession: true },
  'export, with the account masked': { inputs: { 'mask-aws-account-id': 'true' }, isSession: true },
  'export a profile': { inputs: { 'aws-profile': 'ours', 'overwrite-aws-profile': 'true' }, isSession: true },
  'export a profile of the job': {
    inputs: { 'aws-profile': 'ours', 'profile-location': 'job', 'output-env-credentials': 'true' },
    isSession: true,
  },
  'export a profile that renews itself': {
    inputs: { 'aws-profile': 'ours', 'refresh-credentials': 'true', 'role-duration-seconds': '900' },
    isSession: true,
  },
  'many roles': { inputs: { roles: ROLES } },
  'many roles, with the account masked': { inputs: { roles: ROLES, 'mask-aws-account-id': 'true' } },
  'many roles, as far as they work': { inputs: { roles: ROLES, 'continue-on-role-error': 'true' } },
  'many roles that renew themselves': {
    inputs: { roles: ROLES, 'refresh-credentials': 'true', 'role-duration-seconds': '900' },
  },
  'a session token': { inputs: { mode: 'session-token' }, isSession: true },
  'a federated session': {
    inputs: { mode: 'federation-token', 'federated-user-name': 'report' },
    isSession: true,
  },
  verify: { inputs: { mode: 'verify', 'expect-allowed': 'iam:CreateUser\ns3:ListAllMyBuckets' } },
  'verify what is not so': {
    inputs: { mode: 'verify', 'expect-allowed': 's3:ListAllMyBuckets', 'expect-denied': 'iam:CreateUser' },
    fails: '#unexpected-permissions',
  },
  'verify who it is not': {
    inputs: { mode: 'verify', 'expect-arn': `arn:aws:iam::${ACCOUNT}:user/nobody` },
    fails: '#unexpected-identity',
  },
  'plan alone': changes('provision', 'all kinds', { 'dry-run': 'true' }),
  'provision the environment': changes('provision', 'environment'),
  'provision a profile': changes('provision', 'profile'),
  'provision secrets': changes('provision', 'secrets'),
  'provision secrets of Dependabot': changes('provision', 'dependabot'),
  'provision a workspace': changes('provision', 'workspace'),
  'provision secrets and a workspace': changes('provision', 'secrets and workspace'),
  'provision two users': changes('provision', 'two users'),
  'provision two users of a job': changes('provision', 'two users of a job'),
  'provision all kinds': changes('provision', 'all kinds'),
  'provision all kinds for the run': changes('provision', 'all kinds', { ephemeral: 'true' }),
  'provision the environment for the run': changes('provision', 'environment', { ephemeral: 'true' }),
  'rotate secrets': changes('rotate', 'secrets', { 'rotate-now': 'true' }),
  'rotate secrets of Dependabot': changes('rotate', 'dependabot', { 'rotate-now': 'true' }),
  'rotate secrets and a workspace': changes('rotate', 'secrets and workspace', { 'rotate-now': 'true' }),
  'rotate two users': changes('rotate', 'two users', { 'rotate-now': 'true' }),
  'rotate two users, and end the old keys': changes('rotate', 'two users', {
    'rotate-now': 'true',
    'delete-old-keys': 'true',
  }),
  'rotate, and end the old key': changes('rotate', 'all kinds', { 'rotate-now': 'true', 'delete-old-keys': 'true' }),
  'deprovision two users': changes('deprovision', 'two users'),
  'deprovision all kinds': changes('deprovision', 'all kinds'),
  'deprovision secrets of Dependabot': changes('deprovision', 'dependabot'),
  'deprovision a workspace': changes('deprovision', 'workspace'),
} as const satisfies Readonly<Record<string, Task>>;

export type TaskName = keyof typeof TASKS;
