import type { Account } from './account';
import type { Role } from './role';
import type { Session } from './session';
import { tagContext } from './tags';
import type { User } from './user';

/** The verified signer of a request. */
export interface Caller {
  readonly account: Account;
  readonly principal: User | Role;
  /** ARN of the user, or of the session. */
  readonly arn: string;
  readonly userId: string;
  /** Undefined for long-term keys. */
  readonly session: Session | undefined;
}

/**
 * The condition keys that every request of this caller carries.
 * @param mfaAt when the caller proved MFA, if not in its session then in the request itself
 */
export function callerContext(
  { account, principal, userId, session }: Caller,
  region: string,
  now: Date,
  mfaAt = session?.mfaAt,
): Record<string, string | undefined> {
  return {
    ...environmentContext(now),
    'aws:RequestedRegion': region,
    // The role itself, not its session: that is how AWS has it.
    'aws:PrincipalArn': session?.kind === 'FederatedUser' ? session.arn : principal.arn,
    'aws:PrincipalAccount': account.id,
    'aws:PrincipalType': principalType(session),
    'aws:userid': userId,
    'aws:username': principalType(session) === 'User' ? principal.name : undefined,
    ...tagContext('aws:PrincipalTag', principal.tags),
    ...tagContext('aws:PrincipalTag', session?.tags ?? {}),
    'aws:SourceIdentity': session?.sourceIdentity,
    'aws:TokenIssueTime': session?.issuedAt.toISOString(),
    // With long-term keys the key is absent, not false: hence BoolIfExists in policies that force MFA.
    'aws:MultiFactorAuthPresent': mfaAt ? 'true' : session && 'false',
    'aws:MultiFactorAuthAge': mfaAt && String(Math.floor((now.getTime() - mfaAt.getTime()) / 1000)),
  };
}

function principalType(session: Session | undefined): 'User' | 'AssumedRole' | 'FederatedUser' {
  return session === undefined || session.kind === 'UserSession' ? 'User' : session.kind;
}

/** The condition keys that even an unsigned request carries. */
export function environmentContext(now: Date): Record<string, string> {
  return {
    'aws:CurrentTime': now.toISOString(),
    'aws:EpochTime': String(Math.floor(now.getTime() / 1000)),
    'aws:SourceIp': '127.0.0.1',
    'aws:SecureTransport': 'false',
  };
}
