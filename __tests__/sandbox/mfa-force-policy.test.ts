import { GetUserCommand, ListMFADevicesCommand } from '@aws-sdk/client-iam';
import { GetSessionTokenCommand } from '@aws-sdk/client-sts';
import type { PolicyDocument } from '../../sandbox/policy/document';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox';
import { iamClient } from './iam-client';
import { codeOf } from './mfa-code';
import { listBuckets } from './s3-client';
import { allow, credentialsOf, refusal, stsClient } from './sts-client';

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await startSandbox();
});
afterEach(() => sandbox.close());

const forceMfa: PolicyDocument = {
  Version: '2012-10-17',
  Statement: {
    Effect: 'Deny',
    NotAction: ['sts:GetSessionToken', 'iam:ListMFADevices', 'iam:EnableMFADevice', 'iam:CreateVirtualMFADevice'],
    Resource: '*',
    Condition: { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } },
  },
};

test('a user that must use MFA', async () => {
  const { url } = sandbox;
  const account = sandbox.account('123456789012');
  const user = account.createUser('mona', { policies: [allow('*'), forceMfa] });
  const device = user.createMfaDevice('mona');
  const key = user.createAccessKey();

  expect((await listBuckets(url, key)).status).toBe(403);
  expect(await refusal(iamClient(url, key).send(new GetUserCommand({})))).toEqual({
    status: 403,
    code: 'AccessDenied',
    message:
      'User: arn:aws:iam::123456789012:user/mona is not authorized to perform: iam:GetUser on resource: user mona ' +
      'with an explicit deny in an identity-based policy',
  });

  const withoutMfa = await credentialsOf(stsClient(url, key).send(new GetSessionTokenCommand({})));
  expect((await listBuckets(url, withoutMfa)).status).toBe(403);

  const { MFADevices = [] } = await iamClient(url, key).send(new ListMFADevicesCommand({}));
  const [{ SerialNumber } = {}] = MFADevices;
  const TokenCode = codeOf(device, sandbox.clock.now());
  const prove = new GetSessionTokenCommand({ SerialNumber, TokenCode, DurationSeconds: 900 });
  const session = await credentialsOf(stsClient(url, key).send(prove));
  expect((await listBuckets(url, session)).status).toBe(200);
  expect((await iamClient(url, session).send(new GetUserCommand({}))).User?.Arn).toBe(user.arn);
});
