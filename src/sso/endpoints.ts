import { configuredEndpoint, regionalEndpoint } from '../aws/endpoint';
import { partitionOfRegion } from '../aws/partition';

/** The two services of IAM Identity Center: a sign-in becomes an access token, and the token credentials. */
export type SsoService = 'SSO_OIDC' | 'SSO';

const HOSTS = { SSO_OIDC: 'oidc', SSO: 'portal.sso' } as const;

/** How AWS's own endpoints are chosen. */
export interface EndpointChoice {
  /** Where IAM Identity Center is, which need not be the region of the job. */
  readonly region: string;
  /** If omitted, `AWS_USE_FIPS_ENDPOINT` decides. */
  readonly useFipsEndpoint: boolean | undefined;
}

/**
 * Where a service of IAM Identity Center is called: at `AWS_ENDPOINT_URL_SSO_OIDC` or `AWS_ENDPOINT_URL_SSO`, or at AWS's
 * own endpoint of the region, as the rules in AWS's SDKs choose it.
 * https://docs.aws.amazon.com/general/latest/gr/sso.html
 */
export function ssoEndpoint(service: SsoService, { region, useFipsEndpoint }: EndpointChoice): URL {
  const configured = configuredEndpoint(undefined, service);
  if (configured !== undefined) return new URL(configured);
  const { AWS_USE_FIPS_ENDPOINT, AWS_USE_DUALSTACK_ENDPOINT } = process.env;
  const asked = useFipsEndpoint ?? AWS_USE_FIPS_ENDPOINT === 'true';
  const dualStack = AWS_USE_DUALSTACK_ENDPOINT === 'true';
  // In GovCloud, the plain hosts are those for FIPS.
  const fips = asked && (dualStack || partitionOfRegion(region) !== 'aws-us-gov');
  return regionalEndpoint(HOSTS[service], region, { fips, dualStack });
}
