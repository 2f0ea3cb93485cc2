import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { CreateAccessKeyCommand, CreateUserCommand, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import { iamClient } from '../sandbox/iam-client';
import { allow, type Keys } from '../sandbox/sts-client';

/** The account that is there from the start: that of the scenarios. */
export const FIRST_ACCOUNT = '123456789012';

/** The keys of a user, as AWS shows them once. */
export interface UserKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** A running AWS that others wrote, behind a server that notes what is asked of it. */
export abstract class LocalAws {
  readonly #calls: string[] = [];
  #after: { readonly operation: string; readonly act: () => Promise<unknown> } | undefined;
  readonly #server: Server;

  /** @param instead what is answered in its stead to operations that it does not know */
  protected constructor(
    private readonly child: ChildProcess,
    protected readonly origin: URL,
    private readonly instead: Readonly<Record<string, Answer>> = {},
  ) {
    this.#server = createServer((incoming, outgoing) => {
      this.#forward(incoming).then(
        ({ status, headers, body }) => outgoing.writeHead(status, headers).end(body),
        () => outgoing.destroy(),
      );
    });
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
    await this.empty();
    return this.administrator(FIRST_ACCOUNT);
  }

  /** Makes a user in this account that may do everything. From then on calls are authorized. */
  abstract administrator(account: string): Promise<UserKeys>;

  /** Sets whether signatures and policies are checked, where that can be set. */
  abstract authorize(authorization: 'on' | 'off'): Promise<void>;

  protected abstract empty(): Promise<void>;

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
    // Nothing of it is kept, and LocalStack does not always end when it is asked to.
    this.child.kill('SIGKILL');
    await ended;
  }

  protected async listen(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  /** Asks for something that AWS has not. */
  protected async control(path: string, body = ''): Promise<void> {
    const { ok, status } = await fetch(new URL(path, this.origin), { method: 'POST', body });
    if (!ok) throw new Error(`${path} was refused with status ${status}`);
  }

  async #forward(incoming: IncomingMessage): Promise<Answer> {
    const body = await read(incoming);
    const operation = new URLSearchParams(body.toString('utf8')).get('Action') ?? resource(incoming);
    const answer = this.instead[operation] ?? (await this.#ask(incoming, body));
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

/** Where a program listens that has just been started, as its output says. */
export async function originOf(name: string, child: ChildProcess): Promise<URL> {
  return new Promise<URL>((resolve, reject) => {
    const said: string[] = [];
    const output = child.stderr;
    if (output === null) throw new Error(`${name} has no output`);
    createInterface({ input: output }).on('line', (line) => {
      said.push(line);
      // What speaks both says https.
      const [, host] = /https?:\/\/(127\.0\.0\.1:\d+)/.exec(line) ?? [];
      if (host !== undefined) resolve(new URL(`http://${host}`));
    });
    child.once('error', reject);
    child.once('exit', () => {
      reject(new Error(`${name} ended:\n${said.join('\n')}`));
    });
  });
}

function resource({ method = '', url = '' }: IncomingMessage): string {
  return `${method} ${new URL(url, 'http://local').pathname}`;
}

async function read(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
