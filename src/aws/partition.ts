/** An AWS partition: a group of regions with accounts, ARNs and endpoints of its own. */
export type Partition =
  'aws' | 'aws-cn' | 'aws-us-gov' | 'aws-iso' | 'aws-iso-b' | 'aws-iso-e' | 'aws-iso-f' | 'aws-eusc';

interface PartitionNames {
  readonly partition: Partition;
  /** With what the names of its regions begin. */
  readonly regions: string;
  /** The domains of its endpoints, those for IPv6 included. */
  readonly domains: readonly string[];
}

/** https://docs.aws.amazon.com/general/latest/gr/rande.html, and the list of partitions in AWS's SDKs. */
const PARTITIONS: readonly PartitionNames[] = [
  { partition: 'aws-cn', regions: 'cn-', domains: ['amazonaws.com.cn', 'api.amazonwebservices.com.cn'] },
  { partition: 'aws-us-gov', regions: 'us-gov-', domains: ['amazonaws.com', 'api.aws'] },
  { partition: 'aws-iso', regions: 'us-iso-', domains: ['c2s.ic.gov', 'api.aws.ic.gov'] },
  { partition: 'aws-iso-b', regions: 'us-isob-', domains: ['sc2s.sgov.gov', 'api.aws.scloud'] },
  { partition: 'aws-iso-e', regions: 'eu-isoe-', domains: ['cloud.adc-e.uk', 'api.cloud-aws.adc-e.uk'] },
  { partition: 'aws-iso-f', regions: 'us-isof-', domains: ['csp.hci.ic.gov', 'api.aws.hci.ic.gov'] },
  { partition: 'aws-eusc', regions: 'eusc-', domains: ['amazonaws.eu', 'api.amazonwebservices.eu'] },
  { partition: 'aws', regions: '', domains: ['amazonaws.com', 'api.aws'] },
];

/**
 * The partition a region belongs to. The SDK also takes the names that stand for FIPS (`fips-us-gov-west-1`), and for a
 * whole partition (`aws-us-gov-global`).
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html#arns-syntax
 */
export function partitionOfRegion(region: string): Partition {
  const real = region.replace(/^fips-|-fips$/, '');
  const found = PARTITIONS.find(({ partition, regions }) => real === `${partition}-global` || real.startsWith(regions));
  return found?.partition ?? 'aws';
}

/** The domains of AWS's endpoints in a region. */
export function domainsOfRegion(region: string): readonly string[] {
  const its = partitionOfRegion(region);
  return PARTITIONS.find(({ partition }) => partition === its)?.domains ?? [];
}

/** Whether a host is in a domain of AWS's endpoints, in whatever partition. */
export function isAwsDomain(host: string): boolean {
  return PARTITIONS.some(({ domains }) => domains.some((domain) => host.endsWith(`.${domain}`)));
}

const AUDIENCE = 'sts.amazonaws.com';
const AUDIENCE_IN_CHINA = 'sts.amazonaws.com.cn';

/**
 * The audience that a partition's STS expects in a GitHub token unless its OIDC provider says otherwise.
 * https://docs.github.com/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws
 */
export function defaultAudience(partition: Partition): string {
  return partition === 'aws-cn' ? AUDIENCE_IN_CHINA : AUDIENCE;
}

/** That audience, and the one that many providers list all the same. */
export function usualAudiences(partition: Partition): readonly [string, string] {
  return partition === 'aws-cn' ? [AUDIENCE_IN_CHINA, AUDIENCE] : [AUDIENCE, AUDIENCE_IN_CHINA];
}
