import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheFolder } from './installed';
import { FIRST_ACCOUNT, LocalAws, originOf, type UserKeys } from './local-aws';
import { installFromPyPI } from './python';

/** The secret of the root users, whose key IDs are the numbers of their accounts. */
const ROOT_SECRET = 'root';

/** Installs MiniStack, an AWS that others wrote, into a folder that git ignores, once. */
export function installMiniStack(): Promise<void> {
  return installFromPyPI('ministack');
}

/** It checks signatures and policies, conditions of MFA included. */
export class MiniStack extends LocalAws {
  /** Starts MiniStack on a free port of 127.0.0.1. */
  static async start(): Promise<MiniStack> {
    const ministack = spawn(join(cacheFolder('ministack'), 'bin/ministack'), {
      env: {
        PATH: process.env.PATH,
        HOME: tmpdir(),
        AUTH: 'true',
        BIND_HOST: '127.0.0.1',
        GATEWAY_PORT: '0',
        AWS_SECRET_ACCESS_KEY: ROOT_SECRET,
        MINISTACK_ACCOUNT_ID: FIRST_ACCOUNT,
        MINISTACK_AUTOCREATE_AWS_MANAGED: '1',
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    return new MiniStack(ministack, await originOf('MiniStack', ministack)).listen();
  }

  /** It always checks them. */
  override authorize(): Promise<void> {
    return Promise.resolve();
  }

  override administrator(account: string): Promise<UserKeys> {
    return this.createUser('admin', { accessKeyId: account, secretAccessKey: ROOT_SECRET }, ['*']);
  }

  protected override empty(): Promise<void> {
    return this.control('/_ministack/reset');
  }
}
