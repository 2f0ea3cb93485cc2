import { parseDuration } from '../text/duration';
import type { DeclaredRole } from './declaration';
import type { DocumentPart } from './document-part';
import { readPermissions } from './read-permissions';
import { limitSize } from './read-policies';
import { readTrust } from './read-trust';
import type { SoundDocument, SoundRole } from './structure';
import { namedParts } from './unique-parts';

const DEFAULT_SESSION_SECONDS = 3600;

/** The roles of a document. */
export function readDeclaredRoles(roles: DocumentPart<SoundDocument['roles']>): DeclaredRole[] {
  return namedParts(roles).flatMap(([name, part]) => {
    const permissions = readPermissions(part);
    limitSize(Object.values(permissions.inlinePolicies), 'inline, of a role', part.at('inline-policies'));
    const trust = readTrust(part.at('trust'));
    if (!trust) return [];
    const maxSessionDuration = sessionSeconds(part.given['max-session-duration']);
    return { name, ...permissions, description: part.given.description, trust, maxSessionDuration };
  });
}

function sessionSeconds(given: SoundRole['max-session-duration']): number {
  const milliseconds = typeof given === 'string' ? parseDuration(given) : undefined;
  if (milliseconds !== undefined) return milliseconds / 1000;
  return typeof given === 'number' ? given : DEFAULT_SESSION_SECONDS;
}
