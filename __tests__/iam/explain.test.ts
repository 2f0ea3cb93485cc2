import { ActionError, type ErrorCode } from '../../src/errors/action-error';
import { explainIam, type IamCall, type Purpose } from '../../src/iam/explain';
import { connectionError, sdkError, unreadable } from '../aws/sdk-error';
import { EXAMPLE_KEYS } from '../scenarios/scenario';

const CALL: IamCall = {
  operation: 'CreateUser',
  input: { UserName: 'ci' },
  purpose: undefined,
  region: 'eu-central-1',
  session: undefined,
};

const explained = (error: unknown, more: Partial<IamCall> = {}) => explainIam(error, { ...CALL, ...more });

test.each<[refused: string, ErrorCode, why: string, fix: string]>([
  ['AccessDenied', 'iam-refused', 'do not allow "iam:CreateUser" there', 'Allow "iam:CreateUser"'],
  ['LimitExceeded', 'iam-limit', 'as many of these as AWS allows', 'ask AWS for a higher quota'],
  ['EntityAlreadyExists', 'name-taken', 'with another case or path', 'choose another name'],
  ['EntityAlreadyExistsException', 'name-taken', 'with another case or path', 'choose another name'],
  ['MalformedPolicyDocument', 'policy-malformed', 'names a principal that does not exist', 'validate-policy'],
  ['MalformedPolicy', 'policy-malformed', 'breaks a rule', 'Correct it in the identity document'],
  ['NoSuchEntity', 'not-found', 'does not exist in this account', 'Correct the name or the ARN'],
  ['InvalidAuthenticationCode', 'mfa-code-refused', 'someone else made the device again', 'makes the device again'],
  ['DeleteConflict', 'delete-conflict', 'still uses it', 'run the step again'],
  ['OpenIdIdpCommunicationErrorException', 'identity-provider-unreachable', 'for the moment', 'Run the step again'],
])('%s is %s', (name, code, why, fix) => {
  const refusal = sdkError(name, 'the words of AWS');
  const error = explained(refusal);
  expect(error.code).toBe(code);
  expect(error.cause).toBe(refusal);
  const [tried, answer, cause, ...rest] = error.message.split('\n');
  expect(tried).toBe('Could not call iam:CreateUser for ci.');
  expect(answer).toBe(`Answer: ${name.replace('Exception', '')}: the words of AWS`);
  expect(cause).toContain(why);
  expect(rest).toEqual([expect.stringContaining(fix)]);
});

test.each(['ValidationError', 'InvalidInput'])('an ARN that is none of a policy, by %s, is explained', (name) => {
  const error = explained(sdkError(name, 'ARN arn:aws:iam::123456789012:plicy/x is not valid.'));
  expect(error).toMatchObject({
    code: 'not-found',
    message: expect.stringContaining('Cause: It is not the ARN of a managed policy') as string,
    fix: expect.stringContaining("AWS's own policy, or of one of this account") as string,
  });
  expect(explained(sdkError(name, 'The tags are not valid.')).code).toBe('unexpected');
});

test.each([
  [
    'with an explicit deny in an identity-based policy',
    'An identity-based policy denies "iam:CreateUser"',
    'Find that Deny',
  ],
  [
    'with an explicit deny in a service control policy',
    'A service control policy denies "iam:CreateUser"',
    'organization',
  ],
  [
    'because no identity-based policy allows it',
    'No identity-based policy allows "iam:CreateUser"',
    'docs/permissions.md',
  ],
  [
    'because no permissions boundary allows it',
    'No permissions boundary allows "iam:CreateUser"',
    'boundary of the caller',
  ],
])('which policy refuses it: "%s"', (words, why, fix) => {
  const refused = sdkError('AccessDenied', ` is not authorized to perform: iam:CreateUser ${words}`, { status: 403 });
  expect(explained(refused)).toMatchObject({
    code: 'iam-refused',
    message: expect.stringContaining(`Cause: ${why}`) as string,
    fix: expect.stringContaining(fix) as string,
  });
  expect(explained(refused).fix).toMatch(/ If the policy asks for MFA .*docs\/mfa\.md/);
});

test('a session that IAM takes no call from is distinguished from keys that it does not know', () => {
  const refused = sdkError('InvalidClientTokenId', 'The security token included in the request is invalid.');
  expect(explained(refused)).toMatchObject({ code: 'invalid-credentials' });
  const purpose: Purpose = { tried: 'look it up', rules: [] };
  for (const arn of [undefined, 'arn:aws:iam::123456789012:user/ci', 'arn:aws:sts::123456789012:federated-user/ci']) {
    for (const call of [{}, { purpose }]) {
      const error = explained(refused, { ...call, session: { arn } });
      expect(error.code).toBe('temporary-source');
      expect(error.fix).toMatch(/^Prove MFA where the session is made/);
    }
  }
  const session = { arn: 'arn:aws:sts::123456789012:assumed-role/deploy/x' };
  expect(explained(refused, { session })).toMatchObject({ code: 'invalid-credentials' });
});

test('the action that is missing may be another than that of the call', () => {
  const words = 'User: x is not authorized to perform: iam:TagUser on resource: y because no policy allows it';
  const { message } = explained(sdkError('AccessDenied', words, { status: 403 }));
  expect(message).toContain('do not allow "iam:TagUser"');
  expect(message).toContain('Fix: Allow "iam:TagUser"');
});

test.each<[input: object, subject: string]>([
  [{ VirtualMFADeviceName: 'phone' }, ' for phone'],
  [{ UserName: 'ci' }, ' for ci'],
  [{ RoleName: 'deploy', PolicyName: 'Read', PolicyDocument: '{}' }, ' for deploy, Read'],
  [{ UserName: 'ci', PolicyArn: 'arn:aws:iam::aws:policy/X' }, ' for ci, arn:aws:iam::aws:policy/X'],
  [{ OpenIDConnectProviderArn: 'arn:aws:iam::1:oidc-provider/x' }, ' for arn:aws:iam::1:oidc-provider/x'],
  [{ Url: 'https://idp.example.com', ClientIDList: ['mine'] }, ' for https://idp.example.com'],
  [{ UserName: undefined, RoleName: 7 }, ''],
  [{}, ''],
])('what %j is about', (input, subject) => {
  const [tried] = explained(sdkError('NoSuchEntity'), { input }).message.split('\n');
  expect(tried).toBe(`Could not call iam:CreateUser${subject}.`);
});

test('nothing else of an input is shown', () => {
  const input = {
    UserName: 'ci',
    SerialNumber: 'arn:aws:iam::123456789012:mfa/ci',
    AuthenticationCode1: '654321',
    PolicyDocument: '{"Version":"2012-10-17"}',
    AccessKeyId: EXAMPLE_KEYS.accessKeyId,
    Tags: [{ Key: 'key', Value: 'of a tag' }],
  };
  for (const failure of [sdkError('InvalidAuthenticationCode'), sdkError('AccessDenied'), new Error('odd')]) {
    const { message } = explained(failure, { input });
    expect(message).toContain('for ci, arn:aws:iam::123456789012:mfa/ci.');
    expect(message).not.toMatch(/654321|2012-10-17|AKIA|of a tag/);
  }
});

test.each<[what: string, failure: unknown, ErrorCode]>([
  ['keys that AWS does not know', sdkError('InvalidClientTokenId', 'words', { status: 403 }), 'invalid-credentials'],
  [
    'temporary credentials that have expired',
    sdkError('ExpiredToken', 'words', { status: 403 }),
    'source-credentials-expired',
  ],
  ['too many calls', sdkError('Throttling', 'Rate exceeded'), 'throttled'],
  ['no connection', connectionError('ENOTFOUND'), 'connection-failed'],
  ['what nobody thought of', sdkError('UnknownError', 'words'), 'unexpected'],
])('%s: as with STS', (_, failure, code) => {
  const error = explained(failure);
  expect(error.code).toBe(code);
  expect(error.message).toContain('Could not call iam:CreateUser for ci.');
  expect(error.cause).toBe(failure);
});

test('where the purpose of a call is known, that is reported, and refusals are explained by it', () => {
  const purpose: Purpose = {
    tried: 'look the device up',
    rules: [
      ({ code }) => code === 'AccessDenied' && { code: 'mfa-lookup-failed', why: 'It may not.', fix: 'Allow it.' },
    ],
  };
  expect(explained(sdkError('AccessDenied', 'words'), { purpose }).message).toBe(
    'Could not look the device up.\nAnswer: AccessDenied: words\nCause: It may not.\nFix: Allow it.',
  );
  expect(explained(sdkError('NoSuchEntity'), { purpose }).code).toBe('unexpected');
  expect(explained(sdkError('InvalidClientTokenId'), { purpose }).code).toBe('invalid-credentials');
});

test("an endpoint that is not AWS's is that of IAM", () => {
  expect(explained(unreadable(200)).message).toContain('Check iam-endpoint');
});

test('what is explained already stays as it is', () => {
  const error = new ActionError({ code: 'action-timeout', tried: 'finish', fix: 'Wait.' });
  expect(explained(error)).toBe(error);
});
