import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

const VERSION = '1.46.3';
const FOLDER = resolve(__dirname, '../../.cache/aws-cli');
const AWS = join(FOLDER, 'bin/aws');

/** What a command of the AWS CLI printed. */
export interface Printed {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Installs the AWS CLI from PyPI into a folder that git ignores, once. Needs Python 3 with venv. */
export function installAwsCli(): void {
  if (existsSync(AWS)) return;
  execFileSync('python3', ['-m', 'venv', FOLDER]);
  execFileSync(join(FOLDER, 'bin/pip'), ['install', '--quiet', `awscli==${VERSION}`], { stdio: 'inherit' });
}

/** Runs `aws` with these arguments and nothing but these variables, as a later step of a job would. */
export function aws(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Printed> {
  return new Promise((done) => {
    execFile(AWS, args, { env: { AWS_PAGER: '', ...env } }, (error, stdout, stderr) => {
      const exitCode = typeof error?.code === 'number' ? error.code : error ? 1 : 0;
      done({ exitCode, stdout, stderr });
    });
  });
}
