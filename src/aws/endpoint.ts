import { domainsOfRegion, isAwsDomain } from './partition';

/** As in the variables for their endpoints. */
export type ServiceName = 'STS' | 'IAM' | 'ROLESANYWHERE' | 'SSO' | 'SSO_OIDC';

/** The endpoint that the inputs or the environment give for a service, if they do. */
export function configuredEndpoint(
  given: string | undefined,
  service: ServiceName,
  env = process.env,
): string | undefined {
  return given ?? env[endpointVariable(service, env) ?? ''];
}

/**
 * Whether it is AWS that is called: then accounts, ARNs and partitions have the forms that AWS documents. What another
 * vendor's service takes and answers has forms of its own.
 *
 * @param given the endpoint that the inputs give
 */
export function callsAws(given: string | undefined, service: ServiceName, env = process.env): boolean {
  const url = configuredEndpoint(given, service, env);
  if (!url) return true;
  return URL.canParse(url) && isAwsEndpoint(new URL(url).hostname, service);
}

/**
 * Where a service may be called: at the endpoint that the inputs or the environment give, otherwise at one of AWS's in the
 * region, as settings for FIPS and IPv6 decide later.
 */
export function possibleEndpoints(
  given: string | undefined,
  service: ServiceName,
  region: string,
  env: NodeJS.ProcessEnv,
): URL[] {
  const name = service.toLowerCase();
  const hosts = domainsOfRegion(region).flatMap((domain) => [
    `${name}.${region}.${domain}`,
    `${name}-fips.${region}.${domain}`,
  ]);
  const configured = configuredEndpoint(given, service, env);
  const urls = configured ? [configured] : hosts.map((host) => `https://${host}`);
  return urls.filter((url) => URL.canParse(url)).map((url) => new URL(url));
}

/** One of AWS's own endpoints in a region, for a service whose hosts have this name. */
export function regionalEndpoint(
  name: string,
  region: string,
  { fips, dualStack }: { readonly fips: boolean; readonly dualStack: boolean },
): URL {
  const [domain = '', dualStackDomain = domain] = domainsOfRegion(region);
  return new URL(`https://${name}${fips ? '-fips' : ''}.${region}.${dualStack ? dualStackDomain : domain}`);
}

/** The variable from which the SDK takes the endpoint of a service, if one is set. An empty one counts as none. */
export function endpointVariable(service: ServiceName, env: NodeJS.ProcessEnv): string | undefined {
  if (env.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS === 'true') return undefined;
  return [`AWS_ENDPOINT_URL_${service}`, 'AWS_ENDPOINT_URL'].find((name) => env[name]);
}

/**
 * Whether a host is an endpoint of AWS for a service: of a region (`sts.eu-west-1.amazonaws.com`), for FIPS or IPv6, or of
 * a VPC (`vpce-….sts.eu-west-1.vpce.amazonaws.com`). The machines and load balancers of AWS's customers, on which
 * another vendor's service may run, are in the same domains under other names.
 */
function isAwsEndpoint(hostname: string, service: ServiceName): boolean {
  const host = hostname.replace(/\.$/, '');
  const name = service.toLowerCase();
  return isAwsDomain(host) && host.split('.').some((label) => label === name || label === `${name}-fips`);
}
