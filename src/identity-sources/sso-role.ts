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

/**
 * The role that the inputs name; where they leave it open, the only one that the person has.
 *
 * @throws ActionError `sso-role-not-named` that lists the roles when there are several, `sso-role-refused` when there is none
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
  const roles = await rolesOf(source, accessToken, sso, settings, step);
  const [only, ...others] = roles;
  const tried = 'choose the role of who signed in';
  if (!only) {
    throw new ActionError({
      code: 'sso-role-refused',
      tried,
      why: `Whoever signed in has no role${ofNamed(source)}.`,
      fix: 'Have a permission set assigned in IAM Identity Center, or correct sso-account-id and sso-role-name.',
    });
  }
  if (others.length === 0) return only;
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
    const inAccount = { accountId, roleName: undefined };
    const roles = await rolesOf(inAccount, accessToken, sso, settings, step).catch(() => undefined);
    if (!roles) throw error;
    throw error.because(
      roles.length === 0
        ? `Whoever signed in has no role in ${accountId}.`
        : `In ${accountId} there is:${listed(roles)}`,
    );
  }
}

/** The person's roles, of those that are named. */
async function rolesOf(
  { accountId, roleName }: Named,
  accessToken: string,
  sso: Sso,
  settings: StepSettings,
  { runner }: Step,
): Promise<SsoRole[]> {
  const tried = 'list the roles of who signed in';
  const all = await sso.listAccounts(accessToken, tried);
  if (settings.maskAccountId) for (const account of all) runner.mask(account.accountId);
  const accounts = all.filter((account) => accountId === undefined || account.accountId === accountId);
  const roles = await pMap(
    accounts,
    (account: SsoAccount) => sso.listAccountRoles(accessToken, account.accountId, tried),
    {
      concurrency: AT_ONCE,
    },
  );
  return roles.flat().filter((role) => roleName === undefined || role.roleName === roleName);
}

function ofNamed({ accountId, roleName }: Named): string {
  return `${roleName === undefined ? '' : ` named ${roleName}`}${accountId === undefined ? '' : ` in ${accountId}`}`;
}

function listed(roles: readonly SsoRole[]): string {
  const lines = roles.slice(0, MAX_NAMED).map(({ accountId, roleName }) => `\n- ${roleName} in ${accountId}`);
  const more = roles.length - lines.length;
  return [...lines, ...(more > 0 ? [`\n- and ${more} more`] : [])].join('');
}
