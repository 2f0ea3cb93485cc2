/** An AWS partition: a group of regions with accounts, ARNs and endpoints of its own. */
export type Partition =
  'aws' | 'aws-cn' | 'aws-us-gov' | 'aws-iso' | 'aws-iso-b' | 'aws-iso-e' | 'aws-iso-f' | 'aws-eusc';

const REGION_PREFIXES: readonly (readonly [prefix: string, partition: Partition])[] = [
  ['cn-', 'aws-cn'],
  ['us-gov-', 'aws-us-gov'],
  ['us-iso-', 'aws-iso'],
  ['us-isob-', 'aws-iso-b'],
  ['eu-isoe-', 'aws-iso-e'],
  ['us-isof-', 'aws-iso-f'],
  ['eusc-', 'aws-eusc'],
];

/**
 * The partition a region belongs to.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html#arns-syntax
 */
export function partitionOfRegion(region: string): Partition {
  return REGION_PREFIXES.find(([prefix]) => region.startsWith(prefix))?.[1] ?? 'aws';
}

/**
 * The audience that a partition's STS expects in a GitHub token unless its OIDC provider says otherwise.
 * https://docs.github.com/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws
 */
export function defaultAudience(partition: Partition): string {
  return partition === 'aws-cn' ? 'sts.amazonaws.com.cn' : 'sts.amazonaws.com';
}
