import type {
  DeclaredOidcProvider,
  DeclaredPolicy,
  DeclaredRole,
  DeclaredUser,
  KeyDestination,
} from '../../src/identities/declaration';
import type { GithubSecret } from '../../src/identities/stored-secret';
import type { ExistingKey } from '../../src/provisioning/access-keys/access-key';
import type { TargetAccount } from '../../src/provisioning/changes/account-access';
import { isObstacle, withoutCalls, type Change, type Obstacle } from '../../src/provisioning/changes/change';
import type { ExistingOidcProvider } from '../../src/provisioning/resources/oidc-provider';
import type { Rules } from '../../src/provisioning/resources/ownership';
import type { ExistingPolicy } from '../../src/provisioning/resources/policy';
import type { ExistingRole } from '../../src/provisioning/resources/role';
import type { ExistingUser } from '../../src/provisioning/resources/user';
import { ACCOUNT } from '../scenarios/scenario';

export const REPOSITORY = 'octo/app';
export const TARGET: TargetAccount = { partition: 'aws', account: ACCOUNT, repository: REPOSITORY };
export const RULES: Rules = {
  account: TARGET,
  adoptExisting: false,
  run: { repository: REPOSITORY, id: '123456', attempt: '1', random: '0a1b2c3d' },
  now: Date.parse('2026-04-11T12:00:00Z'),
};

/** What is made for this repository, for another one, and by hand. */
export const OURS = { 'managed-by': 'aws-identity-action', 'managed-by-repository': REPOSITORY };
export const THEIRS = { ...OURS, 'managed-by-repository': 'octo/other' };
export const NOBODYS = { team: 'platform' };

/** The same as a list, in the order in which it is sent. */
export const OURS_LIST = [
  { Key: 'managed-by', Value: 'aws-identity-action' },
  { Key: 'managed-by-repository', Value: REPOSITORY },
];
/** And as a plan shows it, by alphabet. */
export const OURS_LINES = ['+ tag managed-by = aws-identity-action', `+ tag managed-by-repository = ${REPOSITORY}`];

export const READ_ONLY = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
export const POWER_USER = 'arn:aws:iam::aws:policy/PowerUserAccess';

export const arn = (resource: string) => `arn:aws:iam::${ACCOUNT}:${resource}`;

/** A policy that allows an action everywhere. */
export function allowing(Action: string | readonly string[]) {
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] };
}

export function declaredUser(more: Partial<DeclaredUser> = {}): DeclaredUser {
  return {
    name: 'pulumi',
    path: '/',
    tags: {},
    policies: [],
    inlinePolicies: {},
    permissionsBoundary: undefined,
    requireMfa: false,
    mfaDevice: undefined,
    accessKey: undefined,
    ...more,
  };
}

export function declaredRole(more: Partial<DeclaredRole> = {}): DeclaredRole {
  return {
    name: 'deploy',
    path: '/',
    tags: {},
    policies: [],
    inlinePolicies: {},
    permissionsBoundary: undefined,
    description: undefined,
    trust: { entries: [{ account: ACCOUNT }] },
    maxSessionDuration: 3600,
    ...more,
  };
}

export function declaredPolicy(more: Partial<DeclaredPolicy> = {}): DeclaredPolicy {
  return {
    name: 'list',
    path: '/',
    description: undefined,
    document: allowing('s3:ListBucket'),
    tags: {},
    ...more,
  };
}

export function declaredProvider(more: Partial<DeclaredOidcProvider> = {}): DeclaredOidcProvider {
  return {
    url: 'https://token.actions.githubusercontent.com',
    audiences: ['sts.amazonaws.com'],
    tags: {},
    ...more,
  };
}

/** As `declaredUser` declares it; so are the others below. */
export function existingUser(more: Partial<ExistingUser> = {}): ExistingUser {
  return {
    arn: arn('user/pulumi'),
    id: 'AIDAEXAMPLE',
    path: '/',
    tags: OURS,
    permissionsBoundary: undefined,
    attachedPolicies: [],
    inlinePolicies: {},
    accessKeys: [],
    mfaDevices: [],
    ...more,
  };
}

export function existingRole(more: Partial<ExistingRole> = {}): ExistingRole {
  return {
    arn: arn('role/deploy'),
    id: 'AROAEXAMPLE',
    path: '/',
    tags: OURS,
    permissionsBoundary: undefined,
    attachedPolicies: [],
    inlinePolicies: {},
    description: '',
    trust: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: arn('root') }, Action: ['sts:AssumeRole', 'sts:TagSession'] }],
    },
    maxSessionDuration: 3600,
    ...more,
  };
}

export function existingPolicy(more: Partial<ExistingPolicy> = {}): ExistingPolicy {
  return {
    arn: arn('policy/list'),
    description: '',
    document: allowing('s3:ListBucket'),
    tags: OURS,
    id: 'ANPAEXAMPLE',
    uses: 0,
    versions: [{ id: 'v1', isDefault: true }],
    ...more,
  };
}

export function existingProvider(more: Partial<ExistingOidcProvider> = {}): ExistingOidcProvider {
  return {
    arn: arn('oidc-provider/token.actions.githubusercontent.com'),
    audiences: ['sts.amazonaws.com'],
    tags: OURS,
    ...more,
  };
}

export function existingKey(id: string, more: Partial<ExistingKey> = {}): ExistingKey {
  return { id, active: true, created: new Date('2026-01-01T00:00:00Z'), ...more };
}

/** Two secrets of the repository. */
export const TO_GITHUB: KeyDestination = {
  to: 'github-secrets',
  prefix: 'CI_',
  location: { of: 'repository', repository: REPOSITORY },
};

export function secretNamed(name: string): GithubSecret {
  return { store: 'github-secrets', name, location: { of: 'repository', repository: REPOSITORY } };
}

/** A change with no calls, and nothing else, but what is named. */
export function plannedChange(change: Pick<Change, 'action' | 'kind' | 'name'> & Partial<Change>): Change {
  return { ...withoutCalls(change.action, change.kind, change.name), ...change };
}

/** What is planned where nothing is in the way. */
export function changeIn<T extends object>(planned: T): Exclude<T, Obstacle> {
  if (isObstacle(planned)) throw new Error(planned.text);
  return planned as Exclude<T, Obstacle>;
}

/** What is in the way. */
export function obstacleIn(planned: object): Obstacle | undefined {
  return isObstacle(planned) ? planned : undefined;
}
