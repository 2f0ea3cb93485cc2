import type { DeclaredPolicy } from './declaration';
import type { DocumentReading } from './document-reading';
import { namedEntries } from './named-entries';
import { limitSize, readPolicyDocument } from './read-policy-document';
import { readTags } from './read-tags';

/** The customer managed policies of a document. */
export function readDeclaredPolicies(reading: DocumentReading): DeclaredPolicy[] {
  return namedEntries(reading.document.policies, ['policies'], reading.problems).flatMap(([name, given, path]) => {
    const document = readPolicyDocument(given.document, [...path, 'document'], 'identity', reading);
    const tags = readTags(given.tags, [...path, 'tags'], reading);
    if (!document) return [];
    limitSize([document], 'managed', [...path, 'document'], reading);
    return { name, path: given.path ?? '/', description: given.description, document, tags };
  });
}
