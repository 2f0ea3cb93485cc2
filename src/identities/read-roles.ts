import { parseDuration } from '../text/duration';
import type { DeclaredRole } from './declaration';
import type { DocumentReading } from './document-reading';
import { namedEntries } from './named-entries';
import { readPermissions } from './read-permissions';
import { limitSize } from './read-policy-document';
import { readTrust } from './read-trust';
import type { SoundRole } from './structure';

const DEFAULT_SESSION_SECONDS = 3600;

/** The roles of a document. */
export function readDeclaredRoles(reading: DocumentReading): DeclaredRole[] {
  return namedEntries(reading.document.roles, ['roles'], reading.problems).flatMap(([name, given, path]) => {
    const permissions = readPermissions(given, path, reading);
    const inline = Object.values(permissions.inlinePolicies);
    limitSize(inline, 'inline, of a role', [...path, 'inline-policies'], reading);
    const trust = readTrust(given.trust, [...path, 'trust'], reading);
    if (!trust) return [];
    const maxSessionDuration = sessionSeconds(given['max-session-duration']);
    return { name, ...permissions, description: given.description, trust, maxSessionDuration };
  });
}

function sessionSeconds(given: SoundRole['max-session-duration']): number {
  const milliseconds = typeof given === 'string' ? parseDuration(given) : undefined;
  if (milliseconds !== undefined) return milliseconds / 1000;
  return typeof given === 'number' ? given : DEFAULT_SESSION_SECONDS;
}
