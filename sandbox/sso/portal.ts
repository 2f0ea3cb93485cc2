import { Refusal } from '../http/refusal';
import type { Answer, IncomingRequest } from '../http/request';
import type { Route } from '../http/route';
import type { IdentityCenter, Person } from './identity-center';
import { json, ssoRoute } from './route';

/** How many items a page has unless more or fewer are asked for. */
const PAGE_SIZE = 100;

interface Asked {
  readonly query: URLSearchParams;
  readonly token: string;
  readonly center: IdentityCenter;
}

const OPERATIONS: ReadonlyMap<string, readonly [action: string, (asked: Asked, person: Person) => object | undefined]> =
  new Map([
    ['GET /assignment/accounts', ['ListAccounts', listAccounts]],
    ['GET /assignment/roles', ['ListAccountRoles', listAccountRoles]],
    ['GET /federation/credentials', ['GetRoleCredentials', getRoleCredentials]],
    ['POST /logout', ['Logout', logOut]],
  ]);

/**
 * The portal, where an access token becomes credentials; undefined for what is not for it.
 * https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/API_Operations.html
 */
export function portalRoute(
  { method, path, query, headers }: IncomingRequest,
  center: IdentityCenter,
): Route | undefined {
  const [action, act] = OPERATIONS.get(`${method} ${path}`) ?? [];
  if (action === undefined || act === undefined) return undefined;
  const { 'x-amz-sso_bearer_token': token = '' } = headers;
  return ssoRoute(action, Object.fromEntries(query), refuse, () => {
    const person = center.holderOf(token);
    if (!person) throw new Refusal(401, 'UnauthorizedException', 'Session token not found or invalid');
    return act({ query, token, center }, person);
  });
}

function listAccounts({ query }: Asked, { assignments }: Person): object {
  const ids = [...new Set(assignments.map(({ account }) => account.id))];
  return page('accountList', query, ids, (accountId) => ({
    accountId,
    accountName: `account-${accountId.slice(0, 4)}`,
    emailAddress: 'a@example.com',
  }));
}

function listAccountRoles({ query }: Asked, { assignments }: Person): object {
  const accountId = query.get('account_id');
  const roles = assignments.filter(({ account }) => account.id === accountId);
  if (roles.length === 0) throw noAccess();
  return page('roleList', query, roles, ({ permissionSet: roleName }) => ({ roleName, accountId }));
}

function getRoleCredentials({ query, center }: Asked, { userName, assignments }: Person): object {
  const assignment = assignments.find(
    ({ account, permissionSet }) => account.id === query.get('account_id') && permissionSet === query.get('role_name'),
  );
  if (!assignment) throw noAccess();
  const { account, role } = assignment;
  const session = center.world.startSession({
    kind: 'AssumedRole',
    principal: role,
    arn: account.arn('sts', `assumed-role/${role.name}/${userName}`),
    userId: `${role.id}:${userName}`,
    durationSeconds: center.sessionDuration,
    sessionPolicies: undefined,
    tags: {},
    transitiveTagKeys: [],
    sourceIdentity: undefined,
    mfaAt: undefined,
  });
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = session;
  return { roleCredentials: { accessKeyId, secretAccessKey, sessionToken, expiration: expiration.getTime() } };
}

function logOut({ token, center }: Asked): undefined {
  center.signedIn.delete(token);
}

function page<T>(name: string, query: URLSearchParams, all: readonly T[], item: (one: T) => object): object {
  const from = Number(query.get('next_token') ?? 0);
  const to = from + Number(query.get('max_result') ?? PAGE_SIZE);
  return { [name]: all.slice(from, to).map(item), nextToken: to < all.length ? String(to) : null };
}

function noAccess(): Refusal {
  return new Refusal(403, 'ForbiddenException', 'No access');
}

function refuse({ status, code, message }: Refusal): Answer {
  const body = { message, __type: `com.amazonaws.switchboard.portal#${code}` };
  return json(status, body, { 'x-amzn-ErrorType': code });
}
