/**
 * One secret that lasts when the job is over, by its name and where it is kept. It can be written and removed, and never be
 * read back.
 */
export type StoredSecret = GithubSecret | TerraformVariable;

/** The stores of secrets that keys are delivered to, as the document names them. */
export type StoreName = StoredSecret['store'];

/** A secret of GitHub: one for Actions, or one for Dependabot, which Actions has not, and the other way round. */
export interface GithubSecret {
  readonly store: 'github-secrets' | 'dependabot-secrets';
  readonly name: string;
  readonly location: SecretLocation;
}

/** An environment variable of a workspace of HCP Terraform or Terraform Enterprise. */
export interface TerraformVariable {
  readonly store: 'terraform-cloud';
  readonly name: string;
  readonly workspace: TerraformWorkspace;
}

export interface TerraformWorkspace {
  /** The URL of the server, such as `https://app.terraform.io`, as `URL` writes an origin. */
  readonly server: string;
  readonly organization: string;
  readonly name: string;
}

/** Where GitHub keeps secrets. Repositories are `owner/name`. */
export type SecretLocation =
  | { readonly of: 'repository'; readonly repository: string }
  | { readonly of: 'environment'; readonly repository: string; readonly environment: string }
  | ({ readonly of: 'organization'; readonly organization: string } & SecretAudience);

/** Which repositories of an organization may read a secret that is made new. One that is there keeps its own. */
export type SecretAudience =
  | { readonly visibility: 'all' | 'private' }
  | {
      readonly visibility: 'selected';
      /** Their names, without the organization's. */
      readonly repositories: readonly string[];
    };

/** What people call a store. */
export interface StoreWords {
  /** One of its secrets, as plans name them. */
  readonly kind: 'GitHub secret' | 'Dependabot secret' | 'Terraform variable';
  /** Who keeps them. */
  readonly service: 'GitHub' | 'HCP Terraform';
  /** The input whose token it takes. */
  readonly token: 'github-token' | 'terraform-token';
  /** What it says of a secret that is there. */
  readonly tells: 'time' | 'version';
}

export const STORES: Readonly<Record<StoreName, StoreWords>> = {
  'github-secrets': { kind: 'GitHub secret', service: 'GitHub', token: 'github-token', tells: 'time' },
  'dependabot-secrets': { kind: 'Dependabot secret', service: 'GitHub', token: 'github-token', tells: 'time' },
  'terraform-cloud': {
    kind: 'Terraform variable',
    service: 'HCP Terraform',
    token: 'terraform-token',
    tells: 'version',
  },
};

/** Whether a destination of keys is a store, and outlasts the job. */
export function isStore(destination: string): destination is StoreName {
  return Object.hasOwn(STORES, destination);
}

/** A secret, for people, which tells it from all others. */
export function describeSecret(secret: StoredSecret): string {
  if (secret.store === 'terraform-cloud') return `${secret.name} of ${describeWorkspace(secret.workspace)}`;
  const { store, name, location } = secret;
  return `${store === 'dependabot-secrets' ? `${name} for Dependabot` : name} of ${describeLocation(location)}`;
}

/** Where GitHub keeps secrets, for people. */
export function describeLocation(location: SecretLocation): string {
  switch (location.of) {
    case 'repository':
      return location.repository;
    case 'environment':
      return `${location.repository}, environment ${location.environment}`;
    case 'organization':
      return `the organization ${location.organization}`;
  }
}

/** The same, with what it is. */
export function describeStored(secret: StoredSecret): string {
  return `${STORES[secret.store].kind} ${describeSecret(secret)}`;
}

/** The server of workspaces for which neither the document nor `TFE_ADDRESS` names one. */
export const HCP_TERRAFORM = 'https://app.terraform.io';

/** A workspace, for people. */
export function describeWorkspace({ server, organization, name }: TerraformWorkspace): string {
  const at = server === HCP_TERRAFORM ? '' : ` at ${new URL(server).host}`;
  return `the workspace ${organization}/${name}${at}`;
}

/** Who keeps secrets, for people. */
export function keepersOf(secrets: readonly StoredSecret[]): string {
  return [...new Set(secrets.map(({ store }) => STORES[store].service))].join(' and ');
}

/** The inputs whose tokens the stores of secrets take, for people. */
export function tokensFor(secrets: readonly StoredSecret[]): string {
  return [...new Set(secrets.map(({ store }) => STORES[store].token))].join(' and ');
}
