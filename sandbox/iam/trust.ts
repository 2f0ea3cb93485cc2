import type { World } from '../accounts/world';
import { list, type PolicyDocument } from '../policy/document';
import { malformed, parseTrust } from '../policy/parse';
import { quotaExceeded } from './errors';
import { policySize } from './policy-document';

const maxSize = 2048;

/**
 * A role's trust policy, whose principals exist and are known everywhere.
 * @throws Refusal MalformedPolicyDocument or LimitExceeded
 */
export function readTrust(text: string, world: World): PolicyDocument {
  const trust = parseTrust(text);
  if (policySize(text) > maxSize) throw quotaExceeded('ACLSizePerRole', maxSize);
  for (const { Principal = '*', NotPrincipal = '*' } of list(trust.Statement)) {
    for (const element of [Principal, NotPrincipal]) {
      const entries = Object.entries(element === '*' ? {} : element);
      for (const [kind, names] of entries) {
        const invalid = list(names).find((name) => !isValid(kind, name, world));
        if (invalid !== undefined) {
          const shown = kind === 'AWS' ? kind : kind.toUpperCase();
          throw malformed(`Invalid principal in policy: "${shown}":"${invalid}"`);
        }
      }
    }
  }
  return trust;
}

function isValid(kind: string, name: string, world: World): boolean {
  switch (kind) {
    case 'AWS':
      return isPrincipal(name, world);
    case 'Service':
      return /^[\w.-]+\.amazonaws\.com(\.cn)?$/.test(name);
    default:
      return name !== '';
  }
}

function isPrincipal(name: string, world: World): boolean {
  // Accounts, and sessions, are not looked up.
  if (/^(\*|\d{12}|arn:[\w-]+:iam::\d{12}:root|arn:[\w-]+:sts::\d{12}:.+)$/.test(name)) return true;
  const entity = world.entity(name);
  return entity !== undefined && entity.propagatedAt <= world.clock.now();
}
