import type { Account } from '../../sandbox/accounts/account';
import type { RoleSettings } from '../../sandbox/accounts/role';
import type { ConditionElement } from '../../sandbox/policy/document';
import {
  CertificateAuthority,
  type CertificateSettings,
  type IssuedCertificate,
} from '../../sandbox/roles-anywhere/certificate-authority';
import type { Profile, ProfileSettings, TrustAnchor } from '../../sandbox/roles-anywhere/resources';
import { REGION, type JobSettings, type Scenario } from './scenario';

/** What a role's trust policy must allow, for IAM Roles Anywhere to give a session of it. */
export const ROLES_ANYWHERE_ACTIONS = ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'];

/** A role, an authority that the account trusts, and a certificate of it with which the role can be assumed. */
export interface ByCertificate {
  readonly authority: CertificateAuthority;
  readonly trustAnchor: TrustAnchor;
  readonly profile: Profile;
  readonly issued: IssuedCertificate;
  /** The inputs of a step that does so, without the role. */
  readonly inputs: Readonly<Record<string, string>>;
}

interface Settings {
  readonly certificate?: CertificateSettings;
  readonly profile?: Partial<ProfileSettings>;
  /** Where the trust anchor and the profile are. */
  readonly region?: string;
  readonly ids?: { readonly anchor: string; readonly profile: string };
}

let authority: Promise<CertificateAuthority> | undefined;

/** That of all scenarios of a file. */
export function testAuthority(): Promise<CertificateAuthority> {
  authority ??= CertificateAuthority.create();
  return authority;
}

/** Lets these roles of the scenario's account be assumed with a certificate. */
export async function trustCertificate(
  { sandbox: { rolesAnywhere }, account }: Scenario,
  roles: readonly string[],
  { certificate = {}, profile: ofProfile = {}, region = REGION, ids }: Settings = {},
): Promise<ByCertificate> {
  const ca = await testAuthority();
  const issued = await ca.issue(certificate);
  const trustAnchor = rolesAnywhere.createTrustAnchor(account, {
    id: ids?.anchor,
    region,
    certificates: [ca.certificate],
  });
  const profile = rolesAnywhere.createProfile(account, { id: ids?.profile, region, roles, ...ofProfile });
  const inputs = {
    'aws-region': REGION,
    certificate: issued.certificate,
    'certificate-private-key': issued.privateKey,
    'trust-anchor-arn': trustAnchor.arn,
    'roles-anywhere-profile-arn': profile.arn,
  };
  return { authority: ca, trustAnchor, profile, issued, inputs };
}

/** A role that trusts IAM Roles Anywhere. */
export function roleForCertificates(
  account: Account,
  name = 'deploy',
  { actions = ROLES_ANYWHERE_ACTIONS, conditions, ...settings }: Partial<RoleSettings> & TrustSettings = {},
) {
  const Principal = { Service: 'rolesanywhere.amazonaws.com' };
  const Statement = {
    Effect: 'Allow' as const,
    Principal,
    Action: actions,
    ...(conditions && { Condition: conditions }),
  };
  return account.createRole(name, { ...settings, trust: { Version: '2012-10-17', Statement } });
}

interface TrustSettings {
  readonly actions?: readonly string[];
  readonly conditions?: ConditionElement;
}

/** A job that reaches IAM Roles Anywhere of this AWS. */
export function certificateJob(scenario: Scenario, { env = {}, ...settings }: JobSettings = {}) {
  const { url } = scenario.sandbox;
  const endpoints = { AWS_ENDPOINT_URL_ROLESANYWHERE: url, AWS_ENDPOINT_URL_IAM: url };
  return scenario.job({ ...settings, env: { ...endpoints, ...env } });
}
