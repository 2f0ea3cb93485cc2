import {
  credentialOutputs,
  credentialSettings,
  credentialVariables,
  noCredentialVariables,
} from '../../src/delivery/variables-and-outputs';
import { EXAMPLE_KEYS } from '../scenarios/scenario';

const SESSION = { ...EXAMPLE_KEYS, sessionToken: 'SESSIONEXAMPLE' };
const REGION = { AWS_REGION: 'eu-central-1', AWS_DEFAULT_REGION: 'eu-central-1' };
const KEYS = {
  AWS_ACCESS_KEY_ID: EXAMPLE_KEYS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: EXAMPLE_KEYS.secretAccessKey,
};

describe('the variables of credentials', () => {
  test('are keys, token and region', () => {
    expect(credentialVariables(SESSION, 'eu-central-1', {})).toEqual({
      ...KEYS,
      AWS_SESSION_TOKEN: 'SESSIONEXAMPLE',
      ...REGION,
    });
  });

  test('empty the token of earlier credentials', () => {
    expect(credentialVariables(EXAMPLE_KEYS, 'eu-central-1', {})).toEqual({ ...KEYS, ...REGION });
    expect(credentialVariables(EXAMPLE_KEYS, 'eu-central-1', { AWS_SESSION_TOKEN: 'EARLIEREXAMPLE' })).toEqual({
      ...KEYS,
      AWS_SESSION_TOKEN: '',
      ...REGION,
    });
  });

  test.each([
    [undefined, 'AWS_SECRET_ACCESS_KEY;AWS_SESSION_TOKEN'],
    ['', 'AWS_SECRET_ACCESS_KEY;AWS_SESSION_TOKEN'],
    ['CL;URL_PATH', 'CL;URL_PATH;AWS_SECRET_ACCESS_KEY;AWS_SESSION_TOKEN'],
    ['AWS_SESSION_TOKEN;CL', 'AWS_SESSION_TOKEN;CL;AWS_SECRET_ACCESS_KEY'],
    ['AWS_SECRET_ACCESS_KEY;AWS_SESSION_TOKEN', undefined],
    // It excludes everything, and only by itself.
    ['*', undefined],
  ])('keep Git Bash from taking a secret for a path on Windows, where it spares %j already', (before, after) => {
    const env = { RUNNER_OS: 'Windows', ...(before !== undefined && { MSYS2_ENV_CONV_EXCL: before }) };
    expect(credentialVariables(SESSION, 'eu-central-1', env).MSYS2_ENV_CONV_EXCL).toBe(after);
  });

  test.each(['Linux', 'macOS', undefined])('leave Git Bash alone on %s', (RUNNER_OS) => {
    const env = RUNNER_OS === undefined ? {} : { RUNNER_OS };
    expect(credentialVariables(SESSION, 'eu-central-1', env)).not.toHaveProperty('MSYS2_ENV_CONV_EXCL');
  });
});

test('outputs and profiles hold a session token only where there is one', () => {
  const { accessKeyId, secretAccessKey } = EXAMPLE_KEYS;
  const outputs = { 'aws-access-key-id': accessKeyId, 'aws-secret-access-key': secretAccessKey };
  expect(credentialOutputs(EXAMPLE_KEYS)).toEqual(outputs);
  expect(credentialOutputs(SESSION)).toEqual({ ...outputs, 'aws-session-token': 'SESSIONEXAMPLE' });
  const settings = { aws_access_key_id: accessKeyId, aws_secret_access_key: secretAccessKey };
  expect(credentialSettings(EXAMPLE_KEYS)).toEqual(settings);
  expect(credentialSettings(SESSION)).toEqual({ ...settings, aws_session_token: 'SESSIONEXAMPLE' });
});

test('credentials are taken away where there are some', () => {
  const env = { AWS_ACCESS_KEY_ID: 'earlier', AWS_SESSION_TOKEN: '', AWS_REGION: 'eu-central-1' };
  expect(noCredentialVariables(env)).toEqual({ AWS_ACCESS_KEY_ID: '' });
});
