import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { cacheFolder } from './installed';
import { installFromPyPI } from './python';

/** The folder with the program `aws`. */
export const AWS_CLI = join(cacheFolder('aws-cli'), 'bin');

/** What a command of the AWS CLI printed. */
export interface Printed {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Installs the AWS CLI into a folder that git ignores, once. */
export function installAwsCli(): Promise<void> {
  return installFromPyPI('aws-cli');
}

/** Runs `aws` with these arguments and nothing but these variables, as a later step of a job would. */
export function aws(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Printed> {
  return new Promise((done) => {
    execFile(join(AWS_CLI, 'aws'), args, { env: { AWS_PAGER: '', ...env } }, (error, stdout, stderr) => {
      const exitCode = typeof error?.code === 'number' ? error.code : error ? 1 : 0;
      done({ exitCode, stdout, stderr });
    });
  });
}
