import type { User } from '../../sandbox/accounts/account';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox';
import { refusalBehind } from '../../src/aws/failure';
import { connectIam } from '../../src/iam/connect';
import { simulatePrincipalPolicy, type Simulation } from '../../src/iam/simulate-principal-policy';
import { systemClock } from '../../src/network/clock';
import { useCleanEnvironment } from '../aws/environment';
import { answerWith, connectionTo, lastRequest } from '../aws/local-aws';
import { allow, deny } from '../sandbox/sts-client';
import { ACCOUNT, EXAMPLE_KEYS } from '../scenarios/scenario';

useCleanEnvironment();

const BUCKET = 'arn:aws:s3:::bucket';
const NOTHING_MORE = { policies: [], withheldBy: [], unknownKeys: [] };

let sandbox: Sandbox;
let user: User;
beforeEach(async () => {
  sandbox = await startSandbox();
  user = sandbox.account(ACCOUNT).createUser('ci', {
    policies: [
      allow(['iam:SimulatePrincipalPolicy', 's3:ListAllMyBuckets']),
      allow('s3:*', BUCKET),
      deny('s3:DeleteBucket'),
    ],
  });
  user.createAccessKey(EXAMPLE_KEYS);
});
afterEach(() => sandbox.close());

async function simulate(simulation: Partial<Simulation> = {}) {
  const whole = { principal: user.arn, actions: ['s3:GetObject'], resource: '*', mfa: false, ...simulation };
  const calls = { retry: { maxAttempts: 1 }, clock: systemClock, log: () => undefined };
  const iam = await connectIam(connectionTo(sandbox), EXAMPLE_KEYS, calls);
  return simulatePrincipalPolicy(iam, whole, { tried: 'simulate', rules: [] });
}

test('what the policies decide on every resource, in the order of the actions', async () => {
  const actions = ['s3:ListBucket', 's3:DeleteBucket', 's3:ListAllMyBuckets'];
  expect(await simulate({ actions })).toEqual([
    { action: 's3:ListBucket', outcome: 'implicitDeny', ...NOTHING_MORE },
    { action: 's3:DeleteBucket', outcome: 'explicitDeny', ...NOTHING_MORE },
    { action: 's3:ListAllMyBuckets', outcome: 'allowed', ...NOTHING_MORE },
  ]);
  expect(lastRequest(sandbox)).toEqual({
    service: 'iam',
    caller: user.arn,
    params: {
      Action: 'SimulatePrincipalPolicy',
      Version: '2010-05-08',
      PolicySourceArn: user.arn,
      'ActionNames.member.1': 's3:ListBucket',
      'ActionNames.member.2': 's3:DeleteBucket',
      'ActionNames.member.3': 's3:ListAllMyBuckets',
      'ResourceArns.member.1': '*',
    },
  });
});

test('on one resource, for a session with MFA', async () => {
  const [decision] = await simulate({ actions: ['s3:ListBucket'], resource: BUCKET, mfa: true });
  expect(decision?.outcome).toBe('allowed');
  expect(lastRequest(sandbox).params).toEqual({
    Action: 'SimulatePrincipalPolicy',
    Version: '2010-05-08',
    PolicySourceArn: user.arn,
    'ActionNames.member.1': 's3:ListBucket',
    'ResourceArns.member.1': BUCKET,
    'ContextEntries.member.1.ContextKeyName': 'aws:MultiFactorAuthPresent',
    'ContextEntries.member.1.ContextKeyType': 'boolean',
    'ContextEntries.member.1.ContextKeyValues.member.1': 'true',
  });
});

test('more than fits into one page', async () => {
  const actions = [...Array.from({ length: 100 }, (_, number) => `s3:No${number}`), 's3:ListAllMyBuckets'];
  const decisions = await simulate({ actions });
  expect(decisions.map(({ action }) => action)).toEqual(actions);
  expect(decisions.at(-1)?.outcome).toBe('allowed');
  expect(sandbox.requests).toHaveLength(2);
});

function result(decision: string, rest = ''): string {
  return `<EvaluationResults><member><EvalActionName>S3:getobject</EvalActionName><EvalDecision>${decision}</EvalDecision>${rest}</member></EvaluationResults><IsTruncated>false</IsTruncated>`;
}
const statements = (...ids: string[]) =>
  `<MatchedStatements>${ids.map((id) => `<member><SourcePolicyId>${id}</SourcePolicyId></member>`).join('')}</MatchedStatements>`;
const missing = (...keys: string[]) =>
  `<MissingContextValues>${keys.map((key) => `<member>${key}</member>`).join('')}</MissingContextValues>`;
const beyondBoundary =
  '<PermissionsBoundaryDecisionDetail><AllowedByPermissionsBoundary>false</AllowedByPermissionsBoundary></PermissionsBoundaryDecisionDetail>';
const within =
  '<PermissionsBoundaryDecisionDetail><AllowedByPermissionsBoundary>true</AllowedByPermissionsBoundary></PermissionsBoundaryDecisionDetail>' +
  '<OrganizationsDecisionDetail><AllowedByOrganizations>true</AllowedByOrganizations></OrganizationsDecisionDetail>';
const forResource = (rest: string) =>
  `<ResourceSpecificResults><member><EvalResourceName>${BUCKET}</EvalResourceName><EvalResourceDecision>explicitDeny</EvalResourceDecision>${rest}</member></ResourceSpecificResults>`;

test.each([
  ['the policies that decide, each once', statements('A', 'B', 'A'), { policies: ['A', 'B'] }],
  ['a statement of no known policy', '<MatchedStatements><member/></MatchedStatements>', {}],
  ['the condition keys it has no value for', missing('aws:SourceIp'), { unknownKeys: ['aws:SourceIp'] }],
  ['the boundary', beyondBoundary, { withheldBy: ['permissions boundary'] }],
  [
    'the organization',
    '<OrganizationsDecisionDetail><AllowedByOrganizations>false</AllowedByOrganizations></OrganizationsDecisionDetail>',
    { withheldBy: ['organization'] },
  ],
  ['a boundary and an organization that allow it', within, {}],
  [
    'what it says of the resource only',
    statements('A') + forResource(statements('A', 'B') + missing('aws:SourceVpc') + beyondBoundary),
    { policies: ['A', 'B'], unknownKeys: ['aws:SourceVpc'], withheldBy: ['permissions boundary'] },
  ],
])('the answer names %s', async (_, rest, named) => {
  answerWith(sandbox, 'SimulatePrincipalPolicy', result('explicitDeny', rest));
  expect(await simulate()).toEqual([{ action: 's3:GetObject', outcome: 'explicitDeny', ...NOTHING_MORE, ...named }]);
});

test.each([
  ['without results', ''],
  ['on another action', result('allowed').replace('getobject', 'PutObject')],
  ['without a decision', result('allowed').replace(/<EvalDecision>.*<\/EvalDecision>/, '')],
])('an answer %s is unusual', async (_, answer) => {
  answerWith(sandbox, 'SimulatePrincipalPolicy', answer);
  await expect(simulate()).rejects.toMatchObject({
    code: 'unusual-answer',
    message: expect.stringContaining('the answer has no decision on s3:GetObject') as string,
  });
});

test('a refusal comes as AWS words it', async () => {
  user.policies = [];
  const refusal = refusalBehind(await simulate().catch((error: unknown) => error));
  expect(refusal).toMatchObject({ code: 'AccessDenied', status: 403 });
  expect(refusal?.message).toContain('iam:SimulatePrincipalPolicy');
});

test('one request is one attempt', async () => {
  sandbox.faults.add({ error: { status: 503, code: 'ServiceUnavailable', message: 'later' } });
  await expect(simulate()).rejects.toThrow('later');
  expect(sandbox.requests).toHaveLength(1);
});
