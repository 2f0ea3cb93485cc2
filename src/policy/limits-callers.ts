import { bindsBy } from './check-conditions';
import type { Condition } from './implied-conditions';

/** Keys that strangers cannot have their own values of, unlike tags and names of principals. */
const ofCallers = bindsBy(
  /^aws:(Principal(Account|Arn|OrgID|OrgPaths)|Source(Account|Arn|Ip|OrgID|OrgPaths|Vpc|VpcArn|Vpce)|VpcSourceIp|userid)$/i,
);

/** Values that name no organization, any account, or every address. */
const OF_ANYONE = /^[*?]|^arn(?::[^:]*){3}:[^:]*[*?]|^[\d.:]+\/0$/i;

/**
 * Whether a condition lets only some of all callers pass, as AWS says of policies that are not public.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
 */
export function limitsCallers(condition: Condition): boolean {
  return ofCallers(condition) && condition.values.every((value) => !OF_ANYONE.test(value));
}
