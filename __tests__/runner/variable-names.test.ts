import { nameInCapitals } from '../../src/runner/variable-names';

const WRITTEN = { aws_profile: 'dev', Role_To_Assume: 'deploy', 'INPUT_AWS-REGION': 'eu-central-1', größe: '1' };

test('on Windows, a variable is found by its name in capitals', () => {
  const env: NodeJS.ProcessEnv = { ...WRITTEN };
  nameInCapitals(env, 'win32');
  const { größe: other, 'INPUT_AWS-REGION': region } = WRITTEN;
  expect(env).toEqual({ AWS_PROFILE: 'dev', ROLE_TO_ASSUME: 'deploy', 'INPUT_AWS-REGION': region, größe: other });
});

test.each(['linux', 'darwin'] as const)('on %s, names differ by their case', (platform) => {
  const env: NodeJS.ProcessEnv = { ...WRITTEN };
  nameInCapitals(env, platform);
  expect(env).toEqual(WRITTEN);
});
