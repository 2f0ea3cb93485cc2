import { byResource, lineOf, readExpectations, readExpectedArn, type Expectation } from '../../src/inputs/expectations';
import { Inputs } from '../../src/inputs/inputs';

function read(allowed: string, denied = '', variables = {}): { expectations: Expectation[]; problems: string[] } {
  const env = { 'INPUT_EXPECT-ALLOWED': allowed, 'INPUT_EXPECT-DENIED': denied, ...variables };
  const inputs = new Inputs(env);
  const problems: string[] = [];
  inputs.wrong = (input, problem) => problems.push(`${input}: ${problem as string}`);
  const expectations = readExpectations(inputs);
  return { expectations, problems };
}

const allowed = (action: string, resource = '*'): Expectation => ({ expected: 'allowed', action, resource });
const denied = (action: string, resource = '*'): Expectation => ({ expected: 'denied', action, resource });

test.each<[what: string, allowed: string, denied: string, expectations: Expectation[]]>([
  ['nothing', '', '', []],
  ['an action, as it is written', 's3:ListAllMyBuckets', '', [allowed('s3:ListAllMyBuckets')]],
  ['a service with a hyphen, an action in lower case', 'rds-db:connect', '', [allowed('rds-db:connect')]],
  [
    'an action on a resource, without the space around it',
    '  s3:GetObject   on\tarn:aws:s3:::bucket/*  ',
    '',
    [allowed('s3:GetObject', 'arn:aws:s3:::bucket/*')],
  ],
  [
    'a resource with " on " in it',
    's3:GetObject on arn:aws:s3:::bucket/report on costs.csv',
    '',
    [allowed('s3:GetObject', 'arn:aws:s3:::bucket/report on costs.csv')],
  ],
  [
    'another partition',
    '',
    'iam:PassRole on arn:aws-cn:iam::123456789012:role/x',
    [denied('iam:PassRole', 'arn:aws-cn:iam::123456789012:role/x')],
  ],
  [
    'several lines of both, without the empty ones',
    's3:GetObject\r\n\n s3:PutObject\n',
    'iam:CreateUser',
    [allowed('s3:GetObject'), allowed('s3:PutObject'), denied('iam:CreateUser')],
  ],
  ['a line that is there twice', 's3:GetObject\ns3:getobject', '', [allowed('s3:GetObject')]],
  ['every resource, named or not', 's3:GetObject on *\ns3:GetObject', '', [allowed('s3:GetObject')]],
  [
    'an action allowed on one resource and denied on others',
    's3:GetObject on arn:aws:s3:::a/*',
    's3:GetObject on arn:aws:s3:::A/*\ns3:GetObject',
    [allowed('s3:GetObject', 'arn:aws:s3:::a/*'), denied('s3:GetObject', 'arn:aws:s3:::A/*'), denied('s3:GetObject')],
  ],
])('reads %s', (_, allowedLines, deniedLines, expectations) => {
  expect(read(allowedLines, deniedLines)).toEqual({ expectations, problems: [] });
});

const FORM = 'a line should be like s3:ListAllMyBuckets, or s3:GetObject on arn:aws:s3:::bucket/*';
const ARN_FORM = 'it should be like arn:aws:s3:::bucket/*, or omitted together with its "on" for every resource';
const WILDCARD =
  'has a wildcard, and AWS simulates single actions only; it should be one action a line, like s3:GetObject';

test.each([
  ['ListBuckets', `"ListBuckets" is not service:Action; ${FORM}`],
  ['s3:', `"s3:" is not service:Action; ${FORM}`],
  ['s3: GetObject', `"s3: GetObject" is not service:Action; ${FORM}`],
  ['s3:GetObject on', `"s3:GetObject on" is not service:Action; ${FORM}`],
  ['s3:GetObject arn:aws:s3:::b/*', `"s3:GetObject arn:aws:s3:::b/*" is not service:Action; ${FORM}`],
  [`s3:${'x'.repeat(126)}`, `"s3:${'x'.repeat(126)}" is not service:Action; ${FORM}`],
  ['*', `"*" ${WILDCARD}`],
  ['s3:*', `"s3:*" ${WILDCARD}`],
  ['s3:Get?bject', `"s3:Get?bject" ${WILDCARD}`],
  ['s3:GetObject on bucket', `"bucket" is not an ARN; ${ARN_FORM}`],
  ['s3:GetObject on arn:aws:s3:bucket', `"arn:aws:s3:bucket" is not an ARN; ${ARN_FORM}`],
  [`s3:GetObject on arn:aws:s3:::${'x'.repeat(2036)}`, `"arn:aws:s3:::${'x'.repeat(2036)}" is not an ARN; ${ARN_FORM}`],
])('%.60s is distinguished from what it should be, in either input', (line, wrong) => {
  expect(read(line).problems).toEqual([`expect-allowed: ${wrong}`]);
  expect(read('', line).problems).toEqual([`expect-denied: ${wrong}`]);
});

test('the longest action and the longest ARN are taken', () => {
  expect(read(`s3:${'x'.repeat(125)} on arn:aws:s3:::${'x'.repeat(2035)}`).problems).toEqual([]);
});

test('all that is wrong is reported, and what both inputs name, whatever its case', () => {
  const both = 's3:GetObject on arn:aws:s3:::b/*';
  expect(read(`nothing\n${both}`, `S3:getobject on arn:aws:s3:::b/*\niam:*`).problems).toEqual([
    `expect-allowed: "nothing" is not service:Action; ${FORM}`,
    `expect-denied: "iam:*" ${WILDCARD}`,
    'expect-denied: "S3:getobject on arn:aws:s3:::b/*" is in expect-allowed, too; it should be in one of them',
  ]);
});

test('another vendor has ARNs of its own', () => {
  const line = 's3:GetObject on arn:minio:s3:::bucket/*';
  const problemsAt = (endpoint: string) => read(line, '', { 'INPUT_IAM-ENDPOINT': endpoint }).problems;
  expect(problemsAt('https://minio.example.com')).toEqual([]);
  expect(problemsAt('https://iam.amazonaws.com')).toEqual([
    `expect-allowed: "arn:minio:s3:::bucket/*" is not an ARN; ${ARN_FORM}`,
  ]);
});

test('a line is said as it is read', () => {
  const lines = ['s3:ListAllMyBuckets', 's3:GetObject on arn:aws:s3:::b/*'];
  expect(read(lines.join('\n')).expectations.map(lineOf)).toEqual(lines);
});

test('those of one resource come together, whatever is expected', () => {
  const a = 'arn:aws:s3:::a';
  const [first, second, third, fourth] = [allowed('s3:A', a), allowed('s3:B'), denied('s3:C', a), denied('s3:D')];
  expect(byResource([first, second, third, fourth])).toEqual([
    [first, third],
    [second, fourth],
  ]);
  expect(byResource([])).toEqual([]);
});

describe('expect-arn', () => {
  const arnFrom = (expected: string, env: NodeJS.ProcessEnv = {}) => {
    const inputs = new Inputs({ 'INPUT_EXPECT-ARN': expected, ...env });
    return { arn: readExpectedArn(inputs), wrong: inputs.isWrong('expect-arn'), inputs };
  };
  const sts = 'arn:aws:sts::123456789012';

  test.each([
    'arn:aws:iam::123456789012:user/machine/ci',
    `${sts}:assumed-role/deploy/octo-app`,
    `${sts}:assumed-role/deploy/*`,
    `${sts}:assumed-role/deploy*`,
    `${sts}:federated-user/report`,
    'arn:aws:*:deploy/*',
    '*',
  ])('%s may be a caller', (expected) => {
    expect(arnFrom(expected)).toMatchObject({ arn: expected, wrong: false });
  });

  test.each([
    ['arn:aws:iam::123456789012:role/deploy', `${sts}:assumed-role/deploy/*`],
    ['arn:aws:iam::123456789012:role/team/deploy', `${sts}:assumed-role/deploy/*`],
    ['arn:aws-cn:iam::*:role/deploy-*', 'arn:aws-cn:sts::*:assumed-role/deploy-*/*'],
    [`${sts}:assumed-role/deploy`, `${sts}:assumed-role/deploy/*`],
    [`${sts}:assumed-role/team/deploy/octo-app`, `${sts}:assumed-role/deploy/octo-app`],
    ['arn:aws:iam::123456789012:assumed-role/deploy/octo-app', `${sts}:assumed-role/deploy/octo-app`],
  ])('%s is no caller, and what AWS names is said', (expected, right) => {
    const { inputs } = arnFrom(expected);
    expect(() => {
      inputs.throwIfWrong();
    }).toThrow(
      `expect-arn: "${expected}" is no caller's: AWS names whoever works as a role by the session, without the path of the role; it should be ${right}`,
    );
  });

  test('is taken as it is for the endpoint of another vendor', () => {
    const env = { 'INPUT_STS-ENDPOINT': 'http://127.0.0.1:9000' };
    expect(arnFrom('arn:aws:iam::1:role/deploy', env).wrong).toBe(false);
  });
});
