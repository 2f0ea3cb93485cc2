import { lookAhead } from '../../src/iam/look-ahead';
import { useCleanEnvironment } from '../aws/environment';
import { openTestAccount, type TestAccount } from '../provisioning/account';

useCleanEnvironment();

let opened: TestAccount;
beforeEach(async () => {
  opened = await openTestAccount();
});
afterEach(() => opened.sandbox.close());

const ADMIN = { operation: 'GetUser', input: { UserName: 'admin' } } as const;
const NOBODY = { operation: 'GetUser', input: { UserName: 'nobody' } } as const;

test('the first who asks for it gets what was asked before, and the next one asks again', async () => {
  const iam = lookAhead(opened.access.iam, [ADMIN, NOBODY]);
  expect((await iam.find('GetUser', { UserName: 'admin' }))?.User?.Arn).toBe(opened.admin.arn);
  expect(await iam.find('GetUser', { UserName: 'nobody' })).toBeUndefined();
  expect(opened.actions().sort()).toEqual(['GetUser', 'GetUser NoSuchEntity']);
  opened.account.createUser('nobody');
  expect((await iam.find('GetUser', { UserName: 'nobody' }))?.User?.UserName).toBe('nobody');
  expect(opened.actions()).toEqual(['GetUser']);
});

test('what was not asked before is asked', async () => {
  const iam = lookAhead(opened.access.iam, [ADMIN]);
  await iam.find('GetRole', { RoleName: 'admin' });
  await iam.find('GetUser', { UserName: 'admin' });
  expect(opened.actions().sort()).toEqual(['GetRole NoSuchEntity', 'GetUser']);
});

test('a failure is that of who asks, and of nobody else', async () => {
  opened.admin.policies = [];
  const iam = lookAhead(opened.access.iam, [ADMIN, NOBODY]);
  await expect(iam.find('GetUser', { UserName: 'admin' })).rejects.toMatchObject({ code: 'iam-refused' });
  await expect(iam.find('GetUser', { UserName: 'other' })).rejects.toMatchObject({ code: 'iam-refused' });
  expect(opened.actions()).toEqual(Array.from({ length: 3 }, () => 'GetUser AccessDenied'));
});
