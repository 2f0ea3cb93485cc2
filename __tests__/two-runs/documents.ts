import { allow } from '../sandbox/sts-client';
import { ACCOUNT } from '../scenarios/scenario';

/** An identity document, and what of it pairs of runs look at. */
export interface Document {
  readonly users: object;
  readonly roles?: object;
  readonly policies?: object;
  /** The users whose keys are delivered, by the prefixes of the secrets that hold them, or by the workspace that does. */
  readonly places: Readonly<Record<string, string>>;
  /** The secrets that hold the seed of a user's MFA device. */
  readonly seed?: Seed;
}

/** Secrets that are to hold the seed of a user's MFA device. */
export interface Seed {
  readonly secrets: readonly string[];
  readonly user: string;
}

const lasting = (...prefixes: readonly string[]) => ({
  'access-key': { 'max-age': '90d', deliver: prefixes.map((prefix) => ({ 'github-secrets': { prefix } })) },
});

/** The workspace of HCP Terraform, among the places. */
export const WORKSPACE = 'acme/prod';
const TO_WORKSPACE = { 'terraform-cloud': { organization: 'acme', workspace: 'prod' } };

const device = (...secrets: readonly string[]) => ({
  'mfa-device': { deliver: secrets.map((name) => ({ 'github-secret': name })) },
});

const POLICY = allow('sts:AssumeRole', `arn:aws:iam::${ACCOUNT}:role/releaser`);

/** A policy, and a user and a role that have it. */
const RIGHTS = {
  policies: { releasing: { document: POLICY } },
  roles: { releaser: { trust: { user: 'deployer' }, policies: ['releasing'] } },
};

export const DOCUMENTS = {
  'a user': { users: { deployer: lasting('DEPLOY_') }, places: { DEPLOY_: 'deployer' } },
  'two places': {
    users: { deployer: lasting('DEPLOY_', 'STAGE_') },
    places: { DEPLOY_: 'deployer', STAGE_: 'deployer' },
  },
  'another place': { users: { deployer: lasting('STAGE_') }, places: { STAGE_: 'deployer' } },
  'two users': {
    users: { deployer: lasting('DEPLOY_'), releaser: lasting('RELEASE_') },
    places: { DEPLOY_: 'deployer', RELEASE_: 'releaser' },
  },
  'a device': {
    users: { deployer: { ...lasting('DEPLOY_'), ...device('SEED') } },
    places: { DEPLOY_: 'deployer' },
    seed: { secrets: ['SEED'], user: 'deployer' },
  },
  'only a device': {
    users: { deployer: device('SEED') },
    places: {},
    seed: { secrets: ['SEED'], user: 'deployer' },
  },
  'a device with two secrets': {
    users: { deployer: device('SEED', 'SEED_TOO') },
    places: {},
    seed: { secrets: ['SEED', 'SEED_TOO'], user: 'deployer' },
  },
  'one of each kind': {
    ...RIGHTS,
    users: { deployer: { ...lasting('DEPLOY_'), ...device('SEED'), policies: ['releasing'] } },
    places: { DEPLOY_: 'deployer' },
    seed: { secrets: ['SEED'], user: 'deployer' },
  },
  'rights alone': { ...RIGHTS, users: { deployer: { policies: ['releasing'] } }, places: {} },
  'a workspace': {
    users: { deployer: { 'access-key': { 'max-age': '90d', deliver: [TO_WORKSPACE] } } },
    places: { [WORKSPACE]: 'deployer' },
  },
  'a workspace and a place': {
    users: {
      deployer: { 'access-key': { deliver: [{ 'github-secrets': { prefix: 'DEPLOY_' } }, TO_WORKSPACE] } },
    },
    places: { DEPLOY_: 'deployer', [WORKSPACE]: 'deployer' },
  },
  'a key of the job': { users: { deployer: { 'access-key': { deliver: ['environment'] } } }, places: {} },
} as const satisfies Readonly<Record<string, Document>>;

export type DocumentName = keyof typeof DOCUMENTS;

/** The input `identities` of a document. */
export function identitiesOf(document: Document): string {
  const { users, roles = {}, policies = {} } = document;
  return JSON.stringify({ users, roles, policies });
}

/** Whether users of a document get a key that ends with the job. */
export function givesKeysToJobs({ users }: Document): boolean {
  return JSON.stringify(users).includes('"environment"');
}
