import { startSandbox, type Sandbox } from '../../sandbox/sandbox';
import { UnusualAnswerError } from '../../src/aws/failure';
import { stsClient } from '../../src/sts/client';
import { getCallerIdentity } from '../../src/sts/get-caller-identity';
import { useCleanEnvironment } from '../aws/environment';
import { answerWith, connectionTo, givenUp, lastRequest, never } from '../aws/local-aws';
import { ACCOUNT, EXAMPLE_KEYS } from '../scenarios/scenario';

useCleanEnvironment();

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await startSandbox();
});
afterEach(() => sandbox.close());

const client = () => stsClient(connectionTo(sandbox), EXAMPLE_KEYS);

test.each(['aws', 'aws-cn', 'aws-us-gov'])('a user in the partition %s', async (partition) => {
  sandbox.account(ACCOUNT, { partition }).createUser('ci', { path: '/machine/' }).createAccessKey(EXAMPLE_KEYS);
  const arn = `arn:${partition}:iam::${ACCOUNT}:user/machine/ci`;
  expect(await getCallerIdentity(client(), never)).toEqual({ arn, account: ACCOUNT });
  expect(lastRequest(sandbox)).toEqual({
    service: 'sts',
    caller: arn,
    params: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
  });
});

test.each([
  ['an ARN', `<Account>${ACCOUNT}</Account>`],
  ['an account in its ARN', `<Arn>arn:aws:iam::aws:user/ci</Arn><Account>${ACCOUNT}</Account>`],
])('an answer without %s is unusual', async (_, result) => {
  answerWith(sandbox, 'GetCallerIdentity', result);
  await expect(getCallerIdentity(client(), never)).rejects.toEqual(new UnusualAnswerError('ARN with an account'));
});

test('it can be given up', async () => {
  expect(await givenUp(sandbox, (signal) => getCallerIdentity(client(), signal))).toBe('AbortError');
});
