import type { Condition } from './implied-conditions';
import { isBroadNetwork } from './networks';

/** Keys that strangers cannot have their own values of, unlike tags, names of principals and addresses in a VPC. */
const OF_CALLERS =
  /^aws:(?:Principal(?:Account|Arn|OrgID|OrgPaths)|Source(?:Account|Arn|Ip|OrgID|OrgPaths|Vpc|VpcArn|Vpce)|userid)$/i;

/** Operators that are met by values like those in the policy only. */
const NAMING = /^(?:ForAnyValue:)?(?:StringEquals(?:IgnoreCase)?|StringLike|ArnEquals|ArnLike|IpAddress)$/i;

/** Beginnings that name the account of an ARN or of a user, an organization, or who has a unique ID. */
const WHOSE = /^(?:arn:[^:]*:[^:]*:[^:]*:\d{12}:|\d{12}:|o-[^/]+\/|A[A-Z0-9]+:)/;

/**
 * Whether a condition lets only some of all callers pass, as AWS says of policies that are not public.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
 */
export function limitsCallers({ operator, key, values }: Condition): boolean {
  return OF_CALLERS.test(key) && NAMING.test(operator) && values.every(namesCallers);
}

function namesCallers(value: string): boolean {
  const [fixed = ''] = value.split(/[*?]|\$\{/, 1);
  return (fixed === value && !isBroadNetwork(value)) || WHOSE.test(fixed);
}
