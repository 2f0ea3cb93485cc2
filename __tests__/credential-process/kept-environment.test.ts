import { environmentToKeep, returnTo } from '../../src/credential-process/kept-environment';

const TOKEN = { ACTIONS_ID_TOKEN_REQUEST_URL: 'https://token.example/old', ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'old' };

/** The kept variables, without the folder. */
function keptOf(env: NodeJS.ProcessEnv): Record<string, string> {
  const { PWD, ...kept } = environmentToKeep(env, '/work');
  expect(PWD).toBe('/work');
  return kept;
}

test('inputs, their variables and what else decides is kept', () => {
  const kept = {
    'INPUT_ROLE-TO-ASSUME': 'deploy',
    ROLE_TO_ASSUME: 'deploy',
    AWS_PROFILE: 'entry',
    AWS_ENDPOINT_URL_STS: 'https://sts.example',
    GITHUB_REPOSITORY: 'octo/app',
    GITHUB_ACTION_REF: 'v1',
    https_proxy: 'http://proxy.example:3128',
    HOME: '/home/runner',
    ...TOKEN,
  };
  const others = { GITHUB_TOKEN: 'secret', GITHUB_ENV: '/env', GITHUB_OUTPUT: '/out', PATH: '/bin', SECRET: 'secret' };
  expect(environmentToKeep({ ...kept, ...others, AWS_REGION: undefined }, '/work')).toStrictEqual({
    ...kept,
    PWD: '/work',
  });
});

test.each(['AWS_PROFILE', 'GITHUB_SHA', 'GITHUB_WORKSPACE', 'HTTP_PROXY', 'no_proxy', 'NODE_EXTRA_CA_CERTS'])(
  '%s is kept, and nothing that only sounds like it: it could be anyone’s secret',
  (name) => {
    expect(keptOf({ [name]: 'x' })).toStrictEqual({ [name]: 'x' });
    expect(keptOf({ [`MY_${name}`]: 'secret', [`${name}-2`]: 'secret' })).toStrictEqual({});
  },
);

test('nor is what only begins or ends like the others', () => {
  const names = ['X_ACTIONS_ID_TOKEN_REQUEST_URL', 'ACTIONS_ID_TOKEN_REQUEST_TOKEN_2', 'GITHUB_REF_NAME', 'HOMEDRIVE'];
  expect(keptOf(Object.fromEntries(names.map((name) => [name, 'secret'])))).toStrictEqual({});
});

test('the step’s environment comes back: what decides now and did not then is gone, the rest stays', () => {
  const env = { AWS_PROFILE: 'deploy', AWS_ACCESS_KEY_ID: 'later', INPUT_MODE: 'other', PATH: '/bin', HOME: '/root' };
  returnTo({ AWS_PROFILE: 'entry', HOME: '/home/runner' }, env);
  expect(env).toEqual({ AWS_PROFILE: 'entry', HOME: '/home/runner', PATH: '/bin' });
});

test('of both ways to ask for a token, the one of this very step is taken', () => {
  const live = { ACTIONS_ID_TOKEN_REQUEST_URL: 'https://token.example/new', ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'new' };
  const env = { ...live };
  returnTo(TOKEN, env);
  expect(env).toEqual(live);
  for (const half of [{ ACTIONS_ID_TOKEN_REQUEST_URL: live.ACTIONS_ID_TOKEN_REQUEST_URL }, {}]) {
    const without: NodeJS.ProcessEnv = { ...half };
    returnTo(TOKEN, without);
    expect(without).toEqual(TOKEN);
  }
});
