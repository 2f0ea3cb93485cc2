import type { PolicyDocument } from '../policy/document';
import { History } from './history';
import type { PolicyText } from './managed-policy';
import type { AccountResources } from './resources';
import type { Tags } from './tags';

export interface IdentitySettings {
  /** From and to `/`; by default `/`. */
  readonly path?: string;
  readonly policies?: readonly PolicyDocument[];
}

/** What users, groups and roles have in common. */
export abstract class Identity {
  abstract readonly type: 'User' | 'Group' | 'Role';
  abstract readonly id: string;
  path: string;
  readonly createdAt: Date;
  /** From when on IAM's writes may refer to it. */
  readonly writableAt: Date;
  /** Policies given to it directly, next to those that IAM's operations manage. */
  policies: readonly PolicyDocument[];
  /** By name. */
  readonly inlinePolicies = new Map<string, PolicyText>();
  /** ARNs of managed policies. */
  readonly attachedPolicies = new Set<string>();

  constructor(
    readonly account: AccountResources,
    public name: string,
    { path = '/', policies = [] }: IdentitySettings,
  ) {
    this.path = path;
    this.policies = policies;
    this.createdAt = account.settings.clock.now();
    this.writableAt = account.settings.writableAt();
  }

  get arn(): string {
    return this.account.arn('iam', `${this.type.toLowerCase()}${this.path}${this.name}`);
  }

  /** Everything that says what it may do: given directly, inline and attached. */
  get identityPolicies(): readonly PolicyDocument[] {
    const inline = [...this.inlinePolicies.values()].map(({ document }) => document);
    const attached = [...this.attachedPolicies].flatMap((arn) => this.account.managedPolicyDocuments(arn));
    return [...this.policies, ...inline, ...attached];
  }
}

export interface EntitySettings extends IdentitySettings {
  readonly tags?: Tags;
  /** ARN of a managed policy. */
  readonly permissionsBoundary?: string | undefined;
}

/** What users and roles have in common: they can sign requests, groups cannot. */
export abstract class Entity extends Identity {
  /** From when on the rest of AWS knows it. */
  readonly propagatedAt: Date;
  readonly #tags: History<Tags>;
  /** ARN of a managed policy. */
  permissionsBoundary: string | undefined;

  constructor(account: AccountResources, name: string, settings: EntitySettings) {
    super(account, name, settings);
    this.#tags = new History(account.settings.clock, settings.tags ?? {});
    this.permissionsBoundary = settings.permissionsBoundary;
    this.propagatedAt = account.settings.propagatedAt();
  }

  get tags(): Tags {
    return this.#tags.value;
  }

  set tags(tags: Tags) {
    this.#tags.value = tags;
  }

  /** As a read of that time shows them. */
  tagsAt(time: Date): Tags {
    return this.#tags.at(time);
  }

  /** What its permissions boundary lets through; undefined when it has none. */
  get boundaryPolicies(): readonly PolicyDocument[] | undefined {
    const { permissionsBoundary } = this;
    return permissionsBoundary === undefined ? undefined : this.account.managedPolicyDocuments(permissionsBoundary);
  }
}
