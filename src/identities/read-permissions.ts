import type { PolicyDocument } from '../policy/policy-document';
import type { KeyPath } from '../text/problem';
import type { DeclaredUser } from './declaration';
import type { DocumentReading } from './document-reading';
import { namedEntries } from './named-entries';
import { readPolicyDocument } from './read-policy-document';
import { readPolicyReference, readPolicyReferences } from './read-policy-references';
import { readTags } from './read-tags';
import type { SoundUser } from './structure';

type GivenPermissions = Omit<SoundUser, 'require-mfa' | 'mfa-device' | 'access-key'>;
type Permissions = Pick<DeclaredUser, 'path' | 'tags' | 'policies' | 'inlinePolicies' | 'permissionsBoundary'>;

/** What users and roles have in common. */
export function readPermissions(given: GivenPermissions, path: KeyPath, reading: DocumentReading): Permissions {
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
  reading: DocumentReading,
): Readonly<Record<string, PolicyDocument>> {
  const policies = namedEntries(given, path, reading.problems).flatMap(([name, source, at]) => {
    const policy = readPolicyDocument(source, at, 'identity', reading);
    return policy ? [[name, policy] as const] : [];
  });
  return Object.fromEntries(policies);
}
