import type { PolicyDocument } from '../policy/document';
import { awsManagedPolicies } from '../policy/managed';
import { ManagedPolicy, type ManagedPolicySettings } from './managed-policy';
import { MfaDevice, type MfaDeviceSettings } from './mfa-device';
import type { Settings } from './settings';
import type { Tags } from './tags';

export interface OidcProviderSettings {
  /** The issuer, with `https://`. */
  readonly url: string;
  readonly clientIds: readonly string[];
  readonly thumbprints?: readonly string[];
  readonly tags?: Tags;
}

export interface OidcProvider {
  readonly arn: string;
  /** The issuer, with `https://`. */
  readonly url: string;
  readonly createdAt: Date;
  /** From when on IAM's writes may refer to it. */
  readonly writableAt: Date;
  readonly thumbprints: readonly string[];
  clientIds: readonly string[];
  tags: Tags;
}

/** An account without its users, groups and roles: what they all see of it, and may refer to. */
export class AccountResources {
  /** By ARN, those of AWS first. */
  readonly managedPolicies = new Map<string, ManagedPolicy>();
  /** By serial number, also those that no user has enabled. */
  readonly virtualMfaDevices = new Map<string, MfaDevice>();
  /** By issuer URL. */
  readonly oidcProviders = new Map<string, OidcProvider>();
  /** Those of its organization for who is in the account; undefined for an account in none. */
  serviceControlPolicies: readonly PolicyDocument[] | undefined;
  /** Those of its organization for what is in the account, as far as STS asks them: its roles. */
  resourceControlPolicies: readonly PolicyDocument[] | undefined;

  constructor(
    readonly id: string,
    readonly partition: string,
    readonly settings: Settings,
  ) {
    const now = settings.clock.now();
    for (const [pathAndName, document] of Object.entries(awsManagedPolicies)) {
      const arn = `arn:${partition}:iam::aws:policy/${pathAndName}`;
      const [, path = '/', name = ''] = /^(.*\/)([^/]+)$/.exec(`/${pathAndName}`) ?? [];
      const policy = { text: JSON.stringify(document), document };
      this.managedPolicies.set(
        arn,
        new ManagedPolicy(arn, name, { createdAt: now, writableAt: now }, { path, policy }),
      );
    }
  }

  arn(service: 'iam' | 'sts', resource: string): string {
    return `arn:${this.partition}:${service}::${this.id}:${resource}`;
  }

  createManagedPolicy(name: string, settings: ManagedPolicySettings): ManagedPolicy {
    const arn = this.arn('iam', `policy${settings.path}${name}`);
    const policy = new ManagedPolicy(arn, name, this.#made(), settings);
    this.managedPolicies.set(arn, policy);
    return policy;
  }

  createOidcProvider({ url, clientIds, thumbprints = [], tags = {} }: OidcProviderSettings): OidcProvider {
    const arn = this.arn('iam', `oidc-provider/${url.replace('https://', '')}`);
    const provider = { arn, url, clientIds, thumbprints, tags, ...this.#made() };
    this.oidcProviders.set(url, provider);
    return provider;
  }

  /** Makes a virtual MFA device that no user has enabled yet. */
  createMfaDevice(path: string, settings: MfaDeviceSettings = {}): MfaDevice {
    const serialNumber = this.arn('iam', `mfa/${path}`);
    const { createdAt, writableAt } = this.#made();
    const device = new MfaDevice(serialNumber, createdAt, `${path}@${this.id}`, { ...settings, writableAt });
    this.virtualMfaDevices.set(serialNumber, device);
    return device;
  }

  /** What the managed policy with this ARN says: nothing when there is none. */
  managedPolicyDocuments(arn: string): readonly PolicyDocument[] {
    const policy = this.managedPolicies.get(arn);
    return policy ? [policy.defaultVersion.document] : [];
  }

  #made(): { readonly createdAt: Date; readonly writableAt: Date } {
    return { createdAt: this.settings.clock.now(), writableAt: this.settings.writableAt() };
  }
}
