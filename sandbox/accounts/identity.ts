import type { PolicyDocument } from '../policy/document';
import type { Account, Tags, UserSettings } from './account';
import type { PolicyText } from './managed-policy';

/** What users and roles have in common. */
export abstract class Identity {
  readonly arn: string;
  readonly path: string;
  readonly createdAt: Date;
  /** From when on the rest of AWS knows it. */
  readonly propagatedAt: Date;
  /** Policies given to it directly, beside those that IAM's operations manage. */
  policies: readonly PolicyDocument[];
  tags: Tags;
  /** By name. */
  readonly inlinePolicies = new Map<string, PolicyText>();
  /** ARNs of managed policies. */
  readonly attachedPolicies = new Set<string>();
  /** ARN of a managed policy. */
  permissionsBoundary: string | undefined;

  constructor(
    readonly account: Account,
    readonly name: string,
    kind: 'user' | 'role',
    { path = '/', policies = [], tags = {}, permissionsBoundary }: UserSettings,
  ) {
    this.arn = account.arn('iam', `${kind}${path}${name}`);
    this.path = path;
    this.policies = policies;
    this.tags = tags;
    this.permissionsBoundary = permissionsBoundary;
    this.createdAt = account.world.clock.now();
    this.propagatedAt = account.world.propagatedAt();
  }

  /** Everything that says what it may do: given directly, inline and attached. */
  get identityPolicies(): readonly PolicyDocument[] {
    const inline = [...this.inlinePolicies.values()].map(({ document }) => document);
    const attached = [...this.attachedPolicies].flatMap((arn) => this.account.managedPolicyDocuments(arn));
    return [...this.policies, ...inline, ...attached];
  }

  /** What its permissions boundary lets through; undefined when it has none. */
  get boundaryPolicies(): readonly PolicyDocument[] | undefined {
    const { permissionsBoundary } = this;
    return permissionsBoundary === undefined ? undefined : this.account.managedPolicyDocuments(permissionsBoundary);
  }
}
