import {
  CreateLoginProfileCommand,
  CreateServiceSpecificCredentialCommand,
  DeleteLoginProfileCommand,
  DeleteServiceSpecificCredentialCommand,
  DeleteSigningCertificateCommand,
  DeleteSSHPublicKeyCommand,
  GetLoginProfileCommand,
  ListServiceSpecificCredentialsCommand,
  ListSigningCertificatesCommand,
  ListSSHPublicKeysCommand,
  UpdateLoginProfileCommand,
  UpdateSigningCertificateCommand,
  UploadSigningCertificateCommand,
  UploadSSHPublicKeyCommand,
} from '@aws-sdk/client-iam';
import type { Account, User } from '../../sandbox/accounts/account';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox';
import { iamClient } from './iam-client';
import { allow, refusal } from './sts-client';

const UserName = 'tfc';

let sandbox: Sandbox;
let account: Account;
let user: User;
let admin: User;
let iam: ReturnType<typeof iamClient>;
beforeEach(async () => {
  sandbox = await startSandbox();
  account = sandbox.account('123456789012');
  user = account.createUser(UserName);
  admin = account.createUser('admin', { policies: [allow('iam:*')] });
  iam = iamClient(sandbox.url, admin.createAccessKey());
});
afterEach(() => sandbox.close());

const pem = (content: string) => `-----BEGIN CERTIFICATE-----\n${content}\n-----END CERTIFICATE-----\n`;

describe('login profiles', () => {
  const password = 'Correct-horse-1';
  const create = (Password = password) =>
    iam.send(new CreateLoginProfileCommand({ UserName, Password, PasswordResetRequired: true }));
  const get = async () => (await iam.send(new GetLoginProfileCommand({ UserName }))).LoginProfile;
  const remove = () => iam.send(new DeleteLoginProfileCommand({ UserName }));
  const none = { status: 404, code: 'NoSuchEntity', message: 'Login Profile for User tfc cannot be found.' };

  test('made, read, changed, and deleted', async () => {
    const made = (await create()).LoginProfile;
    expect(made).toEqual({ UserName, CreateDate: expect.any(Date) as Date, PasswordResetRequired: true });
    expect(await get()).toEqual(made);
    await iam.send(new UpdateLoginProfileCommand({ UserName, PasswordResetRequired: false }));
    expect((await get())?.PasswordResetRequired).toBe(false);
    await remove();
    expect(await refusal(get())).toEqual(none);
    expect(await refusal(remove())).toEqual(none);
    const update = new UpdateLoginProfileCommand({ UserName, Password: password });
    expect(await refusal(iam.send(update))).toEqual(none);
  });

  test('one a user', async () => {
    user.createLoginProfile();
    expect(await refusal(create())).toEqual({
      status: 409,
      code: 'EntityAlreadyExists',
      message: 'Login Profile for user tfc already exists.',
    });
  });

  test.each([
    ['too short', 'Short-1'],
    ['of two kinds of characters', 'only-lower-case'],
    ['too long', 'Correct-horse-1'.repeat(9)],
  ])('a password that is %s is refused and not repeated', async (_, weak) => {
    const refused = await refusal(create(weak));
    expect(refused).toMatchObject({ status: 400, code: 'PasswordPolicyViolation' });
    expect(refused.message).not.toContain(weak);
    expect(user.loginProfile).toBeUndefined();
  });
});

describe('signing certificates', () => {
  const upload = async (CertificateBody: string) =>
    (await iam.send(new UploadSigningCertificateCommand({ UserName, CertificateBody }))).Certificate;
  const list = async () => (await iam.send(new ListSigningCertificatesCommand({ UserName }))).Certificates;
  const remove = (CertificateId: string) => iam.send(new DeleteSigningCertificateCommand({ UserName, CertificateId }));

  test('uploaded, listed, switched off, and deleted', async () => {
    const certificate = await upload(pem('one'));
    expect(certificate).toMatchObject({ UserName, CertificateBody: pem('one'), Status: 'Active' });
    expect(await list()).toEqual([certificate]);
    const { CertificateId = '' } = certificate ?? {};
    expect(CertificateId).toMatch(/^[A-Z2-7]{21}EXAMPLE$/);
    await iam.send(new UpdateSigningCertificateCommand({ UserName, CertificateId, Status: 'Inactive' }));
    expect(await list()).toEqual([{ ...certificate, Status: 'Inactive' }]);
    await remove(CertificateId);
    expect(await list()).toEqual([]);
    expect(await refusal(remove(CertificateId))).toEqual({
      status: 404,
      code: 'NoSuchEntity',
      message: `The Certificate with id ${CertificateId} cannot be found.`,
    });
  });

  test.each([
    ['no PEM', 'one', 'MalformedCertificate'],
    ['one that is there', pem('one'), 'DuplicateCertificate'],
    ['a third one', pem('three'), 'LimitExceeded'],
    ['a long one', pem('x'.repeat(16_384)), 'ValidationError'],
  ])('%s is refused', async (_, body, code) => {
    user.uploadSigningCertificate(pem('one'));
    user.uploadSigningCertificate(pem('two'));
    expect((await refusal(upload(body))).code).toBe(code);
    expect(await list()).toHaveLength(2);
  });

  test('page by page', async () => {
    user.uploadSigningCertificate(pem('one'));
    user.uploadSigningCertificate(pem('two'));
    const first = await iam.send(new ListSigningCertificatesCommand({ UserName, MaxItems: 1 }));
    expect(first).toMatchObject({ IsTruncated: true, Certificates: [{ CertificateBody: pem('one') }] });
    const rest = await iam.send(new ListSigningCertificatesCommand({ UserName, Marker: first.Marker }));
    expect(rest).toMatchObject({ IsTruncated: false, Certificates: [{ CertificateBody: pem('two') }] });
  });
});

describe('SSH public keys', () => {
  const upload = async (SSHPublicKeyBody: string) =>
    (await iam.send(new UploadSSHPublicKeyCommand({ UserName, SSHPublicKeyBody }))).SSHPublicKey;
  const list = async () => (await iam.send(new ListSSHPublicKeysCommand({ UserName }))).SSHPublicKeys;
  const remove = (SSHPublicKeyId: string) => iam.send(new DeleteSSHPublicKeyCommand({ UserName, SSHPublicKeyId }));

  test('uploaded, listed, and deleted', async () => {
    const key = await upload('ssh-rsa AAAA mona@laptop');
    expect(key).toMatchObject({
      SSHPublicKeyBody: 'ssh-rsa AAAA mona@laptop',
      // The MD5 of three zero bytes, which is what AAAA stands for.
      Fingerprint: '69:3e:9a:f8:4d:3d:fc:c7:1e:64:0e:00:5b:dc:5e:2e',
    });
    const { SSHPublicKeyId = '', UploadDate } = key ?? {};
    expect(SSHPublicKeyId).toMatch(/^APKA[A-Z2-7]{10}EXAMPLE$/);
    expect(await list()).toEqual([{ UserName, SSHPublicKeyId, Status: 'Active', UploadDate }]);
    await remove(SSHPublicKeyId);
    expect(await list()).toEqual([]);
    expect(await refusal(remove(SSHPublicKeyId))).toEqual({
      status: 404,
      code: 'NoSuchEntity',
      message: `The SSH Public Key with id ${SSHPublicKeyId} cannot be found.`,
    });
  });

  test.each([
    ['another kind', 'ssh-ed25519 AAAA', 'InvalidPublicKey'],
    ['one that is there', 'ssh-rsa AAA0', 'DuplicateSSHPublicKey'],
    ['a sixth one', 'ssh-rsa AAA5', 'LimitExceeded'],
  ])('%s is refused', async (_, body, code) => {
    for (let count = 0; count < 5; count++) user.uploadSshPublicKey(`ssh-rsa AAA${count}`);
    expect((await refusal(upload(body))).code).toBe(code);
    expect(await list()).toHaveLength(5);
  });
});

describe('service-specific credentials', () => {
  const ServiceName = 'codecommit.amazonaws.com';
  const create = async (service = ServiceName) =>
    (await iam.send(new CreateServiceSpecificCredentialCommand({ UserName, ServiceName: service })))
      .ServiceSpecificCredential;
  const list = async (service?: string) =>
    (await iam.send(new ListServiceSpecificCredentialsCommand({ UserName, ServiceName: service })))
      .ServiceSpecificCredentials;
  const remove = (ServiceSpecificCredentialId: string) =>
    iam.send(new DeleteServiceSpecificCredentialCommand({ UserName, ServiceSpecificCredentialId }));

  test('made, listed without the password, and deleted', async () => {
    const created = await create();
    const { ServicePassword, ...shown } = { ...created };
    expect(ServicePassword).toMatch(/EXAMPLEKEY$/);
    expect(shown).toMatchObject({ UserName, ServiceName, ServiceUserName: 'tfc-at-123456789012', Status: 'Active' });
    expect(await list()).toEqual([shown]);
    const id = created?.ServiceSpecificCredentialId ?? '';
    expect(id).toMatch(/^ACCA[A-Z2-7]{10}EXAMPLE$/);
    await remove(id);
    expect(await list()).toEqual([]);
    expect(await refusal(remove(id))).toMatchObject({ status: 404, code: 'NoSuchEntity' });
  });

  test('two for each service, by names of their own', async () => {
    user.createServiceSpecificCredential(ServiceName);
    expect((await create())?.ServiceUserName).toBe('tfc+1-at-123456789012');
    expect(await refusal(create())).toEqual({
      status: 409,
      code: 'LimitExceeded',
      message: 'Cannot exceed quota for ServiceSpecificCredentialsPerUser: 2',
    });
    await create('cassandra.amazonaws.com');
    expect(await list()).toHaveLength(3);
    expect(await list('cassandra.amazonaws.com')).toHaveLength(1);
    expect((await refusal(create('s3.amazonaws.com'))).code).toBe('NotSupportedService');
  });
});

const calls: [string, (name: string) => Promise<unknown>][] = [
  ['GetLoginProfile', (UserName) => iam.send(new GetLoginProfileCommand({ UserName }))],
  ['DeleteLoginProfile', (UserName) => iam.send(new DeleteLoginProfileCommand({ UserName }))],
  ['ListSigningCertificates', (UserName) => iam.send(new ListSigningCertificatesCommand({ UserName }))],
  ['ListSSHPublicKeys', (UserName) => iam.send(new ListSSHPublicKeysCommand({ UserName }))],
  ['ListServiceSpecificCredentials', (UserName) => iam.send(new ListServiceSpecificCredentialsCommand({ UserName }))],
  [
    'UploadSSHPublicKey',
    (UserName) => iam.send(new UploadSSHPublicKeyCommand({ UserName, SSHPublicKeyBody: 'ssh-rsa AAAA' })),
  ],
  [
    'UploadSigningCertificate',
    (UserName) => iam.send(new UploadSigningCertificateCommand({ UserName, CertificateBody: pem('one') })),
  ],
];

test.each(calls)('%s needs the user, and the permission', async (action, call) => {
  expect(await refusal(call('nobody'))).toMatchObject({
    code: 'NoSuchEntity',
    message: 'The user with name nobody cannot be found.',
  });
  admin.policies = [];
  expect((await refusal(call(UserName))).message).toBe(
    `User: ${admin.arn} is not authorized to perform: iam:${action} on resource: user tfc because no identity-based ` +
      `policy allows the iam:${action} action`,
  );
});
