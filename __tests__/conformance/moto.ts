import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { credentialsOf, stsClient } from '../sandbox/sts-client';
import { cacheFolder } from './installed';
import { LocalAws, originOf, type Answer, type UserKeys } from './local-aws';
import { installFromPyPI } from './python';

/**
 * What is answered in moto's stead to operations that it does not know, and ends with status 500: what it cannot create
 * is not there. Devices are, but moto keeps no tags of them; the action asks for those of devices that are not there yet.
 */
export const NOT_IN_MOTO: Readonly<Record<string, Answer>> = {
  ListServiceSpecificCredentials: iamAnswer(
    200,
    '<ListServiceSpecificCredentialsResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">' +
      '<ListServiceSpecificCredentialsResult><ServiceSpecificCredentials/></ListServiceSpecificCredentialsResult>' +
      '</ListServiceSpecificCredentialsResponse>',
  ),
  ListMFADeviceTags: iamAnswer(
    404,
    '<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type>' +
      '<Code>NoSuchEntity</Code><Message>There is no such device.</Message></Error></ErrorResponse>',
  ),
};

/** Installs moto, an AWS that others wrote, into a folder that git ignores, once. */
export function installMoto(): Promise<void> {
  return installFromPyPI('moto');
}

export class Moto extends LocalAws {
  /**
   * Starts moto on a free port of 127.0.0.1.
   *
   * @param managedPolicies whether it knows those of AWS, which takes it a second for every account
   */
  static async start({ managedPolicies = false } = {}): Promise<Moto> {
    const moto = spawn(join(cacheFolder('moto'), 'bin/moto_server'), ['--host', '127.0.0.1', '--port', '0'], {
      env: { PATH: process.env.PATH, MOTO_IAM_LOAD_MANAGED_POLICIES: String(managedPolicies), PYTHONUNBUFFERED: '1' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    return new Moto(moto, await originOf('moto', moto), NOT_IN_MOTO).listen();
  }

  override authorize(authorization: 'on' | 'off'): Promise<void> {
    return this.control('/moto-api/reset-auth', authorization === 'on' ? '0' : 'inf');
  }

  override async administrator(account: string): Promise<UserKeys> {
    await this.authorize('off');
    // In moto, a session of a role is in the role's account, whether there is such a role or not.
    const RoleArn = `arn:aws:iam::${account}:role/any`;
    const anyone = stsClient(this.url, { accessKeyId: 'anyone', secretAccessKey: 'anyone' });
    const session = await credentialsOf(anyone.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'any' })));
    const keys = await this.createUser('admin', session, ['*']);
    await this.authorize('on');
    return keys;
  }

  protected override empty(): Promise<void> {
    return this.control('/moto-api/reset');
  }
}

function iamAnswer(status: number, xml: string): Answer {
  return { status, headers: { 'content-type': 'text/xml' }, body: Buffer.from(xml) };
}
