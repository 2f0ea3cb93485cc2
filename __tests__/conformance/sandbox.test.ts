import { Secret, TOTP } from 'otpauth';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox';
import { query, textOf, type QueryAnswer, type QueryParameters } from '../sandbox/query';
import { listBuckets } from '../sandbox/s3-client';
import { allow, trust, type Keys } from '../sandbox/sts-client';
import { ACCOUNT } from '../scenarios/scenario';
import { iamArn } from './aws-account';
import type { UserKeys } from './local-aws';
import { Moto } from './moto';

/** What earlier answers said, for later calls. */
type Known = Readonly<Record<'keyId' | 'seed', string>>;

interface Call {
  /** What the call is, apart from its operation. */
  readonly what?: string;
  readonly service?: 'sts';
  /** Who signs; the administrator if omitted. */
  readonly as?: 'nobody' | 'wrong secret' | 'unknown key' | 'wrong token';
  readonly params: QueryParameters | ((known: Known) => QueryParameters);
  /** The error code with which AWS refuses, by its documentation; nothing where it does not. */
  readonly refused?: string;
  /** How moto answers instead, and why that is not AWS's answer. */
  readonly moto?: string;
}

/** Elements of answers that one of the two has and the other has not, and why. */
const ONE_SIDED: Readonly<Record<string, string>> = {
  'sandbox: IsTruncated': 'moto leaves it out of some lists, where AWS always has it',
  'sandbox: PermissionsBoundaryUsageCount': 'moto does not count boundaries',
  'moto: PolicyVersion/Document': 'AWS tells the document in GetPolicyVersion only',
  'moto: Versions/member/Document': 'AWS tells the document in GetPolicyVersion only',
  'moto: VirtualMFADevices/member/Base32StringSeed': 'AWS tells the seed once, when the device is made',
  'moto: QRCodePNG': 'the sandbox draws no QR code: nothing reads it',
  'moto: PackedPolicySize': 'the sandbox has it, as AWS documents it, of policies and tags that are passed',
};

const document = JSON.stringify(allow('s3:ListAllMyBuckets'));
const trustPolicy = JSON.stringify(trust([iamArn('user/admin')]));
const policy = iamArn('policy/p');
const role = iamArn('role/r');
const provider = iamArn('oidc-provider/token.actions.githubusercontent.com');
const administrator = 'arn:aws:iam::aws:policy/AdministratorAccess';
const device = iamArn('mfa/mona');
const tag = { 'Tags.member.1.Key': 'team', 'Tags.member.1.Value': 'platform' };
const mona = { UserName: 'mona' };
const noUser = { UserName: 'not-there' };
const SIGNERS = {
  nobody: 'by a user without permissions',
  'wrong secret': 'signed with a wrong secret',
  'unknown key': 'signed with an unknown key',
  'wrong token': 'with a session token that is none',
};
const NOT_CHECKED = 'does not check it';

const codes = (seed: string) => {
  const totp = new TOTP({ secret: Secret.fromBase32(seed) });
  return {
    AuthenticationCode1: totp.generate({ timestamp: Date.now() - 30_000 }),
    AuthenticationCode2: totp.generate(),
  };
};

/** What AWS's errors consist of. */
const ERROR = new Set([
  'ErrorResponse/Error/Type',
  'ErrorResponse/Error/Code',
  'ErrorResponse/Error/Message',
  'ErrorResponse/RequestId',
]);

/** In this order, as later ones are about what earlier ones made. */
const CALLS: readonly Call[] = [
  { service: 'sts', params: { Action: 'GetCallerIdentity' } },
  { service: 'sts', as: 'nobody', params: { Action: 'GetCallerIdentity' } },
  { service: 'sts', as: 'wrong secret', params: { Action: 'GetCallerIdentity' }, refused: 'SignatureDoesNotMatch' },
  { service: 'sts', as: 'unknown key', params: { Action: 'GetCallerIdentity' }, refused: 'InvalidClientTokenId' },
  { service: 'sts', as: 'wrong token', params: { Action: 'GetCallerIdentity' }, refused: 'InvalidClientTokenId' },
  { as: 'wrong secret', params: { Action: 'ListUsers' }, refused: 'SignatureDoesNotMatch' },
  { as: 'unknown key', params: { Action: 'ListUsers' }, refused: 'InvalidClientTokenId' },
  { as: 'nobody', params: { Action: 'ListUsers' }, refused: 'AccessDenied' },
  { as: 'nobody', params: { Action: 'CreateUser', ...mona }, refused: 'AccessDenied' },
  { params: { Action: 'NoSuchOperation' }, refused: 'InvalidAction', moto: 'ends with status 500' },

  { params: { Action: 'GetUser', ...mona }, refused: 'NoSuchEntity' },
  { params: { Action: 'CreateUser', ...mona, Path: '/machine/', ...tag } },
  { what: 'again', params: { Action: 'CreateUser', ...mona }, refused: 'EntityAlreadyExists' },
  {
    what: 'in another case',
    params: { Action: 'CreateUser', UserName: 'MONA' },
    refused: 'EntityAlreadyExists',
    moto: 'lets names differ by case alone',
  },
  {
    what: 'with a space in its name',
    params: { Action: 'CreateUser', UserName: 'mo na' },
    refused: 'ValidationError',
    moto: NOT_CHECKED,
  },
  {
    what: 'with a path that is none',
    params: { Action: 'CreateUser', UserName: 'hana', Path: 'machine' },
    refused: 'ValidationError',
    moto: NOT_CHECKED,
  },
  { params: { Action: 'GetUser', ...mona } },
  { what: 'of the caller', params: { Action: 'GetUser' } },
  { params: { Action: 'ListUsers' } },
  { params: { Action: 'TagUser', ...mona, 'Tags.member.1.Key': 'a', 'Tags.member.1.Value': 'b' } },
  { what: 'that is not there', params: { Action: 'TagUser', ...noUser, ...tag }, refused: 'NoSuchEntity' },
  { params: { Action: 'ListUserTags', ...mona } },
  { what: 'that is not there', params: { Action: 'ListUserTags', ...noUser }, refused: 'NoSuchEntity' },
  { params: { Action: 'UntagUser', ...mona, 'TagKeys.member.1': 'a' } },

  { params: { Action: 'CreatePolicy', PolicyName: 'p', PolicyDocument: document, Description: 'd', ...tag } },
  {
    what: 'again',
    params: { Action: 'CreatePolicy', PolicyName: 'p', PolicyDocument: document },
    refused: 'EntityAlreadyExists',
  },
  {
    what: 'that is no JSON',
    params: { Action: 'CreatePolicy', PolicyName: 'q', PolicyDocument: '{' },
    refused: 'MalformedPolicyDocument',
  },
  {
    what: 'with an effect that is none',
    params: {
      Action: 'CreatePolicy',
      PolicyName: 'q',
      PolicyDocument: document.replace('"Allow"', '"Maybe"'),
    },
    refused: 'MalformedPolicyDocument',
  },
  { params: { Action: 'GetPolicy', PolicyArn: policy } },
  { params: { Action: 'GetPolicy', PolicyArn: iamArn('policy/not-there') }, refused: 'NoSuchEntity' },
  {
    what: 'whose ARN is none',
    params: { Action: 'GetPolicy', PolicyArn: 'p' },
    refused: 'ValidationError',
    moto: 'finds no such policy',
  },
  { params: { Action: 'ListPolicies', Scope: 'Local' } },
  {
    params: { Action: 'CreatePolicyVersion', PolicyArn: policy, PolicyDocument: document, SetAsDefault: 'true' },
  },
  { params: { Action: 'GetPolicyVersion', PolicyArn: policy, VersionId: 'v2' } },
  { params: { Action: 'GetPolicyVersion', PolicyArn: policy, VersionId: 'v9' }, refused: 'NoSuchEntity' },
  { params: { Action: 'ListPolicyVersions', PolicyArn: policy } },
  {
    what: 'that is the default',
    params: { Action: 'DeletePolicyVersion', PolicyArn: policy, VersionId: 'v2' },
    refused: 'DeleteConflict',
  },
  { params: { Action: 'DeletePolicyVersion', PolicyArn: policy, VersionId: 'v1' } },

  { params: { Action: 'AttachUserPolicy', ...mona, PolicyArn: policy } },
  { what: 'of AWS', params: { Action: 'AttachUserPolicy', ...mona, PolicyArn: administrator } },
  {
    what: 'that is not there',
    params: { Action: 'AttachUserPolicy', ...mona, PolicyArn: iamArn('policy/not-there') },
    refused: 'NoSuchEntity',
  },
  {
    what: 'to a user that is not there',
    params: { Action: 'AttachUserPolicy', ...noUser, PolicyArn: policy },
    refused: 'NoSuchEntity',
  },
  { params: { Action: 'ListAttachedUserPolicies', ...mona } },
  { params: { Action: 'ListEntitiesForPolicy', PolicyArn: policy } },
  { params: { Action: 'PutUserPolicy', ...mona, PolicyName: 'in', PolicyDocument: document } },
  {
    what: 'without a statement',
    params: { Action: 'PutUserPolicy', ...mona, PolicyName: 'in', PolicyDocument: '{}' },
    refused: 'MalformedPolicyDocument',
  },
  {
    what: 'of a user that is not there',
    params: { Action: 'PutUserPolicy', ...noUser, PolicyName: 'in', PolicyDocument: document },
    refused: 'NoSuchEntity',
  },
  { params: { Action: 'GetUserPolicy', ...mona, PolicyName: 'in' } },
  { params: { Action: 'GetUserPolicy', ...mona, PolicyName: 'not-there' }, refused: 'NoSuchEntity' },
  { params: { Action: 'ListUserPolicies', ...mona } },

  { params: { Action: 'CreateAccessKey', ...mona } },
  { what: 'the second', params: { Action: 'CreateAccessKey', ...mona } },
  { what: 'the third', params: { Action: 'CreateAccessKey', ...mona }, refused: 'LimitExceeded' },
  { params: { Action: 'CreateAccessKey', ...noUser }, refused: 'NoSuchEntity' },
  { params: { Action: 'ListAccessKeys', ...mona } },
  { params: { Action: 'ListAccessKeys', ...noUser }, refused: 'NoSuchEntity' },
  { params: ({ keyId }) => ({ Action: 'UpdateAccessKey', ...mona, AccessKeyId: keyId, Status: 'Inactive' }) },
  {
    what: 'to a status that is none',
    params: ({ keyId }) => ({ Action: 'UpdateAccessKey', ...mona, AccessKeyId: keyId, Status: 'Asleep' }),
    refused: 'ValidationError',
    moto: NOT_CHECKED,
  },
  {
    what: 'that is not there',
    params: { Action: 'UpdateAccessKey', ...mona, AccessKeyId: 'AKIAI44QH8DHBEXAMPLE', Status: 'Active' },
    refused: 'NoSuchEntity',
  },
  { params: ({ keyId }) => ({ Action: 'GetAccessKeyLastUsed', AccessKeyId: keyId }) },
  { what: 'that has all that', params: { Action: 'DeleteUser', ...mona }, refused: 'DeleteConflict' },

  { params: { Action: 'CreateVirtualMFADevice', VirtualMFADeviceName: 'mona' } },
  {
    what: 'again',
    params: { Action: 'CreateVirtualMFADevice', VirtualMFADeviceName: 'mona' },
    refused: 'EntityAlreadyExists',
  },
  { params: { Action: 'ListVirtualMFADevices' } },
  {
    what: 'that is not there',
    params: ({ seed }) => ({
      Action: 'EnableMFADevice',
      ...mona,
      SerialNumber: iamArn('mfa/not-there'),
      ...codes(seed),
    }),
    refused: 'NoSuchEntity',
    moto: NOT_CHECKED,
  },
  {
    what: 'with wrong codes',
    params: {
      Action: 'EnableMFADevice',
      UserName: 'admin',
      SerialNumber: device,
      AuthenticationCode1: '000000',
      AuthenticationCode2: '000001',
    },
    refused: 'InvalidAuthenticationCode',
    moto: NOT_CHECKED,
  },
  {
    what: 'of a user that is not there',
    params: ({ seed }) => ({ Action: 'EnableMFADevice', ...noUser, SerialNumber: device, ...codes(seed) }),
    refused: 'NoSuchEntity',
  },
  { params: ({ seed }) => ({ Action: 'EnableMFADevice', ...mona, SerialNumber: device, ...codes(seed) }) },
  { params: { Action: 'ListMFADevices', ...mona } },
  { params: { Action: 'ListMFADevices', ...noUser }, refused: 'NoSuchEntity' },
  { params: { Action: 'DeactivateMFADevice', ...mona, SerialNumber: device } },
  {
    what: 'that is not enabled',
    params: { Action: 'DeactivateMFADevice', ...mona, SerialNumber: device },
    refused: 'NoSuchEntity',
  },
  { params: { Action: 'DeleteVirtualMFADevice', SerialNumber: device } },
  {
    what: 'again',
    params: { Action: 'DeleteVirtualMFADevice', SerialNumber: device },
    refused: 'NoSuchEntity',
  },

  { params: { Action: 'GetLoginProfile', ...mona }, refused: 'NoSuchEntity' },
  { params: { Action: 'CreateLoginProfile', ...mona, Password: 'correct Horse battery 5taple!' } },
  { params: { Action: 'GetLoginProfile', ...mona } },
  { params: { Action: 'DeleteLoginProfile', ...mona } },
  { params: { Action: 'ListSigningCertificates', ...mona } },
  { params: { Action: 'ListSSHPublicKeys', ...mona } },
  { params: { Action: 'CreateGroup', GroupName: 'g' } },
  { params: { Action: 'AddUserToGroup', GroupName: 'g', ...mona } },
  { params: { Action: 'ListGroupsForUser', ...mona } },
  { params: { Action: 'ListGroups' } },
  { params: { Action: 'RemoveUserFromGroup', GroupName: 'g', ...mona } },
  { params: { Action: 'DeleteGroup', GroupName: 'g' } },
  { what: 'again', params: { Action: 'DeleteGroup', GroupName: 'g' }, refused: 'NoSuchEntity' },

  {
    params: {
      Action: 'CreateRole',
      RoleName: 'r',
      AssumeRolePolicyDocument: trustPolicy,
      Description: 'd',
      MaxSessionDuration: '7200',
      PermissionsBoundary: policy,
      ...tag,
    },
  },
  {
    what: 'again',
    params: { Action: 'CreateRole', RoleName: 'r', AssumeRolePolicyDocument: trustPolicy },
    refused: 'EntityAlreadyExists',
  },
  {
    what: 'with a trust policy that is no JSON',
    params: { Action: 'CreateRole', RoleName: 'r-1', AssumeRolePolicyDocument: '{' },
    refused: 'MalformedPolicyDocument',
    moto: NOT_CHECKED,
  },
  {
    what: 'with sessions of a minute',
    params: {
      Action: 'CreateRole',
      RoleName: 'r-2',
      AssumeRolePolicyDocument: trustPolicy,
      MaxSessionDuration: '60',
    },
    refused: 'ValidationError',
    moto: NOT_CHECKED,
  },
  { params: { Action: 'GetRole', RoleName: 'r' } },
  { params: { Action: 'GetRole', RoleName: 'not-there' }, refused: 'NoSuchEntity' },
  { params: { Action: 'ListRoles' } },
  { params: { Action: 'UpdateRole', RoleName: 'r', MaxSessionDuration: '3600' } },
  { params: { Action: 'UpdateAssumeRolePolicy', RoleName: 'r', PolicyDocument: trustPolicy } },
  {
    what: 'of a role that is not there',
    params: { Action: 'UpdateAssumeRolePolicy', RoleName: 'not-there', PolicyDocument: trustPolicy },
    refused: 'NoSuchEntity',
  },
  { params: { Action: 'TagRole', RoleName: 'r', 'Tags.member.1.Key': 'a', 'Tags.member.1.Value': 'b' } },
  { params: { Action: 'ListRoleTags', RoleName: 'r' } },
  { params: { Action: 'UntagRole', RoleName: 'r', 'TagKeys.member.1': 'a' } },
  { params: { Action: 'PutRolePolicy', RoleName: 'r', PolicyName: 'in', PolicyDocument: document } },
  { params: { Action: 'GetRolePolicy', RoleName: 'r', PolicyName: 'in' } },
  { params: { Action: 'GetRolePolicy', RoleName: 'r', PolicyName: 'not-there' }, refused: 'NoSuchEntity' },
  { params: { Action: 'ListRolePolicies', RoleName: 'r' } },
  { params: { Action: 'AttachRolePolicy', RoleName: 'r', PolicyArn: policy } },
  { params: { Action: 'ListAttachedRolePolicies', RoleName: 'r' } },
  { params: { Action: 'ListInstanceProfilesForRole', RoleName: 'r' } },
  { params: { Action: 'DeleteRolePermissionsBoundary', RoleName: 'r' } },
  { params: { Action: 'PutRolePermissionsBoundary', RoleName: 'r', PermissionsBoundary: policy } },
  { what: 'that has all that', params: { Action: 'DeleteRole', RoleName: 'r' }, refused: 'DeleteConflict' },

  { service: 'sts', params: { Action: 'AssumeRole', RoleArn: role, RoleSessionName: 'session' } },
  {
    service: 'sts',
    as: 'nobody',
    params: { Action: 'AssumeRole', RoleArn: role, RoleSessionName: 'session' },
    refused: 'AccessDenied',
  },
  {
    service: 'sts',
    what: 'that is not there',
    params: { Action: 'AssumeRole', RoleArn: iamArn('role/not-there'), RoleSessionName: 'session' },
    refused: 'AccessDenied',
    moto: 'gives sessions of roles that are not there',
  },
  {
    service: 'sts',
    what: 'with a name too long',
    params: { Action: 'AssumeRole', RoleArn: role, RoleSessionName: 's'.repeat(65) },
    refused: 'ValidationError',
  },
  {
    service: 'sts',
    what: 'with a name too short',
    params: { Action: 'AssumeRole', RoleArn: role, RoleSessionName: 's' },
    refused: 'ValidationError',
    moto: NOT_CHECKED,
  },
  {
    service: 'sts',
    what: 'for a minute',
    params: { Action: 'AssumeRole', RoleArn: role, RoleSessionName: 'session', DurationSeconds: '60' },
    refused: 'ValidationError',
    moto: NOT_CHECKED,
  },
  {
    service: 'sts',
    what: 'for longer than the role allows',
    params: { Action: 'AssumeRole', RoleArn: role, RoleSessionName: 'session', DurationSeconds: '7200' },
    refused: 'ValidationError',
    moto: NOT_CHECKED,
  },
  { service: 'sts', params: { Action: 'GetSessionToken' } },
  { service: 'sts', params: { Action: 'GetFederationToken', Name: 'bob' } },
  {
    service: 'sts',
    as: 'nobody',
    params: { Action: 'GetFederationToken', Name: 'bob' },
    refused: 'AccessDenied',
  },
  { service: 'sts', params: ({ keyId }) => ({ Action: 'GetAccessKeyInfo', AccessKeyId: keyId }) },

  { params: { Action: 'DeletePolicy', PolicyArn: iamArn('policy/not-there') }, refused: 'NoSuchEntity' },
  { params: { Action: 'DeleteRolePolicy', RoleName: 'r', PolicyName: 'in' } },
  { what: 'again', params: { Action: 'DeleteRolePolicy', RoleName: 'r', PolicyName: 'in' }, refused: 'NoSuchEntity' },
  { params: { Action: 'DetachRolePolicy', RoleName: 'r', PolicyArn: policy } },
  { what: 'again', params: { Action: 'DetachRolePolicy', RoleName: 'r', PolicyArn: policy }, refused: 'NoSuchEntity' },
  { params: { Action: 'DeleteRole', RoleName: 'r' } },
  { what: 'again', params: { Action: 'DeleteRole', RoleName: 'r' }, refused: 'NoSuchEntity' },

  { params: ({ keyId }) => ({ Action: 'DeleteAccessKey', ...mona, AccessKeyId: keyId }) },
  {
    what: 'again',
    params: ({ keyId }) => ({ Action: 'DeleteAccessKey', ...mona, AccessKeyId: keyId }),
    refused: 'NoSuchEntity',
  },
  { params: { Action: 'DeleteUserPolicy', ...mona, PolicyName: 'in' } },
  { what: 'again', params: { Action: 'DeleteUserPolicy', ...mona, PolicyName: 'in' }, refused: 'NoSuchEntity' },
  { params: { Action: 'DetachUserPolicy', ...mona, PolicyArn: administrator } },
  {
    what: 'that a user has',
    params: { Action: 'DeletePolicy', PolicyArn: policy },
    refused: 'DeleteConflict',
    moto: NOT_CHECKED,
  },

  {
    params: {
      Action: 'CreateOpenIDConnectProvider',
      Url: 'https://token.actions.githubusercontent.com',
      'ClientIDList.member.1': 'sts.amazonaws.com',
    },
  },
  {
    what: 'again',
    params: {
      Action: 'CreateOpenIDConnectProvider',
      Url: 'https://token.actions.githubusercontent.com',
      'ClientIDList.member.1': 'sts.amazonaws.com',
    },
    refused: 'EntityAlreadyExists',
  },
  {
    what: 'without TLS',
    params: { Action: 'CreateOpenIDConnectProvider', Url: 'http://example.org' },
    refused: 'ValidationError',
    moto: NOT_CHECKED,
  },
  { params: { Action: 'ListOpenIDConnectProviders' } },
  { params: { Action: 'GetOpenIDConnectProvider', OpenIDConnectProviderArn: provider } },
  {
    params: { Action: 'GetOpenIDConnectProvider', OpenIDConnectProviderArn: iamArn('oidc-provider/example.com') },
    refused: 'NoSuchEntity',
  },
  { params: { Action: 'TagOpenIDConnectProvider', OpenIDConnectProviderArn: provider, ...tag } },
  { params: { Action: 'DeleteOpenIDConnectProvider', OpenIDConnectProviderArn: provider } },
  {
    what: 'again',
    params: { Action: 'DeleteOpenIDConnectProvider', OpenIDConnectProviderArn: provider },
    refused: 'NoSuchEntity',
    moto: 'deletes what is not there, too',
  },
];

type Signers = Readonly<Record<'admin' | NonNullable<Call['as']>, Keys>>;

/** What one of the two answered to every call. */
async function answersOf(url: string, signers: Signers) {
  const answers: QueryAnswer[] = [];
  const known = { keyId: '', seed: '' };
  for (const { service = 'iam', as = 'admin', params } of CALLS) {
    const asked = typeof params === 'function' ? params(known) : params;
    const answer = await query(url, service, signers[as], asked);
    answers.push(answer);
    if (asked.Action === 'CreateAccessKey') known.keyId ||= textOf(answer.body, 'AccessKeyId') ?? '';
    if (asked.Action === 'CreateVirtualMFADevice') {
      known.seed ||= Buffer.from(textOf(answer.body, 'Base32StringSeed') ?? '', 'base64').toString('utf8');
    }
  }
  return answers;
}

async function refusalOf(answer: Response) {
  return { status: answer.status, code: textOf(await answer.text(), 'Code') };
}

function signersOf(admin: UserKeys, nobody: UserKeys): Signers {
  return {
    admin,
    nobody,
    'wrong secret': { ...admin, secretAccessKey: 'je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY' },
    'unknown key': { ...admin, accessKeyId: 'AKIAI44QH8DHBEXAMPLE' },
    'wrong token': {
      AccessKeyId: admin.accessKeyId,
      SecretAccessKey: admin.secretAccessKey,
      SessionToken: 'not-a-token',
      Expiration: undefined,
    },
  };
}

describe('the sandbox and moto answer alike', () => {
  let moto: Moto;
  let sandbox: Sandbox;
  let oursBy: Signers;
  let theirsBy: Signers;
  let here: QueryAnswer[] = [];
  let there: QueryAnswer[] = [];
  beforeAll(async () => {
    moto = await Moto.start({ managedPolicies: true });
    sandbox = await startSandbox();
    const account = sandbox.account(ACCOUNT);
    const admin = account.createUser('admin', { policies: [allow('*')] }).createAccessKey();
    oursBy = signersOf(admin, account.createUser('nobody').createAccessKey());
    const motoAdmin = await moto.reset();
    theirsBy = signersOf(motoAdmin, await moto.createUser('nobody', motoAdmin, []));
    here = await answersOf(sandbox.url, oursBy);
    there = await answersOf(moto.url, theirsBy);
  });
  afterAll(async () => {
    await sandbox.close();
    await moto.stop();
  });

  const oneSided = new Set<string>();

  test.each(CALLS.map((call, at) => ({ at, title: titleOf(call), ...call })))(
    '$title',
    ({ at, refused, moto: instead }) => {
      const [ours, theirs] = [here[at], there[at]];
      expect(ours?.code).toBe(refused);
      // In moto, errors take several forms.
      if (refused !== undefined) expect(ours?.elements).toEqual(ERROR);
      else expect(ours?.status).toBe(200);
      if (instead !== undefined) {
        // What is listed as a deviation must be one.
        expect([theirs?.status, theirs?.code]).not.toEqual([ours?.status, ours?.code]);
        return;
      }
      expect([theirs?.status, theirs?.code]).toEqual([ours?.status, ours?.code]);
      if (refused !== undefined) return;
      expect(unexplained('sandbox', ours, theirs)).toEqual([]);
      expect(unexplained('moto', theirs, ours)).toEqual([]);
    },
  );

  test('but for these elements, each of which is still one-sided', () => {
    expect([...oneSided].sort()).toEqual(Object.keys(ONE_SIDED).sort());
  });

  test.each([
    ['an administrator', 'admin', undefined],
    ['a user without permissions', 'nobody', 'AccessDenied'],
    ['a wrong secret', 'wrong secret', 'SignatureDoesNotMatch'],
    ['an unknown key', 'unknown key', 'InvalidAccessKeyId'],
  ] as const)('ListBuckets of S3, by %s', async (_, signer, refused) => {
    const answers = await Promise.all([
      listBuckets(sandbox.url, oursBy[signer]).then(refusalOf),
      listBuckets(moto.url, theirsBy[signer]).then(refusalOf),
    ]);
    const answer = { status: refused === undefined ? 200 : 403, code: refused };
    expect(answers).toEqual([answer, answer]);
  });

  /** Elements that only the one has, without those that are known as such. */
  function unexplained(
    who: 'sandbox' | 'moto',
    one: QueryAnswer | undefined,
    other: QueryAnswer | undefined,
  ): string[] {
    const alone = [...(one?.elements ?? [])].filter((path) => !other?.elements.has(path));
    return alone.filter((path) => {
      const known = Object.keys(ONE_SIDED).find((entry) => {
        const [side, element = ''] = entry.split(': ');
        return side === who && path.endsWith(`/${element}`);
      });
      if (known !== undefined) oneSided.add(known);
      return known === undefined;
    });
  }
});

function titleOf({ what, as, params, refused, moto: instead }: Call): string {
  const { Action } = typeof params === 'function' ? params({ keyId: '', seed: 'JBSWY3DPEHPK3PXP' }) : params;
  const whole = [Action, what, as && SIGNERS[as]].filter(Boolean).join(', ');
  return `${whole}: ${refused ?? 'done'}${instead === undefined ? '' : `, but moto ${instead}`}`;
}
