import { isMfaCodeRefusal, refusalOf, skewIn, type Refusal } from '../../src/aws/failure';
import { ActionError, type ErrorCode } from '../../src/errors/action-error';
import { explainSts, type StsCall } from '../../src/sts/explain';
import { sdkError, unreadable } from '../aws/sdk-error';
import { expectWhole } from '../errors/whole';
import { wrongCode } from '../sandbox/mfa-code';
import { ACCOUNT, ISSUER, PROVIDER, ROLE } from '../scenarios/scenario';

const plain: StsCall = { tried: 'ask STS', region: 'eu-central-1' };
const signed: StsCall = { ...plain, roleArn: ROLE, duration: 7200, mfa: false };
const federation: StsCall = { ...plain, federation: true };
const claims = {
  iss: ISSUER,
  aud: 'sts.example.com',
  sub: 'repo:octo/app:ref:refs/heads/main',
  repository: 'octo/app',
  repository_owner_id: '1',
  repository_id: '2',
};
const web: StsCall = { ...plain, roleArn: ROLE, duration: 7200, token: { claims } };
const ofIssuer = (iss: string): StsCall => ({ ...web, token: { claims: { ...claims, iss } } });
const noJwt: StsCall = { ...web, token: { claims: undefined } };
const full = (session: StsCall['session'], call = signed): StsCall => ({ ...call, session });

const user = `arn:aws:iam::${ACCOUNT}:user/ci`;
const denied = (action: string) => `User: ${user} is not authorized to perform: ${action} on resource: ${ROLE}`;
const unableToValidate =
  'MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid ' +
  'and associated with this user.';
const tooLong = 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.';
const tooLongForChain =
  'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.';

const NOW = Date.parse('2026-08-01T12:00:00Z');
beforeEach(() => jest.useFakeTimers({ now: NOW }));
afterEach(() => jest.useRealTimers());

function minutesAgo(minutes: number): Date {
  return new Date(NOW - minutes * 60_000);
}

function refusalIn(error: unknown): Refusal {
  const refusal = refusalOf(error);
  if (!refusal) throw new Error('no refusal');
  return refusal;
}

type Case = [what: string, error: unknown, call: StsCall, code: ErrorCode, names: readonly string[]];

const refusals: Case[] = [
  ...[signed, web].map((call): Case => [
    'a role that is not there, by a service that says so',
    sdkError('NoSuchEntity', 'UnknownError', { status: 404 }),
    call,
    'role-refused',
    [`has no role ${ROLE}`, 'Check the ARN'],
  ]),
  [
    'a role, by another code for AccessDenied',
    sdkError('UnauthorizedOperation', denied('sts:AssumeRole')),
    signed,
    'role-refused',
    [`Name ${user}`],
  ],
  [
    'a source identity that may not be set',
    sdkError('AccessDenied', denied('sts:SetSourceIdentity')),
    signed,
    'role-refused',
    [
      'The calling session has a source identity, which the new one keeps',
      `Allow "sts:SetSourceIdentity" together with "sts:AssumeRole" in the trust policy of ${ROLE}`,
      'omit source-identity where it is set; an identity provider may set it, too, and IAM Roles Anywhere always does',
    ],
  ],
  [
    'a source identity that the request sets and may not',
    sdkError('AccessDenied', denied('sts:SetSourceIdentity')),
    { ...signed, session: { tagged: false, narrowed: false, named: true } },
    'role-refused',
    [
      `Allow "sts:SetSourceIdentity" together with "sts:AssumeRole" in the trust policy of ${ROLE}`,
      'or omit source-identity.',
    ],
  ],
  [
    'a tag that the calling session passes on',
    sdkError(
      'InvalidParameterValue',
      "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the " +
        'calling session.',
    ),
    signed,
    'session-tagging-refused',
    ['transitive', 'role-skip-session-tagging: true'],
  ],
  [
    'throttling of a web identity, too',
    sdkError('ThrottlingException', 'Rate exceeded'),
    web,
    'throttled',
    ['Throttling: Rate exceeded'],
  ],
  [
    'a web identity refused',
    sdkError('AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity'),
    web,
    'web-identity-refused',
    [
      ROLE,
      PROVIDER,
      `\n- iss: ${ISSUER}\n`,
      '\n- aud: sts.example.com\n',
      '\n- sub: repo:octo/app:ref:refs/heads/main\n',
      'Check the ARN of the role. In its trust policy, allow "sts:AssumeRoleWithWebIdentity" to ',
      ' under this condition:\n  {\n    "',
      '"token.actions.githubusercontent.com:aud": "sts.example.com"',
      '"repo:octo/app:ref:refs/heads/main"',
      '"repo:octo@1/app@2:ref:refs/heads/main"',
      'Of further conditions, the token meets:\n  {\n    "',
      '"token.actions.githubusercontent.com:repository_id": "2"',
    ],
  ],
  [
    'tags in a web identity that the role does not allow',
    sdkError('AccessDenied', 'Not authorized to perform sts:TagSession'),
    web,
    'session-tagging-refused',
    [
      `The token gives tags to the session (its claim https://aws.amazon.com/tags), and the trust policy of ${ROLE}`,
      'Allow "sts:TagSession" together with "sts:AssumeRoleWithWebIdentity" in that trust policy.',
    ],
  ],
  [
    'tags in a web identity that the organization of the role denies',
    sdkError(
      'AccessDenied',
      'Not authorized to perform sts:TagSession with an explicit deny in a resource control policy',
    ),
    web,
    'session-tagging-refused',
    ['A resource control policy denies "sts:TagSession"', 'omit the claim https://aws.amazon.com/tags'],
  ],
  [
    'a source identity in a web identity that the role does not allow',
    sdkError('AccessDenied', 'Not authorized to perform sts:SetSourceIdentity'),
    web,
    'role-refused',
    [
      'gives a source identity to the session (its claim https://aws.amazon.com/source_identity)',
      'Allow "sts:SetSourceIdentity" together with "sts:AssumeRoleWithWebIdentity"',
    ],
  ],
  [
    'a web identity refused by the organization of the role',
    sdkError(
      'AccessDenied',
      'Not authorized to perform sts:AssumeRoleWithWebIdentity with an explicit deny in a resource control policy',
    ),
    web,
    'web-identity-refused',
    ['A resource control policy denies "sts:AssumeRoleWithWebIdentity"', 'repository_owner_id": "1"'],
  ],
  [
    'a web identity without claims',
    sdkError('AccessDenied'),
    { ...web, token: { claims: {} } },
    'web-identity-refused',
    ['sub: (none)', 'aud: (none)', 'iss: (none)'],
  ],
  [
    'no identity provider',
    sdkError('InvalidIdentityToken', `No OpenIDConnect provider found in your account for ${ISSUER}`),
    web,
    'identity-provider-missing',
    [ACCOUNT, ISSUER, 'sts.example.com', 'create-open-id-connect-provider'],
  ],
  [
    'an audience that is not listed',
    sdkError('InvalidIdentityToken', 'Incorrect token audience'),
    web,
    'incorrect-audience',
    ['sts.example.com', 'input audience'],
  ],
  [
    'an audience of GitHub that is not listed',
    sdkError('InvalidIdentityToken', 'Incorrect token audience'),
    {
      ...web,
      token: { claims: { ...claims, iss: 'https://token.actions.githubusercontent.com', repository_owner: 'octo' } },
    },
    'incorrect-audience',
    ["GitHub's own default, if it lists that, is https://github.com/octo."],
  ],
  ...['your identity provider, please reference', 'your identity provider,  please reference'].map((rest): Case => [
    `keys that could not be fetched from ${rest}`,
    sdkError('InvalidIdentityToken', `Couldn't retrieve verification key from ${rest} the documentation`),
    ofIssuer('https://idp.example.com/a'),
    'identity-provider-unreachable',
    ['for the moment', 'https://idp.example.com/a/.well-known/openid-configuration', 'Run the job again'],
  ]),
  [
    "GitHub's keys, which could not be fetched",
    sdkError('IDPCommunicationError'),
    ofIssuer('https://token.actions.githubusercontent.com'),
    'identity-provider-unreachable',
    ["Fix: Run the job again. If it fails again, see GitHub's and AWS's status pages."],
  ],
  [
    'a certificate that is not trusted',
    sdkError('InvalidIdentityToken', "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint"),
    web,
    'identity-provider-unreachable',
    [ISSUER, 'update-open-id-connect-provider-thumbprint'],
  ],
  [
    'a token without what AWS requires',
    sdkError('InvalidIdentityToken', 'Missing a required claim: sub'),
    web,
    'invalid-id-token',
    ['requires: sub.'],
  ],
  [
    'a token that is not accepted',
    sdkError('InvalidIdentityToken', 'The web identity token that was passed could not be validated by AWS.'),
    web,
    'invalid-id-token',
    [ISSUER],
  ],
  [
    'what is no token',
    sdkError(
      'InvalidIdentityToken',
      'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)',
    ),
    noJwt,
    'invalid-id-token',
    ['no JSON Web Token', 'web-identity-token-file', 'ACTIONS_ID_TOKEN_REQUEST_TOKEN'],
  ],
  ['what is no token, by its code alone', sdkError('AccessDenied'), noJwt, 'invalid-id-token', ['no JSON Web Token']],
  ['a claim that is rejected', sdkError('IDPRejectedClaim'), web, 'invalid-id-token', [ISSUER]],
  [
    'a token that is over',
    sdkError('ExpiredTokenException'),
    web,
    'web-identity-expired',
    ['web-identity-token-file', 'clock'],
  ],
  ['a provider out of reach', sdkError('IDPCommunicationError'), web, 'identity-provider-unreachable', [ISSUER]],
  ['a wrong MFA code', sdkError('AccessDenied', wrongCode), signed, 'mfa-code-refused', ['mfa-secret', 'mfa-serial']],
  [
    'a wrong MFA code with a clock half a minute off',
    sdkError('AccessDenied', wrongCode, { date: minutesAgo(0.4) }),
    signed,
    'mfa-code-refused',
    ['used before'],
  ],
  [
    'an MFA code of a clock ahead',
    sdkError('AccessDenied', wrongCode, { date: minutesAgo(1) }),
    signed,
    'clock-skew',
    ['60 seconds ahead', 'NTP'],
  ],
  [
    'an MFA code of a clock behind',
    sdkError('AccessDenied', wrongCode, { date: minutesAgo(-3) }),
    plain,
    'clock-skew',
    ['3 minutes behind'],
  ],
  ['an unknown MFA device', sdkError('AccessDenied', unableToValidate), signed, 'mfa-device-unknown', ['mfa-serial']],
  [
    'a session where there must be a user',
    sdkError('AccessDenied', 'Cannot call GetFederationToken with session credentials'),
    federation,
    'temporary-source',
    ['access keys', 'OIDC'],
  ],
  [
    'federation refused',
    sdkError('AccessDenied', denied('sts:GetFederationToken')),
    federation,
    'federation-refused',
    ['"sts:GetFederationToken"'],
  ],
  [
    'federation refused by a policy that AWS names',
    sdkError('AccessDenied', `${denied('sts:GetFederationToken')} with an explicit deny in an identity-based policy`),
    federation,
    'federation-refused',
    ['An identity-based policy denies "sts:GetFederationToken"', 'This call cannot prove MFA'],
  ],
  [
    'tags of a federated session refused',
    sdkError('AccessDenied', denied('sts:TagSession')),
    federation,
    'session-tagging-refused',
    ['"sts:TagSession"', 'custom-tags'],
  ],
  [
    'tags of a role session refused',
    sdkError('AccessDenied', denied('sts:TagSession')),
    signed,
    'session-tagging-refused',
    ['"sts:TagSession"', ROLE, 'role-skip-session-tagging: true'],
  ],
  [
    'tags of a role session refused by a policy that AWS names',
    sdkError('AccessDenied', `${denied('sts:TagSession')} with an explicit deny in a service control policy`),
    signed,
    'session-tagging-refused',
    ['A service control policy denies "sts:TagSession"', 'Or set role-skip-session-tagging: true.'],
  ],
  [
    'inherited tags refused',
    sdkError('AccessDenied', denied('sts:TagSession')),
    full({ tagged: false, narrowed: false, named: false }),
    'session-tagging-refused',
    ['inherits', ROLE, 'EKS Pod Identity', 'disableSessionTags'],
  ],
  [
    'a role refused',
    sdkError('AccessDenied', denied('sts:AssumeRole')),
    signed,
    'role-refused',
    [
      'Its trust policy does not allow the caller',
      `Check the ARN of the role. Name ${user} (or its role) as principal in the trust policy of ${ROLE}, `,
      'role-external-id',
      `allow "sts:AssumeRole" on ${ROLE} in a policy of the caller. If a policy asks for MFA`,
      'mfa-secret',
    ],
  ],
  [
    "a role refused by the caller's own policies",
    sdkError('AccessDenied', `${denied('sts:AssumeRole')} because no identity-based policy allows the action`),
    signed,
    'role-refused',
    [`Allow "sts:AssumeRole" on ${ROLE} in the policies of ${user}`, 'If a policy asks for MFA'],
  ],
  [
    'a role refused by the organization',
    sdkError('AccessDenied', `${denied('sts:AssumeRole')} with an explicit deny in a service control policy`),
    signed,
    'role-refused',
    ['A service control policy denies "sts:AssumeRole", and so no other policy can allow it.'],
  ],
  [
    'a role refused by its trust policy',
    sdkError(
      'AccessDenied',
      `User: ${user} is not authorized to perform: sts:AssumeRole because no role trust policy allows the sts:AssumeRole action`,
    ),
    signed,
    'role-refused',
    [`in the trust policy of the role, with ${user} (or its role) as principal`, 'role-external-id'],
  ],
  [
    "an account's root user",
    sdkError('AccessDenied', 'Roles may not be assumed by root accounts.'),
    signed,
    'role-refused',
    ["an account's root user", "Delete the root user's access keys"],
  ],
  [
    'a role refused in words that name nobody',
    sdkError('AccessDenied', 'Not authorized.'),
    signed,
    'role-refused',
    ['Name the caller (or its role) as principal'],
  ],
  ['a session too long', sdkError('ValidationError', tooLong), signed, 'session-too-long', ['7200', ROLE]],
  ['a web session too long', sdkError('ValidationError', tooLong), web, 'session-too-long', ['7200', ROLE]],
  [
    'a session too long for a chain',
    sdkError('ValidationError', tooLongForChain),
    signed,
    'session-too-long-for-chain',
    ['7200', '3600'],
  ],
  [
    'a session of an hour that is said to be too long for a chain',
    sdkError('ValidationError', tooLongForChain),
    { ...signed, duration: 3600 },
    'session-too-long-for-chain',
    ['role-duration-seconds is 3600', 'Set role-duration-seconds to less, such as 900'],
  ],
  [
    'policies too large',
    sdkError('PackedPolicyTooLargeException'),
    full({ tagged: false, narrowed: true, named: false }, web),
    'packed-policy-too-large',
    ['inline-session-policy', 'tags into the token'],
  ],
  [
    'policies and tags too large',
    sdkError('PackedPolicyTooLargeException'),
    full({ tagged: true, narrowed: true, named: false }),
    'packed-policy-too-large',
    ['inline-session-policy', 'role-skip-session-tagging: true', 'transitive-tag-keys'],
  ],
  [
    'tags too large that the session inherits',
    sdkError('PackedPolicyTooLarge', 'Serialized token too large for session'),
    full({ tagged: false, narrowed: false, named: false }),
    'packed-policy-too-large',
    ['inherits', 'Fix: Or let', 'EKS Pod Identity'],
  ],
  [
    'tags of a federated session too large',
    sdkError('PackedPolicyTooLarge', 'Packed size of session tags consumes 138% of allotted space.'),
    full({ tagged: true, narrowed: false, named: false }, federation),
    'packed-policy-too-large',
    ['Fix: Shorten or omit custom-tags.'],
  ],
  [
    'a malformed policy',
    sdkError('MalformedPolicyDocumentException'),
    plain,
    'session-policy-malformed',
    ['inline-session-policy'],
  ],
  ['a refusal without role or federation', sdkError('AccessDenied'), plain, 'access-denied', ['AccessDenied: no']],
];

test.each(refusals)('%s', (_, error, call, code, names) => {
  const explained = explainSts(error, call);
  expect(explained).toBeInstanceOf(ActionError);
  expect(explained.code).toBe(code);
  expect(explained.cause).toBe(error);
  expect(explained.message).toMatch(/^Could not ask STS\.\n/);
  expectWhole(explained);
  for (const name of names) expect(explained.message).toContain(name);
  expect(explained.message).not.toContain('undefined');
});

test.each(refusals)("AWS's own words are reported: %s", (_, error, call) => {
  const { message } = error as Error;
  expect(explainSts(error, call).message).toContain(`: ${message}`.trimEnd());
});

test('a person who signed in is trusted by a condition, as the page has it', () => {
  const person = 'arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/mona@example.com';
  const words = denied('sts:AssumeRole').replace(/arn:\S+user\/ci/, person);
  const { message } = explainSts(sdkError('AccessDenied', words), signed);
  expect(message).toContain(
    'To trust whoever has the permission set Admin: allow "sts:AssumeRole" and "sts:TagSession"',
  );
  expect(message).toContain('to the principal arn:aws:iam::111122223333:root under this condition:');
  expect(message).toContain('"arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_*",');
  expect(message).toContain('"arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Admin_*"');
  expect(message).not.toContain('mfa-');
  const named = sdkError('AccessDenied', `${words} because no role trust policy allows the action`);
  expect(explainSts(named, signed).message).toContain('AWSReservedSSO_Admin_*');
});

test('MFA is not suggested to the session of a role, which can prove none', () => {
  const words = denied('sts:AssumeRole').replace(/arn:\S+user\/ci/, 'arn:aws:sts::123456789012:assumed-role/entry/ci');
  const { message } = explainSts(sdkError('AccessDenied', words), signed);
  expect(message).toContain('the session of a role cannot prove it');
  expect(message).not.toContain('mfa-');
});

test('MFA is suggested only where none was proved', () => {
  const refused = sdkError('AccessDenied', denied('sts:AssumeRole'));
  expect(explainSts(refused, { ...signed, mfa: true }).message).toMatch(/ in a policy of the caller\.$/);
  const named = sdkError('AccessDenied', `${denied('sts:AssumeRole')} because no session policy allows the action`);
  expect(explainSts(named, signed).message).toContain('give mfa-secret or mfa-code');
  expect(explainSts(named, { ...signed, mfa: true }).message).not.toContain('mfa');
});

test.each(refusals.filter(([, , call]) => call.token?.claims))('a refused token is not shown: %s', (_, error, call) => {
  const secret = 'eyJhbGciOiJSUzI1NiJ9.eyJqdGkiOiJzZWNyZXQifQ.c2lnbmF0dXJl';
  const token = { claims: { ...call.token?.claims, jti: 'secret-jti', raw: secret, head_ref: 'hidden' } };
  const { message } = explainSts(error, { ...call, token });
  for (const hidden of [secret, 'secret-jti', 'hidden']) expect(message).not.toContain(hidden);
});

test.each<[what: string, error: unknown, code: ErrorCode, names: string]>([
  ['keys that AWS does not know', sdkError('InvalidClientTokenId'), 'invalid-credentials', 'does not know'],
  ['too many calls', sdkError('Throttling'), 'throttled', 'retry-max-attempts'],
  ['a page instead of AWS', unreadable(200), 'unusual-answer', 'Check sts-endpoint'],
])('%s: as with every service', (_, error, code, names) => {
  for (const call of [plain, signed, web]) {
    expect(explainSts(error, call)).toMatchObject({ code, message: expect.stringContaining(names) as string });
  }
});

test.each([sdkError('InvalidClientTokenId', 'unknown'), sdkError('Throttling'), unreadable(200)])(
  'whatever happens to a new key, it is not accepted: %s',
  (error) => {
    const explained = explainSts(error, { ...plain, newKey: true });
    expect(explained.code).toBe('access-key-not-accepted');
    expect(explained.message).toContain(`Answer: ${error.message}\n`);
    expect(explained.cause).toBe(error);
    expectWhole(explained);
  },
);

test('an error that is explained already stays as it is', () => {
  const error = new ActionError({ code: 'no-credentials', tried: 'start', fix: 'Give some.' });
  expect(explainSts(error, signed)).toBe(error);
});

test.each([
  ['its refusal', sdkError('AccessDenied', wrongCode), true],
  ['the refusal of a device', sdkError('AccessDenied', unableToValidate), false],
  ['the words alone', sdkError('Other', wrongCode), false],
])('a refused MFA code, by %s', (_, error, refused) => {
  expect(isMfaCodeRefusal(refusalIn(error))).toBe(refused);
});

test.each<[words: string, call: StsCall]>([
  [unableToValidate, signed],
  ['Cannot call GetFederationToken with session credentials', signed],
  [denied('sts:GetFederationToken'), federation],
  [denied('sts:TagSession'), signed],
  [denied('sts:SetSourceIdentity'), signed],
  [denied('sts:AssumeRole'), signed],
  ['No OpenIDConnect provider found in your account', web],
  ['Incorrect token audience', web],
])('words say nothing together with a code that is not theirs: %s', (words, call) => {
  expect(explainSts(sdkError('Other', words), call).code).toBe('unexpected');
});

test('a source identity may be refused where no role is known', () => {
  expect(explainSts(sdkError('AccessDenied', denied('sts:SetSourceIdentity')), plain).code).toBe('access-denied');
});

test("how far this machine's clock is ahead of AWS's", () => {
  expect(skewIn(refusalIn(sdkError('X', 'no', { date: minutesAgo(2) })))).toBe(120_000);
  expect(skewIn(refusalIn(sdkError('X', 'no', { date: minutesAgo(-2) })))).toBe(-120_000);
  expect(skewIn(refusalIn(sdkError('X')))).toBe(0);
});
