import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { stsClient } from './sts-client';

const SCRIPT = join(__dirname, '../../sandbox/background.mjs');

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'background-'))));
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function start(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

test('the sandbox goes on when what started it has ended, and can be used with its variables', async () => {
  const file = join(folder, 'variables');
  const { status, stdout, stderr } = start(file);
  const pid = Number(/^The sandbox is process (\d+)\.\n$/.exec(stdout)?.[1]);
  try {
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const variables = parseEnv(readFileSync(file, 'utf8'));
    expect(Object.keys(variables).sort()).toEqual([
      'ACTIONS_ID_TOKEN_REQUEST_TOKEN',
      'ACTIONS_ID_TOKEN_REQUEST_URL',
      'AWS_ACCESS_KEY_ID',
      'AWS_DEFAULT_REGION',
      'AWS_ENDPOINT_URL',
      'AWS_REGION',
      'AWS_SECRET_ACCESS_KEY',
      'MFA_SECRET',
    ]);
    const { AWS_ENDPOINT_URL = '', AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '' } = variables;
    const keys = { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY };
    const { Arn } = await stsClient(AWS_ENDPOINT_URL, keys).send(new GetCallerIdentityCommand());
    expect(Arn).toBe('arn:aws:iam::123456789012:user/mona');
  } finally {
    process.kill(pid);
  }
});

test.each([
  ['no file for the variables', [], 'Give the file for the variables: node sandbox/background.mjs FILE\n'],
  [
    'a file that cannot be written',
    ['/nowhere/variables'],
    'The sandbox ended before it had written /nowhere/variables.\n',
  ],
])('%s', (_, args, stderr) => {
  expect(start(...args)).toEqual({ status: 1, stdout: '', stderr });
});
