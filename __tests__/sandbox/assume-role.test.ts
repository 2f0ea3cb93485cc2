import { AssumeRoleCommand, GetCallerIdentityCommand, type AssumeRoleCommandInput } from '@aws-sdk/client-sts';
import type { AccessKey, Account, Role, RoleSettings, User } from '../../sandbox/accounts/account';
import type { PolicyDocument } from '../../sandbox/policy/document';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox';
import { allow, credentialsOf, deny, refusal, stsClient, trust, type Keys } from './sts-client';

let sandbox: Sandbox;
let home: Account;
let away: Account;
let user: User;
let key: AccessKey;
beforeEach(async () => {
  sandbox = await startSandbox();
  home = sandbox.account('123456789012');
  away = sandbox.account('210987654321');
  user = home.createUser('mona');
  key = user.createAccessKey();
});
afterEach(() => sandbox.close());

type Input = Partial<AssumeRoleCommandInput>;

function assume(role: Pick<Role, 'arn'>, input: Input = {}, keys: Keys = key) {
  const command = new AssumeRoleCommand({ RoleArn: role.arn, RoleSessionName: 'try', ...input });
  return stsClient(sandbox.url, keys).send(command);
}

function sessionOf(role: Role, input: Input = {}, keys?: Keys) {
  return credentialsOf(assume(role, input, keys));
}

/** A role that whoever is named may assume, tags and source identity included. */
function openRole(name: string, principal: string, settings: Partial<RoleSettings> = {}): Role {
  return home.createRole(name, { trust: trust(principal, {}, 'sts:*'), ...settings });
}

function notAuthorized(caller: string, action: string, role: string, reason = '') {
  const message = `User: ${caller} is not authorized to perform: ${action} on resource: ${role}${reason}`;
  return { status: 403, code: 'AccessDenied', message };
}

const noAllow = (kind: string) => ` because no ${kind} allows the sts:AssumeRole action`;

const conflict = {
  status: 400,
  code: 'InvalidParameterValue',
  message:
    "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the " +
    'calling session.',
};

describe('who may', () => {
  test('a user that the trust policy of its own account names needs nothing else', async () => {
    const role = openRole('deploy', user.arn, { path: '/ci/' });
    const answer = await assume(role, { DurationSeconds: 900 });
    expect(answer.AssumedRoleUser).toEqual({
      Arn: 'arn:aws:sts::123456789012:assumed-role/deploy/try',
      AssumedRoleId: `${role.id}:try`,
    });
    const lifetime = (answer.Credentials?.Expiration?.getTime() ?? 0) - sandbox.clock.now().getTime();
    expect(lifetime / 1000).toBeGreaterThan(890);
    expect(lifetime / 1000).toBeLessThanOrEqual(900);
    expect(answer).not.toHaveProperty('PackedPolicySize');
  });

  test('trust in the account leaves it to the policies of the user', async () => {
    const role = openRole('deploy', 'arn:aws:iam::123456789012:root');
    const reason = noAllow('identity-based policy');
    expect(await refusal(assume(role))).toEqual(notAuthorized(user.arn, 'sts:AssumeRole', role.arn, reason));
    const able = home.createUser('hubot', { policies: [allow('sts:AssumeRole', role.arn)] });
    await assume(role, {}, able.createAccessKey());
    const byId = openRole('by-id', '123456789012');
    expect((await refusal(assume(byId, {}, able.createAccessKey()))).code).toBe('AccessDenied');
  });

  test('across accounts both sides must agree', async () => {
    const named = away.createRole('named', { trust: trust(user.arn) });
    const reason = noAllow('identity-based policy');
    expect(await refusal(assume(named))).toEqual(notAuthorized(user.arn, 'sts:AssumeRole', named.arn, reason));
    const able = home.createUser('hubot', { policies: [allow('sts:AssumeRole')] });
    expect((await refusal(assume(named, {}, able.createAccessKey()))).code).toBe('AccessDenied');
    const open = away.createRole('open', { trust: trust(home.id) });
    await assume(open, {}, able.createAccessKey());
  });

  test('a deny wins, on either side', async () => {
    const deny: PolicyDocument = {
      Version: '2012-10-17',
      Statement: { Effect: 'Deny', Action: 'sts:*', Resource: '*' },
    };
    const denied = home.createUser('hubot', { policies: [allow('*'), deny] });
    const role = openRole('deploy', '*');
    expect((await refusal(assume(role, {}, denied.createAccessKey()))).code).toBe('AccessDenied');
    const guarded = home.createRole('guarded', {
      trust: {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' },
          { Effect: 'Deny', Principal: { AWS: home.id }, Action: 'sts:AssumeRole' },
        ],
      },
    });
    expect((await refusal(assume(guarded))).code).toBe('AccessDenied');
  });

  test('NotPrincipal denies everyone else', async () => {
    const hubot = home.createUser('hubot');
    const role = home.createRole('deploy', {
      trust: {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: { AWS: [user.arn, hubot.arn] }, Action: 'sts:AssumeRole' },
          { Effect: 'Deny', NotPrincipal: { AWS: user.arn }, Action: 'sts:AssumeRole' },
        ],
      },
    });
    await assume(role);
    expect((await refusal(assume(role, {}, hubot.createAccessKey()))).code).toBe('AccessDenied');
  });

  test('a role that does not exist is refused like one that may not be assumed', async () => {
    const arn = 'arn:aws:iam::123456789012:role/nobody';
    expect(await refusal(assume({ arn }))).toEqual(notAuthorized(user.arn, 'sts:AssumeRole', arn));
    openRole('in-path', user.arn, { path: '/ci/' });
    expect((await refusal(assume({ arn: 'arn:aws:iam::123456789012:role/in-path' }))).code).toBe('AccessDenied');
  });

  test('other partitions have their own ARNs', async () => {
    const china = sandbox.account('111122223333', { partition: 'aws-cn' });
    const chinese = china.createUser('mona');
    const role = china.createRole('deploy', { trust: trust(chinese.arn) });
    const answer = await assume(role, {}, chinese.createAccessKey());
    expect(answer.AssumedRoleUser?.Arn).toBe('arn:aws-cn:sts::111122223333:assumed-role/deploy/try');
  });

  test('trust may depend on the external id and the session name', async () => {
    const condition = { StringEquals: { 'sts:ExternalId': 'abc' }, StringLike: { 'sts:RoleSessionName': 'ci-*' } };
    const role = home.createRole('deploy', { trust: trust(user.arn, condition) });
    await assume(role, { ExternalId: 'abc', RoleSessionName: 'ci-1' });
    expect((await refusal(assume(role, { RoleSessionName: 'ci-1' }))).code).toBe('AccessDenied');
    expect((await refusal(assume(role, { ExternalId: 'abc', RoleSessionName: 'x1' }))).code).toBe('AccessDenied');
  });

  test('long-term keys carry no MFA key at all; role sessions say false', async () => {
    const unlessForced = home.createRole('unless-forced', {
      trust: trust('*', { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'true' } }),
    });
    await assume(unlessForced);
    const session = await sessionOf(openRole('first', user.arn));
    expect((await refusal(assume(unlessForced, {}, session))).code).toBe('AccessDenied');
  });

  test('an MFA device that AWS does not know is refused', async () => {
    const input = { SerialNumber: 'arn:aws:iam::123456789012:mfa/mona', TokenCode: '123456' };
    expect(await refusal(assume(openRole('deploy', user.arn), input))).toEqual({
      status: 403,
      code: 'AccessDenied',
      message:
        'MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid ' +
        'and associated with this user.',
    });
  });
});

describe('session tags and source identity', () => {
  const Tags = [{ Key: 'team', Value: 'platform' }];

  test('tags need sts:TagSession', async () => {
    const plain = home.createRole('plain', { trust: trust(user.arn) });
    expect(await refusal(assume(plain, { Tags }))).toEqual(notAuthorized(user.arn, 'sts:TagSession', plain.arn));
    expect(await assume(openRole('open', user.arn), { Tags })).toHaveProperty('PackedPolicySize', 2);
  });

  test('a source identity needs sts:SetSourceIdentity', async () => {
    const SourceIdentity = 'mona';
    const plain = home.createRole('plain', { trust: trust(user.arn) });
    expect(await refusal(assume(plain, { SourceIdentity }))).toEqual(
      notAuthorized(user.arn, 'sts:SetSourceIdentity', plain.arn),
    );
    expect((await assume(openRole('open', user.arn), { SourceIdentity })).SourceIdentity).toBe('mona');
  });

  test('trust may depend on the tags passed and on those of the caller', async () => {
    const wanted = { StringEquals: { 'aws:RequestTag/Team': 'platform' } };
    const role = home.createRole('deploy', { trust: trust(user.arn, wanted, 'sts:*') });
    await assume(role, { Tags });
    expect((await refusal(assume(role, { Tags: [{ Key: 'team', Value: 'other' }] }))).code).toBe('AccessDenied');

    const tagged = home.createUser('hubot', { tags: { team: 'platform' } });
    const byPrincipal = { StringEquals: { 'aws:PrincipalTag/team': 'platform' } };
    const forTagged = home.createRole('tagged', { trust: trust('*', byPrincipal) });
    await assume(forTagged, {}, tagged.createAccessKey());
    expect((await refusal(assume(forTagged))).code).toBe('AccessDenied');
  });

  test('transitive tags and the source identity go through a chain, other tags do not', async () => {
    const input = {
      Tags: [...Tags, { Key: 'step', Value: '1' }],
      TransitiveTagKeys: ['Team'],
      SourceIdentity: 'mona',
    };
    const first = await sessionOf(openRole('first', user.arn), input);
    const second = await sessionOf(openRole('second', '*'), {}, first);
    const sees = (condition: Parameters<typeof trust>[1]) =>
      assume(openRole('third', '*', { trust: trust('*', condition, 'sts:*') }), {}, second);
    await sees({
      StringEquals: { 'aws:PrincipalTag/team': 'platform', 'aws:SourceIdentity': 'mona' },
      Null: { 'aws:PrincipalTag/step': 'true' },
    });
    expect((await refusal(sees({ Null: { 'aws:PrincipalTag/team': 'true' } }))).code).toBe('AccessDenied');
  });

  test('a chain cannot replace what it was given', async () => {
    const input = { Tags, TransitiveTagKeys: ['team'], SourceIdentity: 'mona' };
    const first = await sessionOf(openRole('first', user.arn), input);
    const second = openRole('second', '*');
    const override = { Tags: [{ Key: 'TEAM', Value: 'other' }] };
    expect(await refusal(assume(second, override, first))).toEqual(conflict);
    expect((await refusal(assume(second, { SourceIdentity: 'hubot' }, first))).message).toMatch(/SetSourceIdentity/);
    const untagged = home.createRole('untagged', { trust: trust('*', {}, ['sts:AssumeRole']) });
    expect((await refusal(assume(untagged, {}, first))).message).toMatch(/sts:TagSession/);
  });

  test.each<[string, Input]>([
    [
      'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
      { Tags: [...Tags, { Key: 'TEAM', Value: 'x' }] },
    ],
    [
      'The specified transitive tag key must be included in the requested tags.',
      { Tags, TransitiveTagKeys: ['department'] },
    ],
  ])('%s', async (message, input) => {
    expect(await refusal(assume(openRole('deploy', user.arn), input))).toEqual({
      status: 400,
      code: 'InvalidParameterValue',
      message,
    });
  });
});

describe('session policies', () => {
  const Policy = (policy: PolicyDocument) => ({ Policy: JSON.stringify(policy) });

  test('narrow what the session may do', async () => {
    const first = openRole('first', user.arn, { policies: [allow('*')] });
    const second = openRole('second', home.id);
    await assume(second, {}, await sessionOf(first));
    await assume(second, {}, await sessionOf(first, Policy(allow('sts:*'))));
    const narrow = await sessionOf(first, Policy(allow('s3:*')));
    expect(await refusal(assume(second, {}, narrow))).toEqual(
      notAuthorized(
        'arn:aws:sts::123456789012:assumed-role/first/try',
        'sts:AssumeRole',
        second.arn,
        noAllow('session policy'),
      ),
    );
    const readOnly = await sessionOf(first, { PolicyArns: [{ arn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }] });
    expect((await refusal(assume(second, {}, readOnly))).code).toBe('AccessDenied');
    const admin = { PolicyArns: [{ arn: 'arn:aws:iam::aws:policy/AdministratorAccess' }] };
    await assume(second, {}, await sessionOf(first, admin));
  });

  test('do not narrow what a trust policy gives to the session itself', async () => {
    const narrow = await sessionOf(openRole('first', user.arn), Policy(allow('s3:*')));
    const byRole = openRole('by-role', 'arn:aws:iam::123456789012:role/first');
    expect((await refusal(assume(byRole, {}, narrow))).code).toBe('AccessDenied');
    await assume(openRole('by-session', 'arn:aws:sts::123456789012:assumed-role/first/try'), {}, narrow);
  });

  test.each([
    ['not JSON', '{', 'This policy contains invalid Json'],
    ['no statement', '{}', 'Syntax errors in policy.'],
    ['a misspelt effect', JSON.stringify(allow('*')).replace('Allow', 'allow'), 'Syntax errors in policy.'],
    ['a principal', JSON.stringify(trust('*')), 'Policy document should not specify a principal.'],
  ])('that are malformed are refused: %s', async (_, policy, message) => {
    expect(await refusal(assume(openRole('deploy', user.arn), { Policy: policy }))).toEqual({
      status: 400,
      code: 'MalformedPolicyDocument',
      message,
    });
  });

  test('that are too large once packed are refused', async () => {
    sandbox.settings.packedPolicyLimit = 50;
    const refused = await refusal(assume(openRole('deploy', user.arn), Policy(allow('s3:GetObject'))));
    expect(refused).toMatchObject({ status: 400, code: 'PackedPolicyTooLarge' });
    expect(refused.message).toMatch(/^Packed policy consumes 1\d\d% of allotted space, please use smaller policy\.$/);
  });
});

describe('what limits more than the caller', () => {
  const limits: [kind: string, limit: (policy: PolicyDocument) => void][] = [
    ['service control policy', (policy) => void (home.serviceControlPolicies = [policy])],
    ['resource control policy', (policy) => void (away.resourceControlPolicies = [policy])],
    ['VPC endpoint policy', (policy) => void (sandbox.settings.vpcEndpointPolicy = policy)],
  ];
  test.each(limits)('%s: it can deny, and must allow', async (kind, limit) => {
    user.policies = [allow('*')];
    const role = away.createRole('named', { trust: trust(user.arn) });
    limit(deny('sts:AssumeRole'));
    const denied = notAuthorized(user.arn, 'sts:AssumeRole', role.arn, ` with an explicit deny in a ${kind}`);
    expect(await refusal(assume(role))).toEqual(denied);
    limit(allow('s3:*'));
    expect(await refusal(assume(role))).toEqual(notAuthorized(user.arn, 'sts:AssumeRole', role.arn, noAllow(kind)));
    limit(allow('*'));
    await assume(role);
  });
});

describe('parameters', () => {
  const constraint = (value: string, name: string, rule: string) =>
    `1 validation error detected: Value '${value}' at '${name}' failed to satisfy constraint: Member must ${rule}`;
  const tags = (count: number) => Array.from({ length: count }, (_, index) => ({ Key: `k${index}`, Value: '' }));
  const managed = (name: string) => ({ arn: `arn:aws:iam::aws:policy/${name}` });
  const wordPattern = 'satisfy regular expression pattern: [\\w+=,.@-]*';

  test.each<[Input, string]>([
    [{ DurationSeconds: 12 }, constraint('12', 'durationSeconds', 'have value greater than or equal to 900')],
    [{ DurationSeconds: 43_201 }, constraint('43201', 'durationSeconds', 'have value less than or equal to 43200')],
    [{ RoleSessionName: 'a b' }, constraint('a b', 'roleSessionName', wordPattern)],
    [{ RoleSessionName: 'a' }, constraint('a', 'roleSessionName', 'have length greater than or equal to 2')],
    [{ ExternalId: 'a' }, constraint('a', 'externalId', 'have length greater than or equal to 2')],
    [{ SourceIdentity: 'a b' }, constraint('a b', 'sourceIdentity', wordPattern)],
    [{ RoleArn: 'short' }, constraint('short', 'roleArn', 'have length greater than or equal to 20')],
    [{ RoleArn: 'arn:aws:iam::12:role/deploy' }, 'arn:aws:iam::12:role/deploy is invalid'],
    [{ Policy: 'x'.repeat(2049) }, constraint('x'.repeat(2049), 'policy', 'have length less than or equal to 2048')],
    [
      { Tags: [{ Key: 'a*', Value: 'b' }] },
      constraint('a*', 'tags.1.member.key', 'satisfy regular expression pattern: [\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+'),
    ],
    [
      { Tags: [{ Key: 'a', Value: 'b'.repeat(257) }] },
      constraint('b'.repeat(257), 'tags.1.member.value', 'have length less than or equal to 256'),
    ],
    [
      { Tags: [{ Key: 'k'.repeat(129), Value: '' }] },
      constraint('k'.repeat(129), 'tags.1.member.key', 'have length less than or equal to 128'),
    ],
    [
      { Tags: tags(51) },
      constraint(
        `[${tags(51)
          .map(({ Key }) => Key)
          .join(', ')}]`,
        'tags',
        'have length less than or equal to 50',
      ),
    ],
    [
      { PolicyArns: Array.from({ length: 11 }, () => managed('ReadOnlyAccess')) },
      constraint(
        `[${Array.from({ length: 11 }, () => managed('ReadOnlyAccess').arn).join(', ')}]`,
        'policyArns',
        'have length less than or equal to 10',
      ),
    ],
  ])('%j is refused', async (input, message) => {
    const refused = await refusal(assume(openRole('deploy', user.arn), input));
    expect(refused).toEqual({ status: 400, code: 'ValidationError', message });
  });

  test('every problem is reported at once', async () => {
    const refused = await refusal(assume(openRole('deploy', user.arn), { DurationSeconds: 1, RoleSessionName: '*' }));
    expect(refused.message).toMatch(/^3 validation errors detected: .*'roleSessionName'.*; .*'durationSeconds'/);
  });

  test('what is missing is reported', async () => {
    const client = stsClient(sandbox.url, key);
    const refused = await refusal(client.send(new AssumeRoleCommand({ RoleArn: '', RoleSessionName: undefined })));
    expect(refused.message).toContain(
      "Value null at 'roleSessionName' failed to satisfy constraint: Member must not be null",
    );
  });

  test('50 tags are let through', async () => {
    await assume(openRole('deploy', user.arn), { Tags: tags(50) });
  });
});

describe('duration', () => {
  test('is limited by the role', async () => {
    const role = openRole('deploy', user.arn, { maxSessionDuration: 7200 });
    await assume(role, { DurationSeconds: 7200 });
    expect(await refusal(assume(role, { DurationSeconds: 7201 }))).toEqual({
      status: 400,
      code: 'ValidationError',
      message: 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    });
  });

  test('is limited to an hour in a chain', async () => {
    const first = await sessionOf(openRole('first', user.arn));
    const second = openRole('second', '*', { maxSessionDuration: 43_200 });
    await assume(second, { DurationSeconds: 3600 }, first);
    expect(await refusal(assume(second, { DurationSeconds: 3601 }, first))).toEqual({
      status: 400,
      code: 'ValidationError',
      message: 'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    });
  });
});

test('a chain tells who it is at its end', async () => {
  const first = await sessionOf(openRole('first', user.arn));
  const second = await sessionOf(openRole('second', 'arn:aws:iam::123456789012:role/first'), {}, first);
  const { Arn } = await stsClient(sandbox.url, second).send(new GetCallerIdentityCommand({}));
  expect(Arn).toBe('arn:aws:sts::123456789012:assumed-role/second/try');
});
