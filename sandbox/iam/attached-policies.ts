import type { SignedOperations } from '../query/service';
import { noSuchEntity, quotaExceeded } from './errors';
import { policyNotFound, requiredPolicyArn } from './managed-policies';
import type { IdentityKind } from './named-identity';
import { listing } from './page';
import { seen, underPrefix } from './request';

const maxAttached = 10;

/** AttachUserPolicy and what goes with it, or those of groups or roles. */
export function attachmentOperations({ noun, find }: IdentityKind): SignedOperations {
  return {
    [`Attach${noun}Policy`]: (call) => {
      const arn = requiredPolicyArn(call.params);
      const { account, attachedPolicies } = find(call, { 'iam:PolicyARN': arn });
      if (!seen(account.managedPolicies.get(arn), call)) {
        throw noSuchEntity(`Policy ${arn} does not exist or is not attachable.`);
      }
      if (!attachedPolicies.has(arn) && attachedPolicies.size >= maxAttached) {
        throw quotaExceeded(`PoliciesPer${noun}`, maxAttached);
      }
      attachedPolicies.add(arn);
    },

    [`Detach${noun}Policy`]: (call) => {
      const arn = requiredPolicyArn(call.params);
      const { attachedPolicies } = find(call, { 'iam:PolicyARN': arn });
      if (!attachedPolicies.delete(arn)) throw policyNotFound(arn);
    },

    [`ListAttached${noun}Policies`]: (call) => {
      const { account, attachedPolicies } = find(call);
      const policies = [...attachedPolicies].flatMap((arn) => account.managedPolicies.get(arn) ?? []);
      return listing('AttachedPolicies', underPrefix(policies, call.params), call.params, ({ arn, name }) => ({
        PolicyName: name,
        PolicyArn: arn,
      }));
    },
  };
}
