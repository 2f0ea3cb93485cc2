import type { Credentials } from '../aws/credentials';
import { UnusualAnswerError } from '../network/failure';
import { fieldIn, textIn } from '../network/request';
import { listOf, numberOf, textOf } from './fields';
import type { Send, SsoRequest } from './send';

/** A role that a person may take: that of a permission set, in an account. */
export interface SsoRole {
  readonly accountId: string;
  /** The name of the permission set. */
  readonly roleName: string;
}

export interface SsoAccount {
  readonly accountId: string;
  readonly accountName: string;
}

/** How many accounts a page holds: the most that the service allows. Of roles in one account, few have as many. */
const MAX_ACCOUNTS = '100';
/** No organization has as many: an answer that always names another page would never end. */
const MAX_PAGES = 1000;

/**
 * The accounts in which a person has roles.
 * https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/API_ListAccounts.html
 */
export async function listAccounts(send: Send, accessToken: string): Promise<SsoAccount[]> {
  const query = { max_result: MAX_ACCOUNTS };
  const all = await everyPage(send, { method: 'GET', path: '/assignment/accounts', query, accessToken }, 'accountList');
  return all.map((account) => ({
    accountId: textOf(account, 'accountId'),
    accountName: textIn(account, 'accountName') ?? '',
  }));
}

/**
 * The roles that a person has in an account.
 * https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/API_ListAccountRoles.html
 */
export async function listAccountRoles(send: Send, accessToken: string, accountId: string): Promise<SsoRole[]> {
  const request = { method: 'GET', path: '/assignment/roles', query: { account_id: accountId }, accessToken } as const;
  const all = await everyPage(send, request, 'roleList');
  return all.map((role) => ({ accountId, roleName: textOf(role, 'roleName') }));
}

/**
 * Credentials of a role, for as long as its permission set says.
 * https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/API_GetRoleCredentials.html
 */
export async function getRoleCredentials(
  send: Send,
  accessToken: string,
  { accountId, roleName }: SsoRole,
): Promise<Credentials> {
  const data = await send({
    method: 'GET',
    path: '/federation/credentials',
    query: { account_id: accountId, role_name: roleName },
    accessToken,
  });
  const given = fieldIn(data, 'roleCredentials');
  return {
    accessKeyId: textOf(given, 'accessKeyId'),
    secretAccessKey: textOf(given, 'secretAccessKey'),
    sessionToken: textOf(given, 'sessionToken'),
    // Milliseconds since 1970.
    expiration: new Date(numberOf(given, 'expiration')),
  };
}

/**
 * Ends the sign-in. Credentials that were obtained by it work until they expire.
 * https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/API_Logout.html
 */
export async function logOut(send: Send, accessToken: string): Promise<void> {
  await send({ method: 'POST', path: '/logout', accessToken });
}

async function everyPage(send: Send, request: SsoRequest, list: string): Promise<unknown[]> {
  const all: unknown[] = [];
  let next: string | undefined;
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const query = { ...request.query, ...(next && { next_token: next }) };
    const data = await send({ ...request, query });
    all.push(...listOf(data, list));
    next = textIn(data, 'nextToken');
    if (!next) return all;
  }
  throw new UnusualAnswerError('last page');
}
