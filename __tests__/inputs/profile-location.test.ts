import { OIDC, problemsOf, read, ROLE, sessionRequest } from './reading';

describe('profile-location', () => {
  test.each(['home', 'job'])('%s goes to a profile', async (location) => {
    const inputs = { 'role-to-assume': ROLE, 'aws-profile': 'deploy', 'profile-location': location };
    expect((await sessionRequest(inputs, OIDC)).delivery.profile).toMatchObject({ name: 'deploy', location });
  });

  test('job goes to those of roles, and of documents', async () => {
    const location = { 'profile-location': 'job' };
    expect((await read({ roles: `a: ${ROLE}`, ...location }, OIDC)).request).toMatchObject({
      profiles: { location: 'job' },
    });
    const document = { mode: 'provision', identities: 'users: { ci: {} }', ...location };
    expect((await read(document, { GITHUB_REPOSITORY: 'octo/app' })).request).toMatchObject({
      profiles: { location: 'job' },
    });
  });

  test('something else, without a profile, or in another mode is a problem', async () => {
    const role = { 'role-to-assume': ROLE };
    expect(await problemsOf({ ...role, 'aws-profile': 'deploy', 'profile-location': 'temp' }, OIDC)).toContain(
      'profile-location: "temp" is none of home, job',
    );
    expect(await problemsOf({ ...role, 'profile-location': 'job' }, OIDC)).toContain(
      'profile-location: is for a profile, and aws-profile names none',
    );
    expect(await problemsOf({ mode: 'verify', 'profile-location': 'job' })).toContain('profile-location: is for ');
  });
});
