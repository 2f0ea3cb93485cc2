import type { Role, User } from '../../sandbox/accounts/account';
import { allow, deny, trust } from '../sandbox/sts-client';
import { ACCOUNT, EXAMPLE_KEYS, expectFailed, KEY_INPUTS, REGION, Scenario, textOf } from './scenario';

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
    expect(main.log.join('\n')).toContain(`The identity is ${ARN}; expect-arn is ${arn}.`);
    expect(scenario.calls()).toEqual(['GetCallerIdentity']);
  },
);

test('allowed-account-ids count, too', async () => {
  const main = await scenario.job({ env }).step({ with: { ...inputs, 'allowed-account-ids': '111122223333' } });
  expect(main.exitCode).toBe(1);
  expectFailed(main, 'account-not-allowed');
  expect(scenario.calls()).toEqual(['GetCallerIdentity']);
});

test('keys that are given are verified, and not exported', async () => {
  const main = await scenario.job().step({ with: { ...inputs, ...KEY_INPUTS } });
  expect([main.exitCode, main.exported]).toEqual([0, {}]);
  expect(scenario.calls()).toEqual(['GetCallerIdentity']);
});

test('what verify does not do is said, not passed over', async () => {
  const main = await scenario
    .job({ env })
    .step({ with: { ...inputs, 'aws-profile': 'x', 'output-credentials': 'true' } });
  expect(main.exitCode).toBe(1);
  expect(main.log.join('\n')).toContain('2 problems were found in the inputs');
  expect(scenario.calls()).toEqual([]);
});

describe('what the caller may do', () => {
  const ARCHIVE = 'arn:aws:s3:::archive/*';
  const SIMULATE = 'iam:SimulatePrincipalPolicy';
  const LIST_BUCKETS = 's3:ListAllMyBuckets';
  const ONCE = ['GetCallerIdentity', 'SimulatePrincipalPolicy'];

  let user: User;
  let key: { accessKeyId: string; secretAccessKey: string };
  beforeEach(() => {
    user = scenario.account.createUser('reader', {
      policies: [allow([SIMULATE, LIST_BUCKETS]), allow('s3:GetObject', ARCHIVE), deny('s3:DeleteObject')],
    });
    key = user.createAccessKey();
  });

  const job = (more: Record<string, string> = {}) =>
    scenario.job({
      env: {
        AWS_ENDPOINT_URL_IAM: scenario.sandbox.url,
        AWS_ACCESS_KEY_ID: key.accessKeyId,
        AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
        ...more,
      },
    });
  const verify = (expectations: Record<string, string>, workflow = job()) =>
    workflow.step({ with: { ...inputs, ...expectations } });
  const keys = () => ({ 'aws-access-key-id': key.accessKeyId, 'aws-secret-access-key': key.secretAccessKey });
  const sessionToken = (more: Record<string, string> = {}) => ({
    with: { mode: 'session-token', 'aws-region': REGION, ...keys(), ...more },
  });
  const answerOnce = (code: string, message: string, times = 1) => {
    scenario.sandbox.faults.add({ action: 'SimulatePrincipalPolicy', times, error: { status: 400, code, message } });
  };

  test('is as expected: said line by line, asked once for each resource', async () => {
    const main = await verify({
      'expect-allowed': `${LIST_BUCKETS}\ns3:GetObject on ${ARCHIVE}`,
      'expect-denied': `iam:CreateUser\ns3:DeleteObject on ${ARCHIVE}`,
    });
    expect([main.exitCode, main.stderr, main.exported]).toEqual([0, '', {}]);
    expect(main.log.filter((line) => line.includes('as expected: '))).toEqual([
      `allowed as expected: ${LIST_BUCKETS}`,
      `allowed as expected: s3:GetObject on ${ARCHIVE}`,
      'denied as expected: iam:CreateUser',
      `denied as expected: s3:DeleteObject on ${ARCHIVE}`,
    ]);
    expect(main.summary).toContain(`| Expected, and allowed | \`${LIST_BUCKETS}\`<br>\`s3:GetObject on ${ARCHIVE}\` |`);
    expect(main.summary).toContain(
      `| Expected, and denied | \`iam:CreateUser\`<br>\`s3:DeleteObject on ${ARCHIVE}\` |`,
    );
    expect(scenario.calls()).toEqual([...ONCE, 'SimulatePrincipalPolicy']);
  });

  test('is not as expected: every such line is reported, with why', async () => {
    const main = await verify({
      'expect-allowed': `s3:GetObject\ns3:DeleteObject on ${ARCHIVE}\n${LIST_BUCKETS}\ns3:PutObject on ${ARCHIVE}`,
      'expect-denied': `s3:GetObject on ${ARCHIVE}\niam:CreateUser`,
    });
    expectFailed(main, 'unexpected-permissions');
    expect(textOf(main)).toContain(
      [
        `Could not verify what ${user.arn} may do: 4 of 6 expectations are not met.`,
        'Cause:',
        '- s3:GetObject: expected allowed, but implicitly denied: nothing allows it on every resource',
        `- s3:DeleteObject on ${ARCHIVE}: expected allowed, but explicitly denied`,
        `- s3:PutObject on ${ARCHIVE}: expected allowed, but implicitly denied: nothing allows it there`,
        `- s3:GetObject on ${ARCHIVE}: expected denied, but allowed`,
        'Fix: ',
      ].join('\n'),
    );
    expect(main.log).toContain(`allowed as expected: ${LIST_BUCKETS}`);
    expect(main.log).toContain('denied as expected: iam:CreateUser');
    expect(scenario.calls()).toEqual([...ONCE, 'SimulatePrincipalPolicy']);
  });

  test.each([
    ['explicitDeny', '', 'but explicitly denied by ForceMfa; its permissions boundary does not allow it'],
    ['implicitDeny', '', 'but implicitly denied; its permissions boundary does not allow it'],
    ['implicitDeny', 'aws:SourceIp', 'does not allow it (not known to the simulation: aws:SourceIp)'],
    ['allowed', 'aws:SourceIp', undefined],
  ])('%s: AWS names policies, boundary and condition keys, and so does the step', async (decision, key, reported) => {
    const result =
      `<EvalActionName>${LIST_BUCKETS}</EvalActionName><EvalDecision>${decision}</EvalDecision>` +
      '<MatchedStatements><member><SourcePolicyId>ForceMfa</SourcePolicyId></member></MatchedStatements>' +
      '<PermissionsBoundaryDecisionDetail><AllowedByPermissionsBoundary>false</AllowedByPermissionsBoundary></PermissionsBoundaryDecisionDetail>' +
      (key && `<MissingContextValues><member>${key}</member></MissingContextValues>`);
    const body = `<SimulatePrincipalPolicyResponse><SimulatePrincipalPolicyResult><EvaluationResults><member>${result}</member></EvaluationResults></SimulatePrincipalPolicyResult></SimulatePrincipalPolicyResponse>`;
    const raw = { status: 200, headers: { 'content-type': 'text/xml' }, body };
    scenario.sandbox.faults.add({ action: 'SimulatePrincipalPolicy', raw });
    const main = await verify({ 'expect-allowed': LIST_BUCKETS });
    expect(main.exitCode).toBe(reported === undefined ? 0 : 1);
    expect(textOf(main)).toContain(
      reported ?? `allowed as expected: ${LIST_BUCKETS} (not known to the simulation: aws:SourceIp)`,
    );
    expect(scenario.calls()).toEqual(ONCE);
  });

  test('runbook 3: S3 is closed to the keys, and open once MFA is proved', async () => {
    const Condition = { Bool: { 'aws:MultiFactorAuthPresent': 'true' } };
    user.policies = [
      allow(SIMULATE),
      { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 's3:*', Resource: '*', Condition } },
    ];
    const device = user.createMfaDevice('reader');
    const workflow = job();

    const before = await verify({ 'expect-denied': LIST_BUCKETS }, workflow);
    expect(before.exitCode).toBe(0);
    const session = await workflow.step(sessionToken({ 'mfa-secret': device.uri, 'mfa-serial': device.serialNumber }));
    expect(session.exitCode).toBe(0);
    const after = await verify({ 'expect-allowed': LIST_BUCKETS }, workflow);
    expect(after.log).toContain(`allowed as expected: ${LIST_BUCKETS}`);
    expect(after.exitCode).toBe(0);

    expect(scenario.calls().sort()).toEqual([...ONCE, ...ONCE, 'GetCallerIdentity', 'GetSessionToken'].sort());
  });

  test('what AWS takes apart from others only is asked one by one', async () => {
    const apart =
      'Invalid Input Actions: [iam:PassRole] and [s3:ListAllMyBuckets] require different authorization information.';
    answerOnce('InvalidInput', apart);
    const main = await verify({ 'expect-allowed': LIST_BUCKETS, 'expect-denied': 'iam:PassRole' });
    expect(main.exitCode).toBe(0);
    expect(scenario.calls()).toEqual([
      'GetCallerIdentity',
      'SimulatePrincipalPolicy InvalidInput',
      'SimulatePrincipalPolicy',
      'SimulatePrincipalPolicy',
    ]);
  });

  test('a moment of trouble is waited out', async () => {
    answerOnce('ServiceUnavailable', 'later');
    expect((await verify({ 'expect-allowed': LIST_BUCKETS })).exitCode).toBe(0);
    expect(scenario.calls()).toEqual([
      'GetCallerIdentity',
      'SimulatePrincipalPolicy ServiceUnavailable',
      'SimulatePrincipalPolicy',
    ]);
  });

  test('whose credentials they are comes first', async () => {
    const main = await verify({ 'expect-arn': ARN, 'expect-allowed': LIST_BUCKETS });
    expectFailed(main, 'unexpected-identity');
    expect(scenario.calls()).toEqual(['GetCallerIdentity']);
  });

  test('account IDs are masked before a line names them', async () => {
    const resource = 'arn:aws:iam::111122223333:role/x';
    const main = await verify({ 'expect-denied': `sts:AssumeRole on ${resource}`, 'mask-aws-account-id': 'true' });
    expect(main.log).toContain('denied as expected: sts:AssumeRole on arn:aws:iam::***:role/x');
    expect(main.summary).toContain('sts:AssumeRole on arn:aws:iam::***:role/x');
    expect(main.summary).not.toContain(ACCOUNT);
    expect(scenario.calls()).toEqual(ONCE);
  });

  describe('of the session of a role', () => {
    const policies = (arn = '*') => [allow([SIMULATE, 'iam:GetRole'], arn), allow(LIST_BUCKETS)];
    const create = (path: string) =>
      scenario.account.createRole('deploy', { path, policies: policies(), trust: trust(user.arn) });

    /** Expects the session of the role to list buckets and not to create users. */
    async function verifySession(role: Role) {
      const workflow = job();
      const assumed = await workflow.step({
        with: { 'aws-region': REGION, 'role-to-assume': role.arn, 'role-skip-session-tagging': 'true' },
      });
      expect([assumed.exitCode, scenario.calls()]).toEqual([0, ['AssumeRole']]);
      return verify({ 'expect-allowed': LIST_BUCKETS, 'expect-denied': 'iam:CreateUser' }, workflow);
    }

    test('without a path', async () => {
      expect((await verifySession(create('/'))).exitCode).toBe(0);
      expect(scenario.calls()).toEqual(ONCE);
    });

    test('with a boundary that takes away what its policy allows', async () => {
      const role = create('/');
      const boundary = scenario.account.createManagedPolicy('Ask', {
        path: '/',
        policy: { text: '', document: allow([SIMULATE, LIST_BUCKETS]) },
      });
      role.policies = [...policies(), allow('iam:CreateUser')];
      expect(textOf(await verifySession(role))).toContain('- iam:CreateUser: expected denied, but allowed');
      expect(scenario.calls()).toEqual(ONCE);
      role.permissionsBoundary = boundary.arn;
      expect((await verifySession(role)).exitCode).toBe(0);
      expect(scenario.calls()).toEqual(ONCE);
    });

    test.each([
      ['everywhere', '*', 'NoSuchEntity'],
      ['on the role as it is called', `arn:aws:iam::${ACCOUNT}:role/team/deploy`, 'AccessDenied'],
    ])('with a path, that may ask %s: the path is looked up', async (_, resource, code) => {
      const role = create('/team/');
      role.policies = policies(resource);
      expect((await verifySession(role)).exitCode).toBe(0);
      expect(scenario.calls()).toEqual([
        'GetCallerIdentity',
        `SimulatePrincipalPolicy ${code}`,
        'GetRole',
        'SimulatePrincipalPolicy',
      ]);
    });

    test('with a path that it may not look up', async () => {
      const role = create('/team/');
      role.policies = [allow(SIMULATE)];
      const main = await verifySession(role);
      expectFailed(main, 'simulation-refused');
      expect(textOf(main)).toMatch(/Cause: The role has a path[^]*"iam:GetRole" on it, too/);
      expect(scenario.calls()).toEqual([
        'GetCallerIdentity',
        'SimulatePrincipalPolicy NoSuchEntity',
        'GetRole AccessDenied',
      ]);
    });

    test.each([
      ['/team/', 'role/team/deploy', 2],
      ['/', 'role/deploy', 1],
    ])(
      'with the path %s, that may only look itself up: what to allow is on %s',
      async (path, resource, simulations) => {
        const role = create(path);
        role.policies = [allow('iam:GetRole')];
        const main = await verifySession(role);
        expectFailed(main, 'simulation-refused');
        expect(textOf(main)).toContain(
          `"iam:SimulatePrincipalPolicy" on arn:aws:iam::${ACCOUNT}:${resource} in the policies of the role`,
        );
        const refused = 'SimulatePrincipalPolicy AccessDenied';
        expect(scenario.calls()).toEqual(['GetCallerIdentity', refused, 'GetRole', refused].slice(0, 2 + simulations));
      },
    );
  });

  describe('is not reported by IAM', () => {
    test('the caller may not ask: what to allow, and what to run instead', async () => {
      user.policies = [];
      const main = await verify({
        'expect-allowed': `${LIST_BUCKETS}\ns3:GetObject on ${ARCHIVE}`,
        'expect-denied': 'iam:CreateUser',
      });
      expectFailed(main, 'simulation-refused');
      expect(textOf(main)).toMatch(
        new RegExp(`Allow "${SIMULATE}" on ${user.arn} in the policies of .* Or let a step try`),
      );
      expect(textOf(main)).toContain(
        [
          '',
          `  aws iam simulate-principal-policy --policy-source-arn ${user.arn} --action-names ${LIST_BUCKETS} iam:CreateUser`,
          `  aws iam simulate-principal-policy --policy-source-arn ${user.arn} --action-names s3:GetObject --resource-arns '${ARCHIVE}'`,
          '',
        ].join('\n'),
      );
      const refused = 'SimulatePrincipalPolicy AccessDenied';
      expect(scenario.calls()).toEqual(['GetCallerIdentity', refused, refused]);
    });

    test('a session with MFA may not ask: the command says that MFA was proved', async () => {
      const device = user.createMfaDevice('reader');
      user.policies = [];
      const workflow = job();
      await workflow.step(sessionToken({ 'mfa-secret': device.uri, 'mfa-serial': device.serialNumber }));
      const main = await verify({ 'expect-allowed': LIST_BUCKETS }, workflow);
      expectFailed(main, 'simulation-refused');
      expect(textOf(main)).toContain(
        `--action-names ${LIST_BUCKETS} --context-entries ContextKeyName=aws:MultiFactorAuthPresent,ContextKeyType=boolean,ContextKeyValues=true\n`,
      );
      expect(scenario.calls().sort()).toEqual(
        ['GetCallerIdentity', 'GetCallerIdentity', 'GetSessionToken', 'SimulatePrincipalPolicy AccessDenied'].sort(),
      );
    });

    test('a session without MFA', async () => {
      const workflow = job();
      await workflow.step(sessionToken());
      const main = await verify({ 'expect-allowed': LIST_BUCKETS }, workflow);
      expectFailed(main, 'simulation-refused');
      expect(textOf(main)).toContain("Cause: It is a user's session without MFA");
      expect(textOf(main)).not.toContain('--context-entries');
      expect(scenario.calls().sort()).toEqual(
        [
          'GetCallerIdentity',
          'GetCallerIdentity',
          'GetSessionToken',
          'SimulatePrincipalPolicy InvalidClientTokenId',
        ].sort(),
      );
    });

    test('AWS does not know the action', async () => {
      answerOnce('InvalidInput', 'Invalid Action: s3:Nothing');
      const main = await verify({ 'expect-denied': 's3:Nothing' });
      expectFailed(main, 'simulation-refused');
      expect(textOf(main)).toMatch(
        /Answer: InvalidInput: Invalid Action: s3:Nothing\nCause: AWS does not know an action/,
      );
      expect(scenario.calls()).toEqual(['GetCallerIdentity', 'SimulatePrincipalPolicy InvalidInput']);
    });

    test('another failure keeps its own name', async () => {
      answerOnce('InvalidClientTokenId', 'The security token included in the request is invalid.');
      const main = await verify({ 'expect-denied': 's3:PutObject' });
      expectFailed(main, 'invalid-credentials');
      expect(scenario.calls()).toEqual(['GetCallerIdentity', 'SimulatePrincipalPolicy InvalidClientTokenId']);
    });

    test.each([
      ['sts', 'federated-user/report', /federated session: IAM takes no call[^]*the user's own access keys/],
      ['iam', 'root', /neither a user nor a role[^]*credentials of a user or a role/],
    ])('%s %s: nobody whom AWS simulates', async (service, resource, reported) => {
      const arn = `arn:aws:${service}::${ACCOUNT}:${resource}`;
      const body = `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>${arn}</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>`;
      scenario.sandbox.faults.add({
        action: 'GetCallerIdentity',
        raw: { status: 200, headers: { 'content-type': 'text/xml' }, body },
      });
      const main = await verify({ 'expect-allowed': LIST_BUCKETS });
      expectFailed(main, 'simulation-refused');
      expect(textOf(main)).toMatch(reported);
      expect(scenario.calls()).toEqual(['GetCallerIdentity']);
    });

    test('a federated session, as federation-token makes it', async () => {
      user.policies = [allow('*')];
      const workflow = job();
      await workflow.step({
        with: {
          'aws-region': REGION,
          ...keys(),
          'federated-user-name': 'report',
          'managed-session-policies': 'arn:aws:iam::aws:policy/ReadOnlyAccess',
        },
      });
      expect(scenario.calls()).toEqual(['GetFederationToken']);
      expectFailed(await verify({ 'expect-allowed': LIST_BUCKETS }, workflow), 'simulation-refused');
      expect(scenario.calls()).toEqual(['GetCallerIdentity']);
    });
  });

  test.each([
    [inputs, 'same', 's3:GetObject', 's3:GetObject', ['expect-denied: "s3:GetObject" is in expect-allowed, too']],
    [
      inputs,
      'wrong',
      's3:Get*',
      'GetObject',
      ['2 problems were found in the inputs', 'expect-allowed: "s3:Get*"', 'expect-denied: "GetObject"'],
    ],
    [
      { 'aws-region': REGION, mode: 'access-keys' },
      'elsewhere',
      's3:GetObject',
      's3:PutObject',
      [
        '2 problems were found in the inputs',
        'expect-allowed: is for verify, and the mode is access-keys',
        'expect-denied: is for verify',
      ],
    ],
  ])(
    'lines that make no sense are reported before anything is sent: %j, %s',
    async (given, _, allowed, denied, reported) => {
      const main = await job().step({ with: { ...given, 'expect-allowed': allowed, 'expect-denied': denied } });
      expectFailed(main, 'invalid-input');
      for (const text of reported) expect(textOf(main)).toContain(text);
      expect(scenario.calls()).toEqual([]);
    },
  );
});
