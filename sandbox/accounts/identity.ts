import type { PolicyDocument } from '../policy/document';
import type { Account } from './account';
import type { PolicyText } from './managed-policy';

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
  /** Policies given to it directly, beside those that IAM's operations manage. */
  policies: readonly PolicyDocument[];
  /** By name. */
  readonly inlinePolicies = new Map<string, PolicyText>();
  /** ARNs of managed policies. */
  readonly attachedPolicies = new Set<string>();

  constructor(
    readonly account: Account,
    public name: string,
    { path = '/', policies = [] }: IdentitySettings,
  ) {
    this.path = path;
    this.policies = policies;
    this.createdAt = account.world.clock.now();
    this.writableAt = account.world.writableAt();
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
