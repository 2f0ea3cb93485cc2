import { KEYS, OIDC, OTHER, problemsOf, read, ROLE } from './reading';

describe('refresh-credentials', () => {
  const REFRESH = { 'refresh-credentials': 'true' };
  const PROFILE = { 'role-to-assume': ROLE, 'aws-profile': 'deploy', ...REFRESH };
  const SEED = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';

  test.each<[string, Record<string, string>, Record<string, string>]>([
    ['OIDC', PROFILE, OIDC],
    ['many roles', { roles: `a: ${ROLE}`, ...REFRESH }, OIDC],
    ['a user’s own keys', { ...PROFILE, ...KEYS }, {}],
    ['a seed', { 'aws-profile': 'mfa', 'mfa-secret': SEED, ...KEYS, ...REFRESH }, {}],
    ['a federated user', { 'aws-profile': 'f', 'federated-user-name': 'nightly', ...KEYS, ...REFRESH }, {}],
    ['another profile', { ...PROFILE, 'role-chaining': 'true' }, { AWS_PROFILE: 'entry' }],
    [
      'variables together with a profile of the same name as the usual one',
      { ...PROFILE, 'aws-profile': 'default' },
      {
        AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
      },
    ],
  ])('is possible with %s', async (_, inputs, env) => {
    const { request } = await read(inputs, env);
    expect('delivery' in request ? request.delivery.profile : request).toMatchObject(
      'delivery' in request ? { refresh: true } : { profiles: { refresh: true } },
    );
  });

  test.each<[string, Record<string, string>, Record<string, string>]>([
    ['refresh-credentials: renews what a profile gives', { 'role-to-assume': ROLE, ...REFRESH }, OIDC],
    ['refresh-credentials: is for assume-role, session-token and federation-token', { ...KEYS, ...REFRESH }, {}],
    [
      'mfa-code: is good once',
      { ...PROFILE, ...KEYS, 'mfa-serial': 'arn:aws:iam::123456789012:mfa/ci', 'mfa-code': '123456' },
      {},
    ],
    ['mfa-code: is good once', { roles: `a: ${ROLE}`, ...REFRESH, ...KEYS, 'mfa-code': '123456' }, {}],
    ['aws-session-token: is of temporary keys', { ...PROFILE, ...KEYS, 'aws-session-token': 'token' }, {}],
    [
      'use-existing-credentials: keeps credentials as they are',
      { ...PROFILE, 'use-existing-credentials': 'true' },
      OIDC,
    ],
    ['cannot renew the profile deploy with credentials from the profile deploy', PROFILE, { AWS_PROFILE: 'deploy' }],
    ['cannot renew the profile default', { ...PROFILE, 'aws-profile': 'default', 'role-chaining': 'true' }, OIDC],
    ['cannot renew the profile b', { roles: `a: ${ROLE}\nb: ${OTHER}`, ...REFRESH }, { AWS_PROFILE: 'b' }],
  ])('draws a problem: %s', async (problem, inputs, env) => {
    expect(await problemsOf(inputs, env)).toContain(problem);
  });

  test('false asks for nothing', async () => {
    expect(await problemsOf({ ...KEYS, 'refresh-credentials': 'false' })).toBe('none');
  });
});
