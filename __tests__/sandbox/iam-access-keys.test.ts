import {
  CreateAccessKeyCommand,
  DeleteAccessKeyCommand,
  DeleteUserCommand,
  GetAccessKeyLastUsedCommand,
  ListAccessKeysCommand,
  UpdateAccessKeyCommand,
  type StatusType,
} from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand, GetSessionTokenCommand } from '@aws-sdk/client-sts';
import type { Account, User } from '../../sandbox/accounts/account';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox';
import { iamClient } from './iam-client';
import { allow, credentialsOf, refusal, stsClient, type Keys } from './sts-client';

let sandbox: Sandbox;
let account: Account;
let user: User;
let iam: ReturnType<typeof iamClient>;
beforeEach(async () => {
  sandbox = await startSandbox();
  account = sandbox.account('123456789012');
  user = account.createUser('tfc');
  iam = iamClient(sandbox.url, account.createUser('admin', { policies: [allow('iam:*')] }).createAccessKey());
});
afterEach(() => sandbox.close());

async function createKey() {
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'tfc' }));
  const { AccessKeyId = '', SecretAccessKey = '' } = AccessKey ?? {};
  return { AccessKey, keys: { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey } };
}
const whoAmI = (keys: Keys) => stsClient(sandbox.url, keys).send(new GetCallerIdentityCommand({}));
const setStatus = (AccessKeyId: string, Status: string) =>
  iam.send(new UpdateAccessKeyCommand({ UserName: 'tfc', AccessKeyId, Status: Status as StatusType }));
const list = async () => (await iam.send(new ListAccessKeysCommand({ UserName: 'tfc' }))).AccessKeyMetadata;
const remove = (AccessKeyId: string) => iam.send(new DeleteAccessKeyCommand({ UserName: 'tfc', AccessKeyId }));

test('a key works from its making to its end', async () => {
  const { AccessKey, keys } = await createKey();
  expect(AccessKey).toMatchObject({ UserName: 'tfc', Status: 'Active', CreateDate: expect.any(Date) });
  expect(keys.accessKeyId).toMatch(/^AKIA[A-Z2-7]{9}EXAMPLE$/);
  expect((await whoAmI(keys)).Arn).toBe(user.arn);
  await setStatus(keys.accessKeyId, 'Inactive');
  expect((await list())?.map(({ Status }) => Status)).toEqual(['Inactive']);
  expect((await refusal(whoAmI(keys))).code).toBe('InvalidClientTokenId');
  await setStatus(keys.accessKeyId, 'Active');
  await whoAmI(keys);
  await remove(keys.accessKeyId);
  expect(await list()).toEqual([]);
  expect((await refusal(whoAmI(keys))).code).toBe('InvalidClientTokenId');
  expect(await refusal(remove(keys.accessKeyId))).toEqual({
    status: 404,
    code: 'NoSuchEntity',
    message: `The Access Key with id ${keys.accessKeyId} cannot be found.`,
  });
});

test('the secret is shown once', async () => {
  const { accessKeyId } = (await createKey()).keys;
  expect(await list()).toEqual([
    { UserName: 'tfc', AccessKeyId: accessKeyId, Status: 'Active', CreateDate: expect.any(Date) },
  ]);
});

test('two keys a user, inactive ones too', async () => {
  const { accessKeyId } = (await createKey()).keys;
  await setStatus(accessKeyId, 'Inactive');
  await createKey();
  expect(await refusal(createKey())).toEqual({
    status: 409,
    code: 'LimitExceeded',
    message: 'Cannot exceed quota for AccessKeysPerUser: 2',
  });
  expect(await list()).toHaveLength(2);
});

test("somebody else's key is not found", async () => {
  const { accessKeyId } = account.createUser('other').createAccessKey();
  expect((await refusal(setStatus(accessKeyId, 'Inactive'))).code).toBe('NoSuchEntity');
  expect((await refusal(setStatus(accessKeyId, 'Gone'))).message).toMatch(/enum value set: \[Active, Inactive\]$/);
});

test('when it was last used', async () => {
  const { keys } = await createKey();
  const lastUsed = (AccessKeyId: string) => iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId }));
  expect(await lastUsed(keys.accessKeyId)).toMatchObject({
    UserName: 'tfc',
    AccessKeyLastUsed: { ServiceName: 'N/A', Region: 'N/A' },
  });
  await whoAmI(keys);
  expect((await lastUsed(keys.accessKeyId)).AccessKeyLastUsed).toEqual({
    LastUsedDate: expect.any(Date),
    ServiceName: 'sts',
    Region: 'us-east-1',
  });
  const elsewhere = sandbox.account('210987654321').createUser('tfc').createAccessKey();
  expect((await refusal(lastUsed(elsewhere.accessKeyId))).code).toBe('NoSuchEntity');
});

test('a new key is unknown until it has propagated', async () => {
  sandbox.settings.propagationMs = 15_000;
  const { keys } = await createKey();
  expect((await refusal(whoAmI(keys))).code).toBe('InvalidClientTokenId');
  expect(await list()).toHaveLength(1);
  sandbox.clock.advance(15_000);
  await whoAmI(keys);
});

test('a session ends with its user', async () => {
  const { keys } = await createKey();
  const session = await credentialsOf(stsClient(sandbox.url, keys).send(new GetSessionTokenCommand({})));
  await whoAmI(session);
  await remove(keys.accessKeyId);
  await iam.send(new DeleteUserCommand({ UserName: 'tfc' }));
  account.createUser('tfc');
  expect((await refusal(whoAmI(session))).code).toBe('InvalidClientTokenId');
});
