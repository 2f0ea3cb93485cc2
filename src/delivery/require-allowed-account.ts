import type { Identity } from '../aws/arn';
import { ActionError } from '../errors/action-error';
import type { StepSettings } from '../inputs/request';

/**
 * Lets a step go on only with credentials of an account that is allowed.
 *
 * @throws ActionError `account-not-allowed`
 */
export function requireAllowedAccount({ arn, account }: Identity, { allowedAccounts }: StepSettings): void {
  if (allowedAccounts.length === 0 || (account !== undefined && allowedAccounts.includes(account))) return;
  const whose =
    account === undefined
      ? 'The service at sts-endpoint does not say to which account they belong'
      : `They belong to ${arn ?? 'someone'} in account ${account}`;
  throw new ActionError({
    code: 'account-not-allowed',
    tried: 'accept the credentials',
    why: `${whose}; allowed-account-ids names ${allowedAccounts.join(', ')}.`,
    fix:
      account === undefined
        ? 'Omit allowed-account-ids, if any account of that service will do.'
        : 'Check which credentials or which role the step is given, or add the account to allowed-account-ids.',
  });
}
