import { preferredToProfile } from '../../src/aws/credential-order';

const PROFILE = { AWS_PROFILE: 'dev' };
const KEYS = {
  AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const TOKEN_FILE = {
  AWS_WEB_IDENTITY_TOKEN_FILE: '/var/run/token',
  AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/deploy',
};

test.each([
  [{ ...PROFILE, ...KEYS }, 'AWS_ACCESS_KEY_ID'],
  [{ ...PROFILE, ...KEYS, ...TOKEN_FILE }, 'AWS_ACCESS_KEY_ID'],
  [{ ...PROFILE, ...TOKEN_FILE }, 'AWS_WEB_IDENTITY_TOKEN_FILE'],
  [PROFILE, undefined],
  // One half is none, and so is an empty one.
  [{ ...PROFILE, AWS_ACCESS_KEY_ID: KEYS.AWS_ACCESS_KEY_ID }, undefined],
  [{ ...PROFILE, ...KEYS, AWS_SECRET_ACCESS_KEY: '' }, undefined],
  // Without a profile, all tools use the keys.
  [{ ...KEYS, ...TOKEN_FILE }, undefined],
  [{ ...KEYS, AWS_PROFILE: '' }, undefined],
])('in %j, other tools prefer %s', (env, variable) => {
  expect(preferredToProfile(env)).toBe(variable);
});
