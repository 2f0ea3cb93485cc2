import type { RoleArn } from '../../src/aws/arn';
import { ActionError } from '../../src/errors/action-error';
import type { ManyRolesRequest } from '../../src/inputs/request';
import { rolesReport } from '../../src/modes/many-roles';
import { systemClock } from '../../src/network/clock';
import { EXAMPLE_KEYS } from '../scenarios/scenario';

const identity = { arn: 'arn:aws:sts::123456789012:assumed-role/deploy/ci', account: '123456789012' };
const credentials = { ...EXAMPLE_KEYS, sessionToken: 'AQoEXAMPLE', expiration: new Date('2030-01-01T00:00:00Z') };
const role = { arn: 'arn:aws:iam::123456789012:role/deploy' } as RoleArn;
const error = new ActionError({ code: 'role-refused', tried: 'assume it', fix: 'Let it be.' });
const RESULTS = [
  { profile: 'dev', assumed: { role, session: { identity, credentials } } },
  { profile: 'test', role: 'arn:aws:iam::111122223333:role/deploy', error },
];

const STEP = { env: {}, clock: { ...systemClock, time: () => Date.parse('2029-12-31T22:29:59Z') } };

test.each([
  [false, ''],
  [true, '; renewed for as long as the job runs'],
])('the report tells of each role, with a link to it, renewed: %j', (refresh, renewal) => {
  const request = {
    connection: { region: 'eu-central-1' },
    profiles: { refresh },
    identity: { source: { from: 'github token' } },
  } as unknown as ManyRolesRequest;
  const page = 'https://console.aws.amazon.com/iam/home#/roles/details/deploy';
  const expires = `2030-01-01 00:00 UTC, after 1 h 30 min${renewal}`;
  expect(rolesReport(RESULTS, request, STEP)).toEqual({
    log: [],
    summary: [
      '| Profile | Role | Account | Expires |',
      '|:---|:---|:---|:---|',
      `| \`dev\` | [\`arn:aws:iam::123456789012:role/deploy\`](${page}) | 123456789012 | ${expires} |`,
      '| `test` | `arn:aws:iam::111122223333:role/deploy` | | **failed:** role-refused |',
    ],
  });
});
