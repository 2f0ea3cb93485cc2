import type { X509Certificate } from 'node:crypto';
import type { Account } from '../accounts/account';

export interface TrustAnchorSettings {
  /** A new one if omitted. */
  readonly id?: string;
  readonly region: string;
  /** Those of the authorities, in PEM. */
  readonly certificates: readonly string[];
}

export interface TrustAnchor {
  readonly arn: string;
  readonly region: string;
  readonly account: Account;
  readonly authorities: readonly X509Certificate[];
  /** The serial numbers in the certificate revocation lists that were imported for it, in hexadecimal. */
  readonly revoked: Set<string>;
  enabled: boolean;
}

export interface ProfileSettings {
  /** A new one if omitted. */
  readonly id?: string;
  readonly region: string;
  /** ARNs. */
  readonly roles: readonly string[];
  /** How long its sessions last at the most, in seconds; by default 3600. */
  readonly durationSeconds?: number;
  readonly acceptRoleSessionName?: boolean;
}

export interface Profile extends Required<Omit<ProfileSettings, 'id'>> {
  readonly arn: string;
  enabled: boolean;
}
