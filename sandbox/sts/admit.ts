import type { Session } from '../accounts/session';
import { Refusal } from '../http/refusal';
import { accessDenied } from '../query/error';
import type { SignedCall } from '../query/service';

const onlyLongTermKeys = ['GetSessionToken', 'GetFederationToken'];

/**
 * Turns away regions in which the account has switched STS off, and sessions that may not make this call.
 * @throws Refusal RegionDisabledException or AccessDenied
 */
export function admitToSts(action: string, { caller: { account, session }, region }: SignedCall): void {
  const { id, disabledRegions } = account;
  if (disabledRegions.has(region)) {
    throw new Refusal(
      403,
      'RegionDisabledException',
      `STS is not activated in this region for account:${id}. Your account administrator can activate STS in this ` +
        'region using the IAM Console.',
    );
  }
  if (session && !isOpenTo(session, action)) throw accessDenied(`Cannot call ${action} with session credentials`);
}

function isOpenTo({ kind }: Session, action: string): boolean {
  switch (kind) {
    case 'AssumedRole':
      return !onlyLongTermKeys.includes(action);
    case 'UserSession':
      return ['AssumeRole', 'GetCallerIdentity'].includes(action);
    case 'FederatedUser':
      return action === 'GetCallerIdentity';
  }
}
