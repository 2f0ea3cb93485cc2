import { requireAllowedAccount } from '../../src/delivery/require-allowed-account';
import type { StepSettings } from '../../src/inputs/request';

describe('an identity', () => {
  const identity = { arn: 'arn:aws:iam::123456789012:user/ci', account: '123456789012' };
  const admitted = (...allowedAccounts: string[]) => {
    requireAllowedAccount(identity, { allowedAccounts } as unknown as StepSettings);
  };

  test('is let in where its account is named, or none is', () => {
    expect(admitted).not.toThrow();
    expect(() => {
      admitted('111122223333', '123456789012');
    }).not.toThrow();
  });

  test('of another account is not', () => {
    expect(() => {
      admitted('111122223333', '444455556666');
    }).toThrow(
      expect.objectContaining({
        code: 'account-not-allowed',
        message:
          'Could not accept the credentials.\n' +
          'Cause: They belong to arn:aws:iam::123456789012:user/ci in account 123456789012; ' +
          'allowed-account-ids names 111122223333, 444455556666.\n' +
          'Fix: Check which credentials or which role the step is given, or add the account to allowed-account-ids.',
      }) as Error,
    );
  });

  test.each([undefined, 'arn:aws:iam:::user/ci'])(
    'that STS does not say the account of is let in where any is: %s',
    (arn) => {
      const of = (allowedAccounts: string[]) => () => {
        requireAllowedAccount({ arn, account: undefined }, { allowedAccounts } as unknown as StepSettings);
      };
      expect(of([])).not.toThrow();
      expect(of(['1'])).toThrow('does not say to which account they belong; allowed-account-ids names 1.');
    },
  );
});
