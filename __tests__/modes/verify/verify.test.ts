import type { VerifyRequest } from '../../../src/inputs/request';
import { verifiedReport } from '../../../src/modes/verify/verify';

const identity = { arn: 'arn:aws:iam::123456789012:user/ci', account: '123456789012' };
const connection = { region: 'eu-central-1' };
const EXPECTATIONS = [
  { expected: 'allowed', action: 's3:GetObject', resource: 'arn:aws:s3:::a|b/*' },
  { expected: 'allowed', action: 's3:ListAllMyBuckets', resource: '*' },
  { expected: 'denied', action: 'iam:CreateUser', resource: '*' },
];
const rowsOf = (expectations: readonly object[]) => {
  const { summary } = verifiedReport(identity, { connection, expectations } as unknown as VerifyRequest);
  return summary.slice(summary.findIndex((row) => row.startsWith('| Credentials')));
};

test('the report says what was expected and is so, and that nothing is exported', () => {
  expect(rowsOf(EXPECTATIONS)).toEqual([
    '| Credentials | verified, and not exported |',
    '| Expected, and allowed | `s3:GetObject on arn:aws:s3:::a\\|b/*`<br>`s3:ListAllMyBuckets` |',
    '| Expected, and denied | `iam:CreateUser` |',
  ]);
});

test('what nothing is expected of has no row', () => {
  expect(rowsOf(EXPECTATIONS.slice(2))).toEqual([
    '| Credentials | verified, and not exported |',
    '| Expected, and denied | `iam:CreateUser` |',
  ]);
});
