import { startSandbox, type Sandbox } from '../../sandbox/sandbox';
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
  ['no ARN', `<Account>${ACCOUNT}</Account>`, undefined, ACCOUNT],
  ['another form of ARN', `<Arn>arn:xxx:xxx</Arn><Account>acme</Account>`, 'arn:xxx:xxx', 'acme'],
  ['the account in the ARN alone', '<Arn>arn:aws:iam::acme:user/ci</Arn>', 'arn:aws:iam::acme:user/ci', 'acme'],
  ['no account', '<Arn>arn:aws:iam:::user/ci</Arn><Account></Account>', 'arn:aws:iam:::user/ci', undefined],
])('an answer with %s', async (_, result, arn, account) => {
  answerWith(sandbox, 'GetCallerIdentity', result);
  expect(await getCallerIdentity(client(), never)).toEqual({ arn, account });
});

test('it can be given up', async () => {
  expect(await givenUp(sandbox, (signal) => getCallerIdentity(client(), signal))).toBe('AbortError');
});
