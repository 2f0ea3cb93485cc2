import { createHash, createHmac } from 'node:crypto';
import { Client } from '@smithy/core/client';
import { operation } from '@smithy/core/schema';

type Handle = (args: object) => Promise<{ readonly response: object }>;

type Middleware = (next: Handle, context: object) => Handle;

/** All that a client does with a request, one after the other. */
interface Stack {
  readonly applyToStack: (other: {
    readonly add: (middleware: Middleware, options: { readonly name?: string }) => void;
    readonly addRelativeTo: () => void;
  }) => void;
}

/** What the SDK's clients are made of, as far as it is used here. */
interface Made {
  readonly middlewareStack: Stack;
  readonly config: {
    readonly protocol: {
      readonly setSerdeContext: (config: object) => void;
      readonly serializeRequest: (of: object, input: object, context: object) => Promise<Sent>;
      readonly deserializeResponse: (of: object, context: object, response: object) => Promise<object>;
    };
    readonly requestHandler: {
      readonly handle: (request: Sent, options: object) => Promise<{ readonly response: object }>;
    };
    readonly credentials: () => Promise<{ readonly accessKeyId: string; readonly secretAccessKey: string }>;
    readonly region: () => Promise<string>;
    readonly serviceId: string;
  };
}

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

interface Asked {
  readonly schema: readonly [unknown, string, string, unknown, never, never];
  readonly input: object;
}

const HOST = 'localhost';
const ENDPOINT = { protocol: 'http:', hostname: HOST, port: undefined, path: '/', query: undefined };

/**
 * Lets the SDK's clients write, send and read requests without what they do besides, which takes most of their time: they
 * look for settings in files and variables, find endpoints by rules, and sign by code of their own. Until what it returns
 * is called.
 */
export function shortWay(): () => void {
  const before = Reflect.get(Client.prototype, 'send') as unknown;
  Client.prototype.send = async function (this: Made, command: Asked, options: object) {
    const { config } = this;
    const { protocol, requestHandler } = config;
    const [, namespace, name, traits, input, output] = command.schema;
    const schema = operation(namespace, name, traits as never, input, output);
    protocol.setSerdeContext(config);
    const request = await protocol.serializeRequest(schema, command.input, {
      ...config,
      endpoint: () => Promise.resolve(ENDPOINT),
    });
    const [keys, region] = [await config.credentials(), await config.region()];
    sign(request, { ...keys, region, service: config.serviceId.toLowerCase() });
    const send: Handle = () => requestHandler.handle(request, options);
    const handle = ownPartOf(this).reduce((next, middleware) => middleware(next, {}), send);
    const { response } = await handle({ input: command.input, request });
    try {
      return await protocol.deserializeResponse(schema, config, response);
    } catch (error) {
      Object.defineProperty(error, '$response', { value: response });
      throw error;
    }
  } as unknown as typeof Client.prototype.send;
  return () => {
    Reflect.set(Client.prototype, 'send', before);
  };
}

/** What the step itself adds to its clients, by name. */
const OWN_MIDDLEWARE: ReadonlySet<string> = new Set(['dateOfAnswer']);

/** Of what a client does with each request, what the step has added. */
function ownPartOf({ middlewareStack }: Made): Middleware[] {
  const own: Middleware[] = [];
  middlewareStack.applyToStack({
    add(middleware, { name = '' }) {
      if (OWN_MIDDLEWARE.has(name)) own.push(middleware);
    },
    addRelativeTo: () => undefined,
  });
  return own;
}

interface Signer {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
  readonly service: string;
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
function sign(request: Sent, { accessKeyId, secretAccessKey, region, service }: Signer): void {
  const { method, path, headers, body } = request;
  const time = new Date().toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
  const scope = [time.slice(0, 8), region, service, 'aws4_request'];
  const canonical = [method, path, '', `host:${HOST}`, `x-amz-date:${time}`, '', 'host;x-amz-date', hash(body)];
  const toSign = ['AWS4-HMAC-SHA256', time, scope.join('/'), hash(canonical.join('\n'))].join('\n');
  const key = signingKey(secretAccessKey, scope);
  headers.host = HOST;
  headers['x-amz-date'] = time;
  headers.authorization =
    `AWS4-HMAC-SHA256 Credential=${[accessKeyId, ...scope].join('/')}, SignedHeaders=host;x-amz-date, ` +
    `Signature=${hmac(key, toSign).toString('hex')}`;
}

const signingKeys = new Map<string, Buffer>();

/** A key works for all requests of a day to a service. */
function signingKey(secretAccessKey: string, scope: readonly string[]): Buffer {
  const name = [secretAccessKey, ...scope].join(' ');
  const known = signingKeys.get(name);
  if (known) return known;
  const key = scope.reduce<Buffer>((from, part) => hmac(from, part), Buffer.from(`AWS4${secretAccessKey}`));
  signingKeys.set(name, key);
  return key;
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
