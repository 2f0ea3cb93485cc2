import {
  CreateVirtualMFADeviceCommand,
  DeactivateMFADeviceCommand,
  DeleteVirtualMFADeviceCommand,
  EnableMFADeviceCommand,
  GetMFADeviceCommand,
  ListMFADevicesCommand,
  ListMFADeviceTagsCommand,
  ListVirtualMFADevicesCommand,
  TagMFADeviceCommand,
  UntagMFADeviceCommand,
} from '@aws-sdk/client-iam';
import { GetSessionTokenCommand } from '@aws-sdk/client-sts';
import { TOTP } from 'otpauth';
import type { AccessKey, User } from '../../sandbox/accounts/account';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox';
import { iamClient } from './iam-client';
import { allow, refusal, stsClient } from './sts-client';

const SerialNumber = 'arn:aws:iam::123456789012:mfa/pulumi';

let sandbox: Sandbox;
let user: User;
let key: AccessKey;
let iam: ReturnType<typeof iamClient>;
beforeEach(async () => {
  sandbox = await startSandbox();
  user = sandbox.account('123456789012').createUser('pulumi', { policies: [allow('iam:*')] });
  key = user.createAccessKey();
  iam = iamClient(sandbox.url, key);
});
afterEach(() => sandbox.close());

/** Makes the device, and shows its codes: that of now, or so many periods from now. */
async function createDevice() {
  const command = new CreateVirtualMFADeviceCommand({
    VirtualMFADeviceName: 'pulumi',
    Tags: [{ Key: 'a', Value: 'b' }],
  });
  const { VirtualMFADevice } = await iam.send(command);
  const secret = Buffer.from(VirtualMFADevice?.Base32StringSeed ?? []).toString();
  const totp = new TOTP({ secret });
  const code = (periods: number) => totp.generate({ timestamp: sandbox.clock.now().getTime() + periods * 30_000 });
  return { VirtualMFADevice, secret, code };
}
const enable = (AuthenticationCode1: string, AuthenticationCode2: string) =>
  iam.send(new EnableMFADeviceCommand({ UserName: 'pulumi', SerialNumber, AuthenticationCode1, AuthenticationCode2 }));
const deactivate = () => iam.send(new DeactivateMFADeviceCommand({ UserName: 'pulumi', SerialNumber }));
const remove = () => iam.send(new DeleteVirtualMFADeviceCommand({ SerialNumber }));
const listed = async (AssignmentStatus?: 'Assigned' | 'Unassigned') => {
  const { VirtualMFADevices = [] } = await iam.send(new ListVirtualMFADevicesCommand({ AssignmentStatus }));
  return VirtualMFADevices.map((device) => [device.SerialNumber, device.User?.UserName]);
};

test('a device from its making to its end', async () => {
  const { VirtualMFADevice, secret, code } = await createDevice();
  expect(VirtualMFADevice).toMatchObject({ SerialNumber, Tags: [{ Key: 'a', Value: 'b' }] });
  expect(secret).toMatch(/^[A-Z2-7]{64}$/);
  expect(await listed('Unassigned')).toEqual([[SerialNumber, undefined]]);
  await enable(code(-1), code(0));
  expect(await listed('Assigned')).toEqual([[SerialNumber, 'pulumi']]);
  expect(await listed('Unassigned')).toEqual([]);
  expect((await iam.send(new ListMFADevicesCommand({}))).MFADevices).toMatchObject([{ SerialNumber }]);
  const session = (TokenCode: string) =>
    stsClient(sandbox.url, key).send(new GetSessionTokenCommand({ SerialNumber, TokenCode }));
  expect((await refusal(session(code(0)))).code).toBe('AccessDenied');
  sandbox.clock.advance(30_000);
  await session(code(0));
  expect(await refusal(remove())).toEqual({
    status: 409,
    code: 'DeleteConflict',
    message: 'MFA VirtualDevice in use. Must deactivate first.',
  });
  await deactivate();
  expect((await refusal(deactivate())).code).toBe('NoSuchEntity');
  await remove();
  expect(await listed()).toEqual([]);
  expect((await refusal(remove())).code).toBe('NoSuchEntity');
});

test('only two codes that follow each other enable it', async () => {
  const { code } = await createDevice();
  const invalid = {
    status: 403,
    code: 'InvalidAuthenticationCode',
    message: 'Authentication code for device is not valid.',
  };
  expect(await refusal(enable(code(0), code(0)))).toEqual(invalid);
  expect(await refusal(enable(code(0), code(-1)))).toEqual(invalid);
  expect(await refusal(enable(code(-9), code(-8)))).toEqual(invalid);
  expect((await refusal(enable('12345', code(0)))).code).toBe('ValidationError');
  expect(user.mfaDevices.size).toBe(0);
  await enable(code(0), code(1));
  expect((await refusal(enable(code(0), code(1)))).code).toBe('EntityAlreadyExists');
});

test('names are taken, and users have eight devices at most', async () => {
  const { code } = await createDevice();
  expect(await refusal(createDevice())).toMatchObject({ status: 409, code: 'EntityAlreadyExists' });
  for (let count = 0; count < 8; count++) user.createMfaDevice(`phone${count}`);
  expect((await refusal(enable(code(-1), code(0)))).code).toBe('LimitExceeded');
});

test('one device is shown to be its user', async () => {
  const { serialNumber, enabledAt } = user.createMfaDevice('phone');
  const get = (UserName?: string) => iam.send(new GetMFADeviceCommand({ SerialNumber: serialNumber, UserName }));
  const EnableDate = new Date(Math.floor(enabledAt.getTime() / 1000) * 1000);
  for (const name of [undefined, 'pulumi']) {
    expect(await get(name)).toMatchObject({ UserName: 'pulumi', SerialNumber: serialNumber, EnableDate });
  }
  sandbox.account(user.account.id).createUser('other');
  expect(await refusal(get('other'))).toMatchObject({ status: 404, code: 'NoSuchEntity' });
});

test('tags come and go, and decide who may delete it', async () => {
  await createDevice();
  const tags = async () => (await iam.send(new ListMFADeviceTagsCommand({ SerialNumber }))).Tags;
  await iam.send(new TagMFADeviceCommand({ SerialNumber, Tags: [{ Key: 'owner', Value: 'mona' }] }));
  expect(await tags()).toEqual([
    { Key: 'a', Value: 'b' },
    { Key: 'owner', Value: 'mona' },
  ]);
  await iam.send(new UntagMFADeviceCommand({ SerialNumber, TagKeys: ['a'] }));
  expect(await tags()).toEqual([{ Key: 'owner', Value: 'mona' }]);
  const Condition = { StringEquals: { 'aws:ResourceTag/owner': 'hubot' } };
  user.policies = [{ Statement: { Effect: 'Allow', Action: 'iam:*', Resource: '*', Condition } }];
  expect((await refusal(remove())).code).toBe('AccessDenied');
  const device = user.account.virtualMfaDevices.get(SerialNumber);
  if (device) device.tags = { owner: 'hubot' };
  await remove();
});
