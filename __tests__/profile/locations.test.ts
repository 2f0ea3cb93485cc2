import { posix, resolve, win32 } from 'node:path';
import { deviceLocation, profileFiles, unclearLocation } from '../../src/profile/locations';

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

test.each([
  ['nothing is set', {}, 'C:\\Users\\me\\.aws\\credentials', 'C:\\Users\\me\\.aws\\config'],
  [
    'both are set',
    { AWS_SHARED_CREDENTIALS_FILE: 'D:\\a\\_temp\\c', AWS_CONFIG_FILE: 'D:/a/_temp/b' },
    'D:\\a\\_temp\\c',
    'D:\\a\\_temp\\b',
  ],
  [
    'they start at home',
    { AWS_SHARED_CREDENTIALS_FILE: '~\\a', AWS_CONFIG_FILE: '~/b/c' },
    'C:\\Users\\me\\a',
    'C:\\Users\\me\\b\\c',
  ],
])('on Windows, when %s', (_, env, credentials, config) => {
  expect(profileFiles(env, 'C:\\Users\\me', win32)).toEqual({ credentials, config });
});

test('a backslash is no separator elsewhere', () => {
  expect(profileFiles({ AWS_CONFIG_FILE: '~\\a' }, '/home/me').config).toBe(resolve('~\\a'));
});

test.each([
  '$HOME/x',
  '${HOME}/x',
  '/data/$USER/x',
  '%USERPROFILE%\\.aws\\x',
  '%APPDATA%/x',
  '"/x"',
  "'C:\\x'",
  '~root/x',
  '~\\x',
  '~',
  '$env:USERPROFILE\\.aws\\x',
  '$(pwd)/x',
  '`pwd`/x',
  '%ProgramFiles(x86)%/x',
  '%(HOME)s/x',
  '!HOME!/x',
  '@HOME@/x',
  '<home>/x',
  '{{ home }}/x',
  '{home}/x',
  '#{HOME}/x',
  'file:///tmp/x',
  'FILE:///tmp/x',
  ' /tmp/x',
  '/tmp/x ',
  '/tmp/x\n',
  '\t/tmp/x',
])('%s is no clear location', (path) => {
  for (const name of ['AWS_SHARED_CREDENTIALS_FILE', 'AWS_CONFIG_FILE']) {
    const reason = `${name} is ${JSON.stringify(path)}. Not all of AWS's tools replace variables and ~name in it`;
    expect(unclearLocation({ [name]: path })).toContain(reason);
  }
});

test.each([
  '',
  '~/x',
  '/x',
  'C:\\x',
  'C:\\Program Files (x86)\\x',
  'C:\\{0f1e-2d3c}\\x',
  '/100%/x',
  '/a%20b/x',
  '/a%20b%20c/x',
  '/a$/x',
  '/a@b@c/x',
  '/a b/x',
  './x',
])('%s is', (path) => {
  expect(unclearLocation({ AWS_SHARED_CREDENTIALS_FILE: path, AWS_CONFIG_FILE: path })).toBeUndefined();
});

test('a home with a backslash is clear on Windows', () => {
  expect(unclearLocation({ AWS_CONFIG_FILE: '~\\x' }, win32)).toBeUndefined();
});

test.each([
  ['NUL', 'NUL'],
  ['nul', 'nul'],
  ['aux.txt', 'aux'],
  ['prn .ini', 'prn'],
  ['C:\\con', 'con'],
  ['C:nul', 'nul'],
  ['nul:', 'nul'],
  ['C:\\users\\COM1.txt', 'COM1'],
  ['D:/a/lpt9.config.old', 'lpt9'],
  ['D:\\a\\COM²', 'COM²'],
  ['D:\\aux\\config', 'aux'],
  ['CONOUT$', 'CONOUT$'],
  ['\\\\.\\NUL', 'NUL'],
  ['~\\nul', 'nul'],
])('on Windows, %s is a device', (path, device) => {
  for (const name of ['AWS_SHARED_CREDENTIALS_FILE', 'AWS_CONFIG_FILE']) {
    const reason = `${name} is ${JSON.stringify(path)}. On Windows ${device} is a device`;
    expect(deviceLocation({ [name]: path }, win32)).toContain(reason);
    expect(deviceLocation({ [name]: path }, posix)).toBeUndefined();
  }
});

test.each(['', 'C:\\null', 'C:\\console', 'C:\\com10', 'C:\\com', 'C:\\my nul', 'C:\\x.nul', 'C:\\nul-x\\config'])(
  'on Windows, %s is none',
  (path) => {
    expect(deviceLocation({ AWS_SHARED_CREDENTIALS_FILE: path, AWS_CONFIG_FILE: path }, win32)).toBeUndefined();
  },
);
