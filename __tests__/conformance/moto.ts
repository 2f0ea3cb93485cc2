import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { CreateAccessKeyCommand, CreateUserCommand, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { iamClient } from '../sandbox/iam-client';
import { allow, credentialsOf, stsClient, type Keys } from '../sandbox/sts-client';
import { cacheFolder } from './installed';
import { installFromPyPI } from './python';

/** The account that is there from the start: moto's own, and that of the scenarios. */
const FIRST_ACCOUNT = '123456789012';

/** The keys of a user, as AWS shows them once. */
export interface UserKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/**
 * What is answered in moto's stead to operations that it does not know, and ends with status 500: what it cannot create
 * is not there. Devices are, but moto keeps no tags of them; the action asks for those of devices that are not there yet.
 */
const NOT_IN_MOTO: Readonly<Record<string, Answer>> = {
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

/** A running moto, behind a server that notes what is asked of it. */
export class Moto {
  readonly #calls: string[] = [];
  #after: { readonly operation: string; readonly act: () => Promise<unknown> } | undefined;
  readonly #server: Server;

  private constructor(
    private readonly child: ChildProcess,
    private readonly origin: URL,
  ) {
    this.#server = createServer((incoming, outgoing) => {
      this.#forward(incoming).then(
        ({ status, headers, body }) => outgoing.writeHead(status, headers).end(body),
        () => outgoing.destroy(),
      );
    });
  }

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
    const origin = await new Promise<URL>((resolve, reject) => {
      const said: string[] = [];
      createInterface({ input: moto.stderr }).on('line', (line) => {
        said.push(line);
        const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? [];
        if (url !== undefined) resolve(new URL(url));
      });
      moto.once('error', reject);
      moto.once('exit', () => {
        reject(new Error(`moto ended:\n${said.join('\n')}`));
      });
    });
    const started = new Moto(moto, origin);
    started.#server.listen(0, '127.0.0.1');
    await once(started.#server, 'listening');
    return started;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /**
   * Calls since the last time that this was asked, each as "Operation" or "Operation ErrorCode". Those to S3 are named
   * by method and path.
   */
  calls(): string[] {
    return this.#calls.splice(0);
  }

  /** Does this once, before the next answer to this operation is passed on. */
  after(operation: string, act: () => Promise<unknown>): void {
    this.#after = { operation, act };
  }

  /** Empties all accounts, and makes an administrator in the first. From then on calls are authorized. */
  async reset(): Promise<UserKeys> {
    this.#after = undefined;
    await this.#control('reset', '');
    return this.administrator(FIRST_ACCOUNT);
  }

  /** Sets whether moto checks signatures and policies. */
  authorize(authorization: 'on' | 'off'): Promise<void> {
    return this.#control('reset-auth', authorization === 'on' ? '0' : 'inf');
  }

  /** Makes a user in this account that may do everything. From then on calls are authorized. */
  async administrator(account: string): Promise<UserKeys> {
    await this.authorize('off');
    // In moto, a session of a role is in the role's account, whether there is such a role or not.
    const RoleArn = `arn:aws:iam::${account}:role/any`;
    const anyone = stsClient(this.url, { accessKeyId: 'anyone', secretAccessKey: 'anyone' });
    const session = await credentialsOf(anyone.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'any' })));
    const keys = await this.createUser('admin', session, ['*']);
    await this.authorize('on');
    return keys;
  }

  /** Makes a user with a key, in the account of these credentials, who may do this and no more. */
  async createUser(UserName: string, by: Keys, actions: readonly string[]): Promise<UserKeys> {
    const iam = iamClient(this.url, by);
    await iam.send(new CreateUserCommand({ UserName }));
    if (actions.length > 0) {
      const PolicyDocument = JSON.stringify(allow(actions));
      await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'own', PolicyDocument }));
    }
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
    this.calls();
    return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    const ended = once(this.child, 'exit');
    this.child.kill();
    await ended;
  }

  async #control(command: 'reset' | 'reset-auth', body: string): Promise<void> {
    const { ok, status } = await fetch(new URL(`/moto-api/${command}`, this.origin), { method: 'POST', body });
    if (!ok) throw new Error(`moto refused ${command} with status ${status}`);
  }

  async #forward(incoming: IncomingMessage): Promise<Answer> {
    const body = await read(incoming);
    const operation = new URLSearchParams(body.toString('utf8')).get('Action') ?? resource(incoming);
    const answer = NOT_IN_MOTO[operation] ?? (await this.#ask(incoming, body));
    const [, code] = /<Code>(\w+)<\/Code>/.exec(answer.body.subarray(0, 1000).toString('utf8')) ?? [];
    this.#calls.push(code === undefined ? operation : `${operation} ${code}`);
    if (this.#after?.operation === operation) {
      const { act } = this.#after;
      this.#after = undefined;
      await act();
    }
    return answer;
  }

  /** Signatures cover the header Host, so it stays what it was. */
  async #ask({ method, url, headers }: IncomingMessage, body: Buffer): Promise<Answer> {
    const { hostname, port } = this.origin;
    const asked = request({ hostname, port, method, path: url, headers });
    asked.end(body);
    const [message] = (await once(asked, 'response')) as [IncomingMessage];
    return { status: message.statusCode ?? 500, headers: message.headers, body: await read(message) };
  }
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

function iamAnswer(status: number, xml: string): Answer {
  return { status, headers: { 'content-type': 'text/xml' }, body: Buffer.from(xml) };
}

function resource({ method = '', url = '' }: IncomingMessage): string {
  return `${method} ${new URL(url, 'http://moto').pathname}`;
}

async function read(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
