import { isPlain, isTemporary, secretsOf } from '../../src/aws/credentials';
import { defaultAudience } from '../../src/aws/partition';
import { EXAMPLE_KEYS } from '../scenarios/scenario';

const session = { ...EXAMPLE_KEYS, sessionToken: 'AQoDYXdzEJrEXAMPLETOKEN', expiration: new Date(0) };

test('credentials with a session token are temporary', () => {
  expect(isTemporary(EXAMPLE_KEYS)).toBe(false);
  expect(isTemporary(session)).toBe(true);
});

test('every part that signs is a secret', () => {
  const { accessKeyId, secretAccessKey } = EXAMPLE_KEYS;
  expect(secretsOf(EXAMPLE_KEYS)).toEqual([accessKeyId, secretAccessKey]);
  expect(secretsOf(session)).toEqual([accessKeyId, secretAccessKey, session.sessionToken]);
});

test.each(['wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY=', 'arn:aws:iam::123456789012:user/a/b+=,.@-_'])(
  '%s is plain',
  (text) => {
    expect(isPlain(text)).toBe(true);
  },
);

test.each([undefined, '', 'a b', 'a\nb', 'a\n', '\u0085a', 'é', 'a\u007f', '\u0000'])('%j is not', (text) => {
  expect(isPlain(text)).toBe(false);
});

test.each([
  ['aws', 'sts.amazonaws.com'],
  ['aws-us-gov', 'sts.amazonaws.com'],
  ['aws-cn', 'sts.amazonaws.com.cn'],
] as const)('the audience of tokens for %s is %s', (partition, audience) => {
  expect(defaultAudience(partition)).toBe(audience);
});
