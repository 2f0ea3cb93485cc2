import { bindsBy } from './check-conditions';
import type { Condition } from './implied-conditions';
import { areWithinNetworks } from './networks';

/** Keys that strangers cannot have their own values of, unlike tags and names of principals. */
const ofCallers = bindsBy(
  /^aws:(Principal(Account|Arn|OrgID|OrgPaths)|Source(Account|Arn|Ip|OrgID|OrgPaths|Vpc|VpcArn|Vpce)|VpcSourceIp|userid)$/i,
);

/** Values that name no organization, or any account. */
const OF_ANYONE = /^[*?]|^arn(?::[^:]*){3}:[^:]*[*?]/i;

/** All addresses of a version of the protocol. */
const ALL_ADDRESSES = ['0.0.0.0/0', '::/0'];

/**
 * Whether a condition lets only some of all callers pass, as AWS says of policies that are not public.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
 */
export function limitsCallers(condition: Condition): boolean {
  const { values } = condition;
  return (
    ofCallers(condition) &&
    !values.some((value) => OF_ANYONE.test(value)) &&
    !ALL_ADDRESSES.some((all) => areWithinNetworks([all], values))
  );
}
