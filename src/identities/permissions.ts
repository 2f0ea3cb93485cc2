import type { PolicyDocument } from '../policy/policy-document';
import type { DeclaredUser } from './declaration';
import type { KeyPath } from './key-path';
import { Names } from './names';
import { readPolicy } from './policies';
import { readPolicyReference, readPolicyReferences } from './policy-references';
import type { Reading } from './reading';
import type { SoundUser } from './structure';
import { readTags } from './tags';

type GivenPermissions = Omit<SoundUser, 'require-mfa' | 'mfa-device' | 'access-key'>;
type Permissions = Pick<DeclaredUser, 'path' | 'tags' | 'policies' | 'inlinePolicies' | 'permissionsBoundary'>;

/** What users and roles have in common. */
export function readPermissions(given: GivenPermissions, path: KeyPath, reading: Reading): Permissions {
  return {
    path: given.path ?? '/',
    tags: readTags(given.tags, [...path, 'tags'], reading),
    policies: readPolicyReferences(given.policies, [...path, 'policies'], reading),
    inlinePolicies: readInlinePolicies(given['inline-policies'], [...path, 'inline-policies'], reading),
    permissionsBoundary: readPolicyReference(given['permissions-boundary'], [...path, 'permissions-boundary'], reading),
  };
}

function readInlinePolicies(
  given: GivenPermissions['inline-policies'],
  path: KeyPath,
  reading: Reading,
): Readonly<Record<string, PolicyDocument>> {
  const names = new Names(reading.problems);
  const policies = Object.entries(given ?? {}).flatMap(([name, source]) => {
    names.take(name, [...path, name]);
    const policy = readPolicy(source, [...path, name], 'identity', reading);
    return policy ? [[name, policy] as const] : [];
  });
  return Object.fromEntries(policies);
}
