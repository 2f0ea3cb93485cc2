import type { ContextValues } from '../policy/context';
import type { Tags } from './account';
import type { Caller, Session } from './session';

/**
 * The condition keys that every request of this caller carries.
 * @param mfaAt when the caller proved MFA, if not in its session then in the request itself
 */
export function callerContext(
  { principal, userId, session }: Caller,
  region: string,
  now: Date,
  mfaAt = session?.mfaAt,
): Record<string, string | undefined> {
  return {
    ...environmentContext(now),
    'aws:RequestedRegion': region,
    // The role itself, not its session: that is how AWS has it.
    'aws:PrincipalArn': session?.kind === 'FederatedUser' ? session.arn : principal.arn,
    'aws:PrincipalAccount': principal.account.id,
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

/** Tags as condition keys, lower-cased because a later tag replaces an earlier one whatever its case. */
export function tagContext(
  prefix: 'aws:PrincipalTag' | 'aws:RequestTag' | 'aws:ResourceTag' | 'iam:ResourceTag',
  tags: Tags,
): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [`${prefix}/${key.toLowerCase()}`, value]));
}

/** The condition keys of a request that passes these tags. */
export function requestTagContext(tags: Tags): ContextValues {
  const keys = Object.keys(tags);
  return { ...tagContext('aws:RequestTag', tags), 'aws:TagKeys': keys.length > 0 ? keys : undefined };
}
