import { deflateRawSync } from 'node:zlib';
import type { Tags } from '../accounts/tags';
import type { World } from '../accounts/world';
import { Refusal } from '../http/refusal';
import type { SessionPolicies } from './session-policies';

/**
 * How much of the space for session policies and tags a request takes, in percent; undefined when it has neither.
 * @throws Refusal PackedPolicyTooLarge above 100.
 */
export function packedPolicySize(
  { policy, policyArns }: SessionPolicies,
  tags: Tags,
  world: World,
): number | undefined {
  if (policy === undefined && policyArns.length === 0 && Object.keys(tags).length === 0) return undefined;
  const { length } = deflateRawSync([policy, ...policyArns, ...Object.entries(tags).flat()].join('\n'));
  const percent = Math.ceil((100 * length) / world.settings.packedPolicyLimit);
  if (percent > 100) {
    const used = `consumes ${percent}% of allotted space`;
    const words =
      policy === undefined && policyArns.length === 0
        ? `Packed size of session tags ${used}.`
        : `Packed policy ${used}, please use smaller policy.`;
    throw new Refusal(400, 'PackedPolicyTooLarge', words);
  }
  return percent;
}
