import type { RoleArn } from '../../src/aws/arn';
import { ActionError } from '../../src/errors/action-error';
import { rolesReport } from '../../src/modes/many-roles';
import { EXAMPLE_KEYS } from '../scenarios/scenario';

const identity = { arn: 'arn:aws:sts::123456789012:assumed-role/deploy/ci', account: '123456789012' };
const credentials = { ...EXAMPLE_KEYS, sessionToken: 'AQoEXAMPLE', expiration: new Date('2030-01-01T00:00:00Z') };
const role = { arn: 'arn:aws:iam::123456789012:role/deploy' } as RoleArn;
const error = new ActionError({ code: 'role-refused', tried: 'assume it', fix: 'Let it be.' });
const RESULTS = [
  { profile: 'dev', assumed: { role, session: { identity, credentials } } },
  { profile: 'test', role: 'arn:aws:iam::111122223333:role/deploy', error },
];

test.each([
  [undefined, ''],
  ['renewed for as long as the job runs', '; renewed for as long as the job runs'],
])('the report tells of each role, renewed %j', (renewed, renewal) => {
  expect(rolesReport(RESULTS, renewed)).toEqual({
    log: [],
    summary: [
      '### AWS identities',
      '',
      '| Profile | Role | Account | Expires |',
      '|---|---|---|---|',
      `| \`dev\` | \`arn:aws:iam::123456789012:role/deploy\` | 123456789012 | 2030-01-01T00:00:00.000Z${renewal} |`,
      '| `test` | `arn:aws:iam::111122223333:role/deploy` | | failed: role-refused |',
    ],
  });
});
