import type { SignedOperations } from '../query/service';
import { limitExceeded, noSuchEntity } from './errors';
import type { IdentityKind } from './named-identity';
import { listing } from './page';
import { encodeDocument, policySize, readPolicy } from './policy-document';
import { checkName, required } from './request';

/** PutUserPolicy and what goes with it, or those of groups or roles. */
export function inlinePolicyOperations({ noun, find, inlineLimit }: IdentityKind): SignedOperations {
  const kind = noun.toLowerCase();
  const unknown = (name: string) => noSuchEntity(`The ${kind} policy with name ${name} cannot be found.`);
  return {
    [`Put${noun}Policy`]: (call) => {
      const { PolicyName, PolicyDocument } = required(call.params, 'PolicyName', 'PolicyDocument');
      checkName('PolicyName', PolicyName, 128);
      const { name, inlinePolicies } = find(call);
      const policy = readPolicy(PolicyDocument);
      const all = new Map(inlinePolicies).set(PolicyName, policy);
      const size = [...all.values()].reduce((sum, { text }) => sum + policySize(text), 0);
      if (size > inlineLimit) {
        throw limitExceeded(`Maximum policy size of ${inlineLimit} bytes exceeded for ${kind} ${name}`);
      }
      inlinePolicies.set(PolicyName, policy);
    },

    [`Get${noun}Policy`]: (call) => {
      const { PolicyName } = required(call.params, 'PolicyName');
      const { name, inlinePolicies } = find(call);
      const policy = inlinePolicies.get(PolicyName);
      if (!policy) throw unknown(PolicyName);
      return { [`${noun}Name`]: name, PolicyName, PolicyDocument: encodeDocument(policy.text) };
    },

    [`Delete${noun}Policy`]: (call) => {
      const { PolicyName } = required(call.params, 'PolicyName');
      if (!find(call).inlinePolicies.delete(PolicyName)) throw unknown(PolicyName);
    },

    [`List${noun}Policies`]: (call) =>
      listing('PolicyNames', [...find(call).inlinePolicies.keys()], call.params, (name) => name),
  };
}
