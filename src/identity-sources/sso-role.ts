import pMap from 'p-map';
import { ActionError } from '../errors/action-error';
import type { SignIn, StepSettings } from '../inputs/request';
import type { Step } from '../runner/step';
import type { Sso } from '../sso/connect';
import type { SsoAccount, SsoRole } from '../sso/portal';

/** How many accounts are asked for their roles at once. */
const AT_ONCE = 5;
/** How many roles a message names. */
const MAX_NAMED = 40;

/** What of an account and a role the inputs name. */
type Named = Pick<SignIn, 'accountId' | 'roleName'>;

const ANY: Named = { accountId: undefined, roleName: undefined };

/** A role that the person has, with what people call its account. */
interface ListedRole extends SsoRole {
  readonly accountName: string;
}

/**
 * The role that the inputs name; where they leave it open, the only one that the person has.
 *
 * @throws ActionError `sso-role-not-named` that lists the roles when there are several, `sso-role-refused` with those there
 *   are instead when there is none
 */
export async function roleFor(
  source: SignIn,
  accessToken: string,
  sso: Sso,
  settings: StepSettings,
  step: Step,
): Promise<SsoRole> {
  const { accountId, roleName } = source;
  if (accountId !== undefined && roleName !== undefined) return { accountId, roleName };
  const portal = portalOf(accessToken, sso, settings, step);
  const roles = await portal.rolesOf(source);
  const [only, ...others] = roles;
  const tried = 'choose the role of who signed in';
  if (!only) {
    throw new ActionError({
      code: 'sso-role-refused',
      tried,
      why: `Whoever signed in has no role${ofNamed(source)}${await portal.instead(source)}`,
      fix: 'Correct sso-account-id and sso-role-name, or have a permission set assigned in IAM Identity Center.',
    });
  }
  if (others.length === 0) return { accountId: only.accountId, roleName: only.roleName };
  throw new ActionError({
    code: 'sso-role-not-named',
    tried,
    why: `Whoever signed in has ${roles.length} roles${ofNamed(source)}:${listed(roles)}`,
    fix: 'Set sso-account-id and sso-role-name to one of them.',
  });
}

/**
 * Credentials of the role.
 *
 * @throws ActionError `sso-role-refused` that says what the person has instead
 */
export async function credentialsOf(role: SsoRole, accessToken: string, sso: Sso, settings: StepSettings, step: Step) {
  const { accountId, roleName } = role;
  if (settings.maskAccountId) step.runner.mask(accountId);
  try {
    return await sso.getRoleCredentials(
      accessToken,
      role,
      `obtain credentials of ${roleName} in ${accountId} with the sign-in`,
    );
  } catch (error) {
    if (!(error instanceof ActionError) || error.code !== 'sso-role-refused') throw error;
    const portal = portalOf(accessToken, sso, settings, step);
    const inAccount = { accountId, roleName: undefined };
    const more = await portal
      .rolesOf(inAccount)
      .then(async (roles) =>
        roles.length > 0
          ? `In ${accountId} there is:${listed(roles)}`
          : `Whoever signed in has no role in ${accountId}${await portal.instead(inAccount)}`,
      )
      .catch(() => undefined);
    throw more === undefined ? error : error.because(more);
  }
}

/** What the portal says that a person has. Nothing is asked twice. */
function portalOf(accessToken: string, sso: Sso, { maskAccountId }: StepSettings, { runner }: Step) {
  const tried = 'list the roles of who signed in';
  const known = new Map<string, Promise<readonly ListedRole[]>>();
  let accounts: Promise<readonly SsoAccount[]> | undefined;

  async function listAccounts(): Promise<readonly SsoAccount[]> {
    const all = await sso.listAccounts(accessToken, tried);
    if (maskAccountId) for (const { accountId } of all) runner.mask(accountId);
    return all;
  }

  async function listRoles({ accountId, accountName }: SsoAccount): Promise<readonly ListedRole[]> {
    const roles = await sso.listAccountRoles(accessToken, accountId, tried);
    return roles.map((role) => ({ ...role, accountName }));
  }

  function rolesIn(account: SsoAccount): Promise<readonly ListedRole[]> {
    const roles = known.get(account.accountId) ?? listRoles(account);
    known.set(account.accountId, roles);
    return roles;
  }

  /** The person's roles, of those that are named. */
  async function rolesOf({ accountId, roleName }: Named): Promise<ListedRole[]> {
    const all = await (accounts ??= listAccounts());
    const named = all.filter((account) => accountId === undefined || account.accountId === accountId);
    const roles = await pMap(named, rolesIn, { concurrency: AT_ONCE });
    return roles.flat().filter((role) => roleName === undefined || role.roleName === roleName);
  }

  /** The end of a sentence that says that the person has nothing of this: what there is. */
  async function instead({ accountId, roleName }: Named): Promise<string> {
    const isAll = accountId === undefined && roleName === undefined;
    const all = isAll ? [] : await rolesOf(ANY).catch(() => []);
    return all.length === 0 ? '.' : `. There is:${listed(all)}`;
  }

  return { rolesOf, instead };
}

function ofNamed({ accountId, roleName }: Named): string {
  return `${roleName === undefined ? '' : ` named ${roleName}`}${accountId === undefined ? '' : ` in ${accountId}`}`;
}

/** With the names of accounts: their IDs may be hidden. */
function listed(roles: readonly ListedRole[]): string {
  const lines = roles.slice(0, MAX_NAMED).map(({ accountId, accountName, roleName }) => {
    const name = accountName.replaceAll(/\s+/g, ' ').trim();
    return `\n- ${roleName} in ${accountId}${name === '' ? '' : ` (${name})`}`;
  });
  const more = roles.length - lines.length;
  return [...lines, ...(more > 0 ? [`\n- and ${more} more`] : [])].join('');
}
