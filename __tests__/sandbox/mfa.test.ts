import { AssumeRoleCommand, GetSessionTokenCommand, type AssumeRoleCommandInput } from '@aws-sdk/client-sts';
import type { AccessKey, Account, Role, User } from '../../sandbox/accounts/account';
import type { MfaDevice } from '../../sandbox/accounts/mfa-device';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox';
import { codeOf, wrongCode } from './mfa-code';
import { allow, credentialsOf, refusal, stsClient, trust, type Keys } from './sts-client';

let sandbox: Sandbox;
let account: Account;
let user: User;
let key: AccessKey;
let device: MfaDevice;
beforeEach(async () => {
  sandbox = await startSandbox();
  account = sandbox.account('123456789012');
  user = account.createUser('mona');
  key = user.createAccessKey();
  device = user.createMfaDevice('mona');
});
afterEach(() => sandbox.close());

const unknownDevice =
  'MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and ' +
  'associated with this user.';
const denied = (message: string) => ({ status: 403, code: 'AccessDenied', message });

/** The device's serial number with the code it shows now. */
const proof = () => ({ SerialNumber: device.serialNumber, TokenCode: codeOf(device, sandbox.clock.now()) });

function assume(role: Role, input: Partial<AssumeRoleCommandInput> = {}, keys: Keys = key) {
  const command = new AssumeRoleCommand({ RoleArn: role.arn, RoleSessionName: 'try', ...input });
  return stsClient(sandbox.url, keys).send(command);
}

const session = (input: ConstructorParameters<typeof GetSessionTokenCommand>[0] = {}) =>
  credentialsOf(stsClient(sandbox.url, key).send(new GetSessionTokenCommand(input)));

let roles = 0;
function roleWith(condition: Parameters<typeof trust>[1], principal = user.arn) {
  return account.createRole(`role-${(roles += 1)}`, { trust: trust(principal, condition), policies: [allow('*')] });
}

const present = { Bool: { 'aws:MultiFactorAuthPresent': 'true' } };
const presentIfExists = { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'true' } };
const absent = { Null: { 'aws:MultiFactorAuthPresent': 'true' } };
const stated = { Bool: { 'aws:MultiFactorAuthPresent': 'false' } };
const recent = { NumericLessThan: { 'aws:MultiFactorAuthAge': '300' } };

test('a serial number is that of the account and its partition', () => {
  expect(device.serialNumber).toBe('arn:aws:iam::123456789012:mfa/mona');
  const china = sandbox.account('111122223333', { partition: 'aws-cn' }).createUser('mona');
  expect(china.createMfaDevice('mona').serialNumber).toBe('arn:aws-cn:iam::111122223333:mfa/mona');
});

describe('what trust policies see', () => {
  test('of long-term keys: no key at all', async () => {
    for (const condition of [absent, presentIfExists]) await assume(roleWith(condition));
    for (const condition of [present, stated, recent]) {
      expect((await refusal(assume(roleWith(condition)))).code).toBe('AccessDenied');
    }
  });

  test('of long-term keys with a code: true, for that one call', async () => {
    const role = roleWith({ ...present, ...recent });
    await assume(role, proof());
    expect((await refusal(assume(role))).code).toBe('AccessDenied');
  });

  test('of a session without MFA: false', async () => {
    const credentials = await session();
    await assume(roleWith(stated), {}, credentials);
    for (const condition of [absent, present, presentIfExists, recent]) {
      expect((await refusal(assume(roleWith(condition), {}, credentials))).code).toBe('AccessDenied');
    }
  });

  test('of a session with MFA: true, and how old it is', async () => {
    const credentials = await session(proof());
    await assume(roleWith({ ...present, ...recent }), {}, credentials);
    sandbox.clock.advance(299_000);
    const late = { systemClockOffset: 299_000 };
    const assumeLate = (role: Role) =>
      stsClient(sandbox.url, credentials, late).send(
        new AssumeRoleCommand({ RoleArn: role.arn, RoleSessionName: 'try' }),
      );
    await assumeLate(roleWith({ NumericGreaterThanEquals: { 'aws:MultiFactorAuthAge': '299' } }));
    sandbox.clock.advance(1000);
    expect((await refusal(assumeLate(roleWith(recent)))).code).toBe('AccessDenied');
    await assumeLate(roleWith(present));
  });

  test('of a role assumed with MFA: false, since AWS does not carry it over', async () => {
    const credentials = await credentialsOf(assume(roleWith(present), proof()));
    await assume(roleWith(stated, '*'), {}, credentials);
    expect((await refusal(assume(roleWith(present, '*'), {}, credentials))).code).toBe('AccessDenied');
  });
});

describe('a code', () => {
  test('is good once, for whatever call', async () => {
    const role = roleWith(present);
    const used = proof();
    await assume(role, used);
    expect(await refusal(assume(role, used))).toEqual(denied(wrongCode));
    expect(await refusal(session(used))).toEqual(denied(wrongCode));
    sandbox.clock.advance(30_000);
    await session(proof());
  });

  test('is used up by a role that may not be assumed', async () => {
    const used = proof();
    const role = account.createRole('other', { trust: trust('arn:aws:iam::123456789012:user/other') });
    expect((await refusal(assume(role, used))).message).toMatch(/^User: .*sts:AssumeRole/);
    expect(await refusal(assume(role, used))).toEqual(denied(wrongCode));
  });

  test('must be that of the device', async () => {
    const TokenCode = codeOf(device, new Date(0));
    expect(await refusal(assume(roleWith(present), { ...proof(), TokenCode }))).toEqual(denied(wrongCode));
  });

  test.each([
    ['12345', 'have length greater than or equal to 6'],
    ['1234567', 'have length less than or equal to 6'],
    ['12345x', 'satisfy regular expression pattern: [\\d]*'],
  ])('%s is none', async (TokenCode, rule) => {
    const message =
      `1 validation error detected: Value '${TokenCode}' at 'tokenCode' failed to satisfy constraint: Member must ` +
      rule;
    for (const call of [assume(roleWith(present), { ...proof(), TokenCode }), session({ ...proof(), TokenCode })]) {
      expect(await refusal(call)).toEqual({ status: 400, code: 'ValidationError', message });
    }
  });

  test('needs its device, and a device its code', async () => {
    const { SerialNumber, TokenCode } = proof();
    const message = 'MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.';
    for (const input of [{ SerialNumber }, { TokenCode }]) {
      expect(await refusal(assume(roleWith(present), input))).toEqual(denied(message));
      expect(await refusal(session(input))).toEqual(denied(message));
    }
  });
});

describe('a device', () => {
  test('must be the own one', async () => {
    const other = account.createUser('hubot').createMfaDevice('hubot');
    const theirs = { SerialNumber: other.serialNumber, TokenCode: codeOf(other, sandbox.clock.now()) };
    expect(await refusal(assume(roleWith(present), theirs))).toEqual(denied(unknownDevice));
    expect(await refusal(session(theirs))).toEqual(denied(unknownDevice));
  });

  test('may be one of several', async () => {
    const second = user.createMfaDevice('second');
    await session(proof());
    await session({ SerialNumber: second.serialNumber, TokenCode: codeOf(second, sandbox.clock.now()) });
  });

  test("is no device of a role's session", async () => {
    const credentials = await credentialsOf(assume(roleWith({})));
    expect(await refusal(assume(roleWith({}, '*'), proof(), credentials))).toEqual(denied(unknownDevice));
  });

  test('serves a session of its user', async () => {
    await assume(roleWith(present), proof(), await session());
  });
});
