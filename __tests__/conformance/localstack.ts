import { spawn } from 'node:child_process';
import { join } from 'node:path';
import {
  DeleteAccessKeyCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DeleteUserCommand,
  DeleteUserPolicyCommand,
  ListAccessKeysCommand,
  ListRolePoliciesCommand,
  ListRolesCommand,
  ListUserPoliciesCommand,
  ListUsersCommand,
  type IAMClient,
} from '@aws-sdk/client-iam';
import { iamClient } from '../sandbox/iam-client';
import { cacheFolder } from './installed';
import { LocalAws, originOf, type UserKeys } from './local-aws';
import { NOT_IN_MOTO } from './moto';
import { installFromPyPI } from './python';

const FOLDER = cacheFolder('localstack');

/** A key whose ID is the number of an account is that of its root user. */
const rootOf = (account: string): UserKeys => ({ accessKeyId: account, secretAccessKey: 'root' });

/** Installs LocalStack's core, an AWS that others wrote, into a folder that git ignores, once. */
export function installLocalStack(): Promise<void> {
  return installFromPyPI('localstack');
}

/** Its IAM is that of moto. It checks no signatures and no policies. */
export class LocalStack extends LocalAws {
  readonly #accounts = new Set<string>();

  /** Starts LocalStack on a free port of 127.0.0.1. */
  static async start(): Promise<LocalStack> {
    const localstack = spawn(join(FOLDER, 'bin/python'), ['-m', 'localstack.runtime.main'], {
      env: {
        PATH: process.env.PATH,
        HOME: FOLDER,
        FILESYSTEM_ROOT: join(FOLDER, 'files'),
        OVERRIDE_IN_DOCKER: '0',
        SERVICES: 'iam,s3,sts',
        STRICT_SERVICE_LOADING: '1',
        GATEWAY_SERVER: 'hypercorn',
        GATEWAY_LISTEN: '127.0.0.1:0',
        DNS_ADDRESS: '0',
        DISABLE_EVENTS: '1',
        SKIP_SSL_CERT_DOWNLOAD: '1',
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    return new LocalStack(localstack, await originOf('LocalStack', localstack), NOT_IN_MOTO).listen();
  }

  override authorize(): Promise<void> {
    return Promise.resolve();
  }

  override administrator(account: string): Promise<UserKeys> {
    this.#accounts.add(account);
    return this.createUser('admin', rootOf(account), ['*']);
  }

  /** It cannot be reset: what tests leave behind is deleted. */
  protected override async empty(): Promise<void> {
    for (const account of this.#accounts) {
      const iam = iamClient(this.url, rootOf(account));
      await deleteUsers(iam);
      await deleteRoles(iam);
    }
  }
}

async function deleteUsers(iam: IAMClient): Promise<void> {
  const { Users = [] } = await iam.send(new ListUsersCommand({}));
  for (const { UserName } of Users) {
    const { AccessKeyMetadata = [] } = await iam.send(new ListAccessKeysCommand({ UserName }));
    for (const { AccessKeyId } of AccessKeyMetadata) {
      await iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId }));
    }
    const { PolicyNames = [] } = await iam.send(new ListUserPoliciesCommand({ UserName }));
    for (const PolicyName of PolicyNames) await iam.send(new DeleteUserPolicyCommand({ UserName, PolicyName }));
    await iam.send(new DeleteUserCommand({ UserName }));
  }
}

async function deleteRoles(iam: IAMClient): Promise<void> {
  const { Roles = [] } = await iam.send(new ListRolesCommand({}));
  for (const { RoleName } of Roles) {
    const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
    for (const PolicyName of PolicyNames) await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
    await iam.send(new DeleteRoleCommand({ RoleName }));
  }
}
