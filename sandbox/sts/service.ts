import { layersOnTheWay, reasonIn } from '../accounts/permissions';
import type { Session } from '../accounts/session';
import { Refusal } from '../http/refusal';
import { contextOf } from '../policy/context';
import { accessDenied, notAuthorized } from '../query/error';
import type { Operation, Service, SignedCall } from '../query/service';
import { assumeRole } from './assume-role';
import { assumeRoleWithWebIdentity } from './assume-role-with-web-identity';
import { getAccessKeyInfo } from './get-access-key-info';
import { getCallerIdentity } from './get-caller-identity';
import { getFederationToken } from './get-federation-token';
import { getSessionToken } from './get-session-token';

export const sts: Service = {
  name: 'sts',
  version: '2011-06-15',
  namespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
  checkCaller,
  operations: new Map<string, Operation>([
    ['AssumeRole', assumeRole],
    ['AssumeRoleWithWebIdentity', assumeRoleWithWebIdentity],
    ['GetAccessKeyInfo', getAccessKeyInfo],
    ['GetCallerIdentity', getCallerIdentity],
    ['GetFederationToken', getFederationToken],
    ['GetSessionToken', getSessionToken],
  ]),
};

const onlyLongTermKeys = ['GetSessionToken', 'GetFederationToken'];

/**
 * Turns away regions in which the account has switched STS off, and sessions that may not make this call.
 * @throws Refusal RegionDisabledException or AccessDenied
 */
function checkCaller(action: string, { caller, region }: SignedCall): void {
  const { account, session } = caller;
  const { id, disabledRegions } = account;
  if (disabledRegions.has(region)) {
    throw new Refusal(
      403,
      'RegionDisabledException',
      `STS is not activated in this region for account:${id}. Your account administrator can activate STS in this ` +
        'region using the IAM Console.',
    );
  }
  // No other policy decides on these.
  if (['GetCallerIdentity', 'GetSessionToken', 'GetAccessKeyInfo'].includes(action)) {
    const request = { action: `sts:${action}`, resource: '*', context: contextOf({}) };
    const reason = reasonIn(layersOnTheWay(caller), request);
    if (reason !== undefined) throw notAuthorized(caller.arn, request.action, '*', reason);
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
