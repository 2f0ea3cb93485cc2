import type { Role } from '../accounts/account';
import type { SessionSettings } from '../accounts/session';
import type { World } from '../accounts/world';
import type { XmlFields } from '../query/xml';
import { credentialsFields } from './credentials';

/** What is special to one session of a role. */
export interface RoleSession extends Omit<SessionSettings, 'kind' | 'principal' | 'arn' | 'userId' | 'mfaAt'> {
  readonly sessionName: string;
}

/** Starts a session of the role. The answer's fields are those that every way of assuming a role has. */
export function startRoleSession(world: World, role: Role, { sessionName, ...settings }: RoleSession): XmlFields {
  const session = world.startSession({
    ...settings,
    kind: 'AssumedRole',
    principal: role,
    // The path of the role is not in it.
    arn: role.account.arn('sts', `assumed-role/${role.name}/${sessionName}`),
    userId: `${role.id}:${sessionName}`,
    // MFA at AssumeRole opens the role; AWS does not carry it into the role's session.
    mfaAt: undefined,
  });
  return {
    Credentials: credentialsFields(session),
    AssumedRoleUser: { AssumedRoleId: session.userId, Arn: session.arn },
    SourceIdentity: session.sourceIdentity,
  };
}
