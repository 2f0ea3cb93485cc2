import { stepTitle } from '../../src/runner/step-title';

test.each<[env: NodeJS.ProcessEnv, title: string]>([
  [{}, 'AWS access-keys'],
  [{ INPUT_MODE: 'provision', GITHUB_ACTION: '__octo_aws-identity-action' }, 'AWS provision'],
  // It would else be called by a mode that nobody asked for.
  [{ INPUT_MODE: 'provison' }, 'AWS step'],
  [{ 'INPUT_ROLE-TO-ASSUME': 'deploy', GITHUB_ACTION: 'keys' }, 'AWS assume-role (step keys)'],
  [{ INPUT_MODE: 'rotate', GITHUB_ACTION: '__octo_aws-identity-action_2' }, 'AWS rotate (no. 2 in this job)'],
  [{ INPUT_MODE: 'rotate', GITHUB_ACTION: '__self_13' }, 'AWS rotate (no. 13 in this job)'],
  // In a composite action, steps without an `id:` get a number that tells people nothing.
  [{ INPUT_MODE: 'verify', GITHUB_ACTION: '__0a1b2c3d-0000-4000-8000-000000000012' }, 'AWS verify'],
  [{ 'INPUT_AWS-PROFILE': 'prod', GITHUB_ACTION: '__self' }, 'AWS access-keys (profile prod)'],
  [{ 'INPUT_AWS-PROFILE': 'prod', GITHUB_ACTION: 'keys' }, 'AWS access-keys (step keys, profile prod)'],
  [{ 'INPUT_AWS-PROFILE': 'no\nprofile' }, 'AWS access-keys'],
])('%j: %s', (env, title) => {
  expect(stepTitle(env)).toBe(title);
});

test('the outcome follows the mode', () => {
  expect(stepTitle({ INPUT_MODE: 'verify', GITHUB_ACTION: 'who' }, 'failed')).toBe('AWS verify failed (step who)');
});
