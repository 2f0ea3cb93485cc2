import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import type { Role, User } from '../sandbox/accounts/account';
import { subjectOf, defaultClaims, type Claims } from '../sandbox/github/claims';
import { githubIssuer } from '../sandbox/github/oidc';
import type { PolicyDocument, Statement } from '../sandbox/policy/document';
import { CertificateAuthority, type IssuedCertificate } from '../sandbox/roles-anywhere/certificate-authority';
import type { ActionUse } from '../sandbox/runner/steps';
import { startSandbox, type Sandbox } from '../sandbox/sandbox';
import { rolesIn, type NamedRole } from './roles';

export const DEFAULT_ACCOUNT = '123456789012';
export const DEFAULT_REGION = 'eu-central-1';
/** The number of the one that triggers a workflow. */
export const PULL_REQUEST = 1;

const EVERYTHING: Statement = { Effect: 'Allow', Action: '*', Resource: '*' };
const ISSUER = githubIssuer.replace('https://', '');
/** How long the person who signs in takes for it, in milliseconds. */
const PERSON_TAKES_MS = 3000;

/** A job as AWS sees it. */
export interface TokenJob {
  readonly claims: Partial<Claims>;
  /** Whether it may ask for OIDC tokens. */
  readonly oidc: boolean;
  readonly workspace: string;
}

/** Whether a job is permitted something. */
export type Permits = (scope: string, access: 'read' | 'write') => boolean;

interface MadeRole {
  readonly role: Role;
  /** Of the tokens that it trusts, by subject. */
  readonly audiences: Map<string, string>;
  certificates: boolean;
  readonly denied: Set<string>;
}

/** The AWS of a run, which makes what a workflow expects to be there already. */
export class LocalAws {
  readonly #made = new Map<string, MadeRole>();
  /** Places of keys outside AWS that are there. */
  readonly #stores = new Set<string>();
  readonly #workspaces: string[] = [];
  /** Repositories and organizations of GitHub with secrets, as tokens name them. */
  readonly #owners: string[];
  #authority: Promise<CertificateAuthority> | undefined;

  private constructor(
    readonly sandbox: Sandbox,
    private readonly repository: string,
  ) {
    this.#owners = [repository];
  }

  /** @param repository of the workflow, as `owner/name` */
  static async start(repository: string): Promise<LocalAws> {
    const sandbox = await startSandbox();
    sandbox.github.secrets.createRepository(repository);
    sandbox.github.comments.open(repository, PULL_REQUEST);
    return new LocalAws(sandbox, repository);
  }

  /** What leads the steps of a job here, and nowhere else. */
  get environment(): Record<string, string> {
    const { url, github, terraform } = this.sandbox;
    return { AWS_ENDPOINT_URL: url, GITHUB_API_URL: github.secrets.apiUrl, TFE_ADDRESS: terraform.address };
  }

  /** A user who may do everything, with a key and an MFA device. */
  createUser(name: string, accountId: string): User {
    const account = this.sandbox.account(accountId);
    const existing = account.users.get(name);
    if (existing) return existing;
    const user = account.createUser(name, { policies: [{ Version: '2012-10-17', Statement: EVERYTHING }] });
    user.createAccessKey();
    user.createMfaDevice(name);
    return user;
  }

  /** The token that GitHub gives to a job, `GITHUB_TOKEN`: it may do what the job is permitted, and write no secret. */
  tokenOfJob(permits: Permits): string {
    const own = [this.repository];
    const comments = permits('pull-requests', 'write') || permits('issues', 'write');
    return this.sandbox.github.secrets.token({
      see: own,
      runs: permits('actions', 'read') ? own : [],
      comment: comments ? own : [],
    });
  }

  /**
   * A token of GitHub that may write the secrets of the repository, and of all that documents name; and comments on the
   * pull request.
   */
  githubToken(): string {
    const [own, owners] = [[this.repository], this.#owners];
    return this.sandbox.github.secrets.token({ write: owners, writeDependabot: owners, runs: own, comment: own });
  }

  /** A token of HCP Terraform that may write the workspaces that documents name. */
  terraformToken(): string {
    return this.sandbox.terraform.token({ write: this.#workspaces });
  }

  /** A certificate of an authority that the trust anchors made here trust. */
  async certificate(): Promise<IssuedCertificate> {
    return (await this.#certificateAuthority()).issue();
  }

  /** A GitHub environment, by default one of the workflow's repository, with its secrets. */
  createEnvironment(name: string, repository = this.repository): void {
    this.#once(`${repository} ${name}`, () => {
      this.sandbox.github.secrets.createEnvironment(repository, name);
    });
  }

  /**
   * Makes what a step with the action names and AWS does not have, and says in sentences what that is.
   *
   * @param strict whether it makes only the places outside AWS to which a document delivers keys
   */
  async furnish({ inputs }: Pick<ActionUse, 'inputs'>, job: TokenJob, { strict = false } = {}): Promise<string[]> {
    this.#furnishStores(inputs.identities, job.workspace);
    if (strict) return [];
    const account = firstOf(inputs['allowed-account-ids']) ?? DEFAULT_ACCOUNT;
    const roles = rolesIn(inputs, account, job.workspace);
    const notes = roles.flatMap((named) => this.#furnishRole(named, inputs, job));
    this.#forbid(inputs['expect-denied'], roles);
    notes.push(...this.#furnishSignIn(inputs), ...(await this.#furnishCertificates(inputs, roles)));
    for (const made of this.#made.values()) this.#trust(made);
    return notes;
  }

  #furnishRole(named: NamedRole, inputs: ActionUse['inputs'], { claims, oidc }: TokenJob): string[] {
    const account = this.sandbox.account(named.account, { partition: named.partition });
    const existing = account.roles.get(named.name);
    if (existing && !this.#made.has(existing.arn)) return [];
    const role = existing ?? account.createRole(named.name, { path: named.path, trust: trusting([]) });
    const made = this.#made.get(role.arn) ?? {
      role,
      audiences: new Map<string, string>(),
      certificates: false,
      denied: new Set<string>(),
    };
    this.#made.set(role.arn, made);
    role.maxSessionDuration = Math.max(role.maxSessionDuration, Number(inputs['role-duration-seconds']) || 0);
    if (inputs['trust-anchor-arn'] && named.first) made.certificates = true;
    const subject = subjectOf({ ...defaultClaims, ...claims }, 'name');
    if (named.first && oidc && beginsWithToken(inputs) && !made.audiences.has(subject)) {
      const asked = inputs.audience === '' ? undefined : inputs.audience;
      const audience = asked ?? `sts.amazonaws.com${named.partition === 'aws-cn' ? '.cn' : ''}`;
      made.audiences.set(subject, audience);
      if (!account.oidcProviders.has(githubIssuer)) {
        account.createOidcProvider({ url: githubIssuer, clientIds: [audience] });
      }
      const forWhom = asked === undefined ? subject : `${subject} for the audience ${asked}`;
      return [`Made for it: ${role.arn}. It trusts ${forWhom} and the accounts here, and may do everything.`];
    }
    return existing ? [] : [`Made for it: ${role.arn}. It trusts the accounts here, and may do everything.`];
  }

  /** Lets a made role trust the tokens that its steps have, and whoever in the accounts is allowed to assume it. */
  #trust({ role, audiences, certificates }: MadeRole): void {
    const { account } = role;
    const accounts = [...this.sandbox.world.accounts.values()].filter(
      ({ partition }) => partition === account.partition,
    );
    role.trust = trusting([
      ...[...audiences].map(([subject, audience]): Statement => ({
        Effect: 'Allow',
        Principal: { Federated: account.arn('iam', `oidc-provider/${ISSUER}`) },
        Action: ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession'],
        Condition: { StringEquals: { [`${ISSUER}:aud`]: audience, [`${ISSUER}:sub`]: subject } },
      })),
      {
        Effect: 'Allow',
        Principal: { AWS: accounts.map(({ id, partition }) => `arn:${partition}:iam::${id}:root`) },
        Action: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'],
      },
      ...(certificates ? [CERTIFICATES] : []),
    ]);
  }

  /** Takes from made roles what a step expects that they may not do. */
  #forbid(expectations = '', named: readonly NamedRole[]): void {
    const lines = expectations.split('\n').map((line) => line.trim());
    const made = [...this.#made.values()].filter(
      ({ role }) =>
        named.length === 0 || named.some(({ name, account }) => role.name === name && role.account.id === account),
    );
    for (const each of made) {
      for (const line of lines.filter(Boolean)) each.denied.add(line);
      const denials = [...each.denied].map((line): Statement => {
        const [action = '', resource = '*'] = line.split(/\s+on\s+/);
        return { Effect: 'Deny', Action: action, Resource: resource };
      });
      each.role.policies = [{ Version: '2012-10-17', Statement: [EVERYTHING, ...denials] }];
    }
  }

  #furnishSignIn(inputs: ActionUse['inputs']): string[] {
    const { 'sso-start-url': url, 'sso-region': region, 'sso-account-id': account, 'sso-role-name': set } = inputs;
    if (!url || !region || !account || !set) return [];
    const { identityCenter } = this.sandbox;
    Object.assign(identityCenter, { startUrl: url, region });
    identityCenter.person.takesMs = PERSON_TAKES_MS;
    const { assignments, userName } = identityCenter.person;
    if (!assignments.some((each) => each.permissionSet === set && each.account.id === account)) {
      identityCenter.assign(this.sandbox.account(account), set, [{ Version: '2012-10-17', Statement: EVERYTHING }]);
    }
    return [
      `Played for it: ${userName} signs in after ${PERSON_TAKES_MS / 1000} seconds, with the permission set ${set}.`,
    ];
  }

  async #furnishCertificates(inputs: ActionUse['inputs'], roles: readonly NamedRole[]): Promise<string[]> {
    const { rolesAnywhere } = this.sandbox;
    const anchor = /^arn:[\w-]+:rolesanywhere:([\w-]+):(\d{12}):trust-anchor\/(.+)$/.exec(
      inputs['trust-anchor-arn'] ?? '',
    );
    const profile = /:profile\/(.+)$/.exec(inputs['roles-anywhere-profile-arn'] ?? '');
    const [arn, region = '', accountId = '', id] = anchor ?? [];
    if (arn === undefined || rolesAnywhere.trustAnchors.has(arn)) return [];
    const account = this.sandbox.account(accountId);
    const { certificate } = await this.#certificateAuthority();
    rolesAnywhere.createTrustAnchor(account, { id, region, certificates: [certificate] });
    const names = roles.filter(({ first }) => first).map(({ name, path }) => account.arn('iam', `role${path}${name}`));
    rolesAnywhere.createProfile(account, { id: profile?.[1], region, roles: names });
    return [
      `Made for it: ${arn}, and the profile. They trust only certificates that are made here, for secrets not given.`,
    ];
  }

  /**
   * Makes the places outside AWS to which a document delivers keys: repositories, their environments, organizations and
   * workspaces.
   *
   * @throws Error where a workspace is at another server: the step would go there, and write keys that AWS does not know
   */
  #furnishStores(document: string | undefined, folder: string): void {
    for (const { repository, environment, organization, repositories, workspace, host } of destinationsIn(
      document,
      folder,
    )) {
      if (workspace !== undefined && host !== undefined) {
        throw new Error(`The workspace ${workspace} is at ${host}, which is not played here. Omit host to try it.`);
      }
      if (repository !== undefined) this.#createRepository(repository);
      if (environment !== undefined) this.createEnvironment(environment, repository);
      if (organization === undefined) continue;
      if (workspace === undefined) this.#createOrganization(organization);
      else this.#createWorkspace(organization, workspace);
      for (const selected of Array.isArray(repositories) ? repositories : []) {
        this.#createRepository(`${organization}/${selected}`);
      }
    }
  }

  #createRepository(name: string): void {
    if (name === this.repository) return;
    this.#once(name, () => {
      this.#owners.push(name);
      this.sandbox.github.secrets.createRepository(name);
    });
  }

  #createOrganization(name: string): void {
    this.#once(name, () => {
      this.#owners.push(`org:${name}`);
      this.sandbox.github.secrets.createOrganization(name);
    });
  }

  #createWorkspace(organization: string, name: string): void {
    this.#once(`workspace ${organization}/${name}`, () => {
      this.#workspaces.push(`${organization}/${name}`);
      this.sandbox.terraform.createWorkspace(organization, name);
    });
  }

  #once(store: string, create: () => void): void {
    if (this.#stores.has(store)) return;
    this.#stores.add(store);
    create();
  }

  #certificateAuthority(): Promise<CertificateAuthority> {
    return (this.#authority ??= CertificateAuthority.create());
  }
}

/** Whether a step with these inputs asks GitHub for a token, where its job may. */
function beginsWithToken(inputs: ActionUse['inputs']): boolean {
  const others = ['aws-access-key-id', 'certificate', 'sso-start-url', 'web-identity-token-file'];
  const flags = ['role-chaining', 'force-skip-oidc', 'use-existing-credentials'];
  return !others.some((name) => inputs[name]) && !flags.some((name) => inputs[name] === 'true');
}

const CERTIFICATES: Statement = {
  Effect: 'Allow',
  Principal: { Service: 'rolesanywhere.amazonaws.com' },
  Action: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'],
};

function trusting(statements: readonly Statement[]): PolicyDocument {
  return { Version: '2012-10-17', Statement: statements };
}

interface Destination {
  readonly repository?: string;
  readonly environment?: string;
  readonly organization?: string;
  readonly repositories?: unknown;
  readonly workspace?: string;
  readonly host?: string;
}

/** Everything in an identity document that may name a place for keys. One that cannot be read has none. */
function destinationsIn(identities: string | undefined, workspace: string): Destination[] {
  if (!identities) return [];
  const found: Destination[] = [];
  const look = (value: unknown): void => {
    if (value === null || typeof value !== 'object') return;
    if (!Array.isArray(value)) found.push(value);
    Object.values(value).forEach(look);
  };
  try {
    look(parse(identities.includes('\n') ? identities : readFileSync(resolve(workspace, identities), 'utf8')));
  } catch {
    return [];
  }
  return found;
}

function firstOf(text: string | undefined): string | undefined {
  return /\d{12}/.exec(text ?? '')?.[0];
}
