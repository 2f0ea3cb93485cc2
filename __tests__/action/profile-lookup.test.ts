import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { lookAtHome } from '../../src/action/profile-lookup';
import type { Step } from '../../src/runner/step';

const TO_PROFILE = { 'INPUT_AWS-PROFILE': 'dev' };
const NAMED = { AWS_CONFIG_FILE: 'D:\\config', AWS_SHARED_CREDENTIALS_FILE: 'D:\\credentials' };

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'home-'))));
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** The HOME that a step goes on with, and the warnings. */
function lookedAt(env: NodeJS.ProcessEnv, platform: NodeJS.Platform = 'win32') {
  const warning = jest.fn<undefined, [string]>();
  lookAtHome({ env, runner: { warning } } as unknown as Step, platform);
  return [env.HOME, warning.mock.calls.map(([text]) => text)];
}

test('on Windows, profiles are read where they are written, and a warning says who looks elsewhere', () => {
  const warnings = [
    expect.stringMatching(/^Profiles are read and written in .+, and not in HOME, which is .+\. There /),
  ];
  expect(lookedAt({ HOME: folder, ...TO_PROFILE })).toEqual([homedir(), warnings]);
  mkdirSync(join(folder, '.aws'));
  expect(lookedAt({ HOME: folder })).toEqual([homedir(), warnings]);
});

test.each([
  ['no profile is concerned', {}],
  ['it is a file of the job', { ...TO_PROFILE, 'INPUT_PROFILE-LOCATION': 'job' }],
  ['variables name the files', { ...TO_PROFILE, ...NAMED }],
])('there is no warning if %s', (_, env) => {
  expect(lookedAt({ HOME: folder, ...env })).toEqual([homedir(), []]);
});

test.each([undefined, '', homedir(), `${homedir()}/`, homedir().toUpperCase()])('HOME may be %s', (home) => {
  expect(lookedAt({ HOME: home, ...TO_PROFILE })).toEqual([home, []]);
});

test('elsewhere, HOME is the home', () => {
  expect(lookedAt({ HOME: folder, ...TO_PROFILE }, 'linux')).toEqual([folder, []]);
});
