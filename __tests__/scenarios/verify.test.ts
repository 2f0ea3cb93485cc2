import { ACCOUNT, EXAMPLE_KEYS, KEY_INPUTS, REGION, Scenario, expectFailed } from './scenario';

let scenario: Scenario;
beforeEach(async () => {
  scenario = await Scenario.start();
  scenario.account.createUser('ci', { path: '/machine/' }).createAccessKey(EXAMPLE_KEYS);
});
afterEach(() => scenario.end());

const ARN = `arn:aws:iam::${ACCOUNT}:user/machine/ci`;
const inputs = { mode: 'verify', 'aws-region': REGION };
const env = { AWS_ACCESS_KEY_ID: EXAMPLE_KEYS.accessKeyId, AWS_SECRET_ACCESS_KEY: EXAMPLE_KEYS.secretAccessKey };

test.each([ARN, `arn:aws:iam::*:user/machine/*`, `arn:aws:iam::${ACCOUNT}:user/machine/c?`, '*'])(
  'the identity of the job is %s',
  async (arn) => {
    const main = await scenario.job({ env }).step({ with: { ...inputs, 'expect-arn': arn } });
    expect([main.exitCode, main.exported, main.state]).toEqual([0, {}, {}]);
    expect(main.outputs).toEqual({
      mode: 'verify',
      'aws-account-id': ACCOUNT,
      'authenticated-arn': ARN,
      'role-arns': '{}',
      profiles: '[]',
    });
    expect(main.summary).toContain(ARN);
    expect(scenario.calls()).toEqual(['GetCallerIdentity']);
  },
);

test.each([`arn:aws:iam::${ACCOUNT}:user/ci`, `arn:aws:iam::${ACCOUNT}:user/machine/c`, 'arn.aws*'])(
  'not %s: the error shows both',
  async (arn) => {
    const main = await scenario.job({ env }).step({ with: { ...inputs, 'expect-arn': arn } });
    expectFailed(main, 'unexpected-identity');
    expect(main.log.join('\n')).toContain(`belong to ${ARN}; expect-arn is ${arn}.`);
    expect(scenario.calls()).toEqual(['GetCallerIdentity']);
  },
);

test('allowed-account-ids count, too', async () => {
  const main = await scenario.job({ env }).step({ with: { ...inputs, 'allowed-account-ids': '111122223333' } });
  expect(main.exitCode).toBe(1);
  expectFailed(main, 'account-not-allowed');
  expect(scenario.calls()).toEqual(['GetCallerIdentity']);
});

test('keys that are given are verified, and not handed on', async () => {
  const main = await scenario.job().step({ with: { ...inputs, ...KEY_INPUTS } });
  expect([main.exitCode, main.exported]).toEqual([0, {}]);
  expect(scenario.calls()).toEqual(['GetCallerIdentity']);
});

test('what verify does not do is said, not passed over', async () => {
  const main = await scenario
    .job({ env })
    .step({ with: { ...inputs, 'aws-profile': 'x', 'output-credentials': 'true' } });
  expect(main.exitCode).toBe(1);
  expect(main.log.join('\n')).toContain('2 inputs are wrong');
  expect(scenario.calls()).toEqual([]);
});
