import type { Identity } from '../aws/arn';
import { ActionError } from '../errors/action-error';
import type { StepSettings } from '../inputs/request';

/**
 * Lets a step go on only with credentials of an account that is allowed.
 *
 * @throws ActionError `account-not-allowed`
 */
export function requireAllowedAccount({ arn, account }: Identity, { allowedAccounts }: StepSettings): void {
  if (allowedAccounts.length === 0 || allowedAccounts.includes(account)) return;
  throw new ActionError({
    code: 'account-not-allowed',
    tried: 'accept the credentials',
    why: `They belong to ${arn} in account ${account}; allowed-account-ids names ${allowedAccounts.join(', ')}.`,
    fix: 'Check which credentials or which role the step is given, or add the account to allowed-account-ids.',
  });
}
