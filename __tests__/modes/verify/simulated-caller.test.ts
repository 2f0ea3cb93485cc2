import { callerOf, type Caller } from '../../../src/modes/verify/simulated-caller';

const identity = (arn: string) => ({ arn, account: '123456789012' });

test.each<[arn: string, temporary: boolean, caller: Caller]>([
  [
    'arn:aws:iam::123456789012:user/team/ci',
    false,
    { arn: 'arn:aws:iam::123456789012:user/team/ci', roleName: undefined, isUserSession: false },
  ],
  [
    'arn:aws:iam::123456789012:user/ci',
    true,
    { arn: 'arn:aws:iam::123456789012:user/ci', roleName: undefined, isUserSession: true },
  ],
  [
    'arn:aws-cn:sts::123456789012:assumed-role/deploy/ci',
    true,
    { arn: 'arn:aws-cn:iam::123456789012:role/deploy', roleName: 'deploy', isUserSession: false },
  ],
])('whose policies are simulated for %s, temporary %j', (arn, temporary, caller) => {
  expect(callerOf(identity(arn), temporary)).toEqual(caller);
});

test.each([
  ['arn:aws:sts::123456789012:federated-user/nightly', 'It is a federated session'],
  ['arn:aws:iam::123456789012:root', 'It is neither a user nor a role'],
])('AWS simulates nothing of %s', (arn, why) => {
  const failure = expect.objectContaining({ code: 'simulation-refused' }) as Error;
  expect(() => callerOf(identity(arn), true)).toThrow(failure);
  expect(() => callerOf(identity(arn), true)).toThrow(why);
});
