import type { Connection } from '../aws/connection';
import { configuredEndpoint, regionalEndpoint } from '../aws/endpoint';

/** https://docs.aws.amazon.com/general/latest/gr/rolesanywhere.html */
export const FIPS_REGIONS: readonly string[] = [
  'us-east-1',
  'us-east-2',
  'us-gov-east-1',
  'us-gov-west-1',
  'us-west-1',
  'us-west-2',
];

/**
 * Where IAM Roles Anywhere is called for what is in a region: at the endpoint that the environment gives, else at one of
 * AWS's own.
 */
export function endpointIn(
  region: string,
  { useFipsEndpoint }: Pick<Connection, 'useFipsEndpoint'>,
  env = process.env,
): URL {
  const configured = configuredEndpoint(undefined, 'ROLESANYWHERE');
  if (configured !== undefined) return new URL(configured);
  const fips = useFipsEndpoint ?? env.AWS_USE_FIPS_ENDPOINT === 'true';
  return regionalEndpoint('rolesanywhere', region, { fips, dualStack: env.AWS_USE_DUALSTACK_ENDPOINT === 'true' });
}
