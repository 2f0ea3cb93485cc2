import type { Role } from '../accounts/account';
import type { Session, SessionSettings } from '../accounts/session';
import type { World } from '../accounts/world';
import type { Constraints } from '../query/constraints';
import type { Parameters } from '../query/parameters';
import { isoSeconds, type XmlFields } from '../query/xml';

/** Seconds that a session of a user is to last: half a day unless asked for, at most a day and a half. */
export function readUserSessionDuration({ DurationSeconds }: Parameters, constraints: Constraints): number {
  return constraints.integer('durationSeconds', DurationSeconds, 900, 129_600) ?? 43_200;
}

/** What is special to one session of a role. */
export interface RoleSession extends Omit<SessionSettings, 'kind' | 'principal' | 'arn' | 'userId' | 'mfaAt'> {
  readonly sessionName: string;
  /** That of AWS if omitted. */
  readonly arn?: string | undefined;
}

/** Starts a session of the role. The answer's fields are those that every way of assuming a role has. */
export function startRoleSession(world: World, role: Role, { sessionName, arn, ...settings }: RoleSession): XmlFields {
  const session = world.startSession({
    ...settings,
    kind: 'AssumedRole',
    principal: role,
    // The path of the role is not in it.
    arn: arn ?? role.account.arn('sts', `assumed-role/${role.name}/${sessionName}`),
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

/** The credentials of a session, as every operation that makes one answers with them. */
export function credentialsFields({ accessKeyId, secretAccessKey, sessionToken, expiration }: Session): XmlFields {
  return {
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    SessionToken: sessionToken,
    Expiration: isoSeconds(expiration),
  };
}
