import { resolve } from 'node:path';
import { profileFiles } from '../../src/profile/locations';

test.each([
  ['nothing is set', {}, '/home/me/.aws/credentials', '/home/me/.aws/config'],
  ['both are set', { AWS_SHARED_CREDENTIALS_FILE: '/x/a', AWS_CONFIG_FILE: '/y/b' }, '/x/a', '/y/b'],
  ['one is set', { AWS_CONFIG_FILE: '/y/b' }, '/home/me/.aws/credentials', '/y/b'],
  [
    'they are empty',
    { AWS_SHARED_CREDENTIALS_FILE: '', AWS_CONFIG_FILE: '' },
    '/home/me/.aws/credentials',
    '/home/me/.aws/config',
  ],
  [
    'they start at home',
    { AWS_SHARED_CREDENTIALS_FILE: '~/a', AWS_CONFIG_FILE: '~/b/c' },
    '/home/me/a',
    '/home/me/b/c',
  ],
  ['a name has a tilde', { AWS_SHARED_CREDENTIALS_FILE: '/~/a', AWS_CONFIG_FILE: '~b' }, '/~/a', resolve('~b')],
])('when %s', (_, env, credentials, config) => {
  expect(profileFiles(env, '/home/me')).toEqual({ credentials, config });
});
