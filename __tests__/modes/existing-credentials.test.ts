import type { SessionRequest } from '../../src/inputs/request';
import { keptReport } from '../../src/modes/existing-credentials';

const identity = { arn: 'arn:aws:sts::123456789012:assumed-role/deploy/ci', account: '123456789012' };

test('credentials that were in the job already are kept', () => {
  const request = { connection: { region: 'eu-central-1' } } as unknown as SessionRequest;
  expect(keptReport(identity, request).log).toEqual([
    `Identity: ${identity.arn}`,
    'Credentials: kept: valid ones were in the job already',
  ]);
});
