import { readPostSettings } from '../../src/inputs/step-inputs';

test('post reads how AWS and GitHub are reached from the same inputs as main', () => {
  const env = {
    'INPUT_AWS-REGION': 'eu-central-1',
    'INPUT_IAM-ENDPOINT': 'http://127.0.0.1:1',
    'INPUT_HTTP-PROXY': 'proxy:3128',
    'INPUT_RETRY-MAX-ATTEMPTS': '3',
    'INPUT_GITHUB-TOKEN': 'token',
    GITHUB_REPOSITORY: 'octo/app',
  };
  expect(readPostSettings(env)).toEqual({
    connection: {
      region: 'eu-central-1',
      iamEndpoint: 'http://127.0.0.1:1',
      proxy: { httpProxy: 'http://proxy:3128' },
      userAgent: 'aws-identity-action',
    },
    retry: { maxAttempts: 3 },
    githubToken: 'token',
    repository: 'octo/app',
  });
  expect(readPostSettings({})).toMatchObject({ githubToken: undefined, repository: '', retry: { maxAttempts: 12 } });
});
