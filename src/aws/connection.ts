import { pipeline, Transform, type Readable } from 'node:stream';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { agentsFor } from '../network/agents';
import { limited } from '../network/answer-size';
import { CONNECT_TIMEOUT_MS } from '../network/deadline';
import type { ProxySettings } from '../network/proxy';
import type { Credentials } from './credentials';
import { configuredEndpoint } from './endpoint';

/** Where and how AWS is reached. */
export interface Connection {
  readonly region: string;
  /** Other endpoints than AWS's own. If omitted, `AWS_ENDPOINT_URL_STS`, `AWS_ENDPOINT_URL_IAM` or the region decides. */
  readonly stsEndpoint: string | undefined;
  readonly iamEndpoint: string | undefined;
  /** If omitted, `AWS_USE_FIPS_ENDPOINT` decides. */
  readonly useFipsEndpoint: boolean | undefined;
  readonly proxy: ProxySettings;
  /** Added to the User-Agent of each request. */
  readonly userAgent: string;
}

/** What the client of a service knows of its endpoint. */
interface ClientConfig {
  endpointProvider(parameters: { Region: string; UseFIPS: boolean; UseDualStack: boolean }): { readonly url: URL };
  useFipsEndpoint(): Promise<boolean>;
  useDualstackEndpoint(): Promise<boolean>;
}

/**
 * What the clients of all services are made with. They make each request once: the kind of failure decides whether to
 * try again (`network/retry`). Making a client opens its connection, so that it is open before the first request.
 *
 * @param credentials those that sign; without any, the SDK's default chain finds some
 * @param config that of the client, asked for once the client is made
 */
export function clientConfiguration(
  service: 'STS' | 'IAM',
  connection: Connection,
  credentials: Credentials | undefined,
  config: () => ClientConfig,
) {
  const { region, userAgent, proxy } = connection;
  const destination = destinationOf(service, connection);
  const { endpoint } = destination;
  return {
    ...destination,
    credentials,
    customUserAgent: userAgent,
    requestHandler: handlerFor(
      async () => (endpoint === undefined ? endpointIn(region, config) : new URL(endpoint)),
      proxy,
    ),
  };
}

/**
 * Where a client of a service sends its requests, each once. The inputs and variables say all of it: what else the SDK
 * would find in a profile, a later step may have written there, and it is not where the step's other calls went.
 */
export function destinationOf(service: 'STS' | 'IAM', connection: Connection) {
  const { region, useFipsEndpoint, stsEndpoint, iamEndpoint } = connection;
  return {
    region,
    endpoint: configuredEndpoint({ STS: stsEndpoint, IAM: iamEndpoint }[service], service),
    ignoreConfiguredEndpointUrls: true,
    useFipsEndpoint: useFipsEndpoint ?? process.env.AWS_USE_FIPS_ENDPOINT === 'true',
    useDualstackEndpoint: process.env.AWS_USE_DUALSTACK_ENDPOINT === 'true',
    maxAttempts: 1,
    // For each of these, too, it would read the profile files as a whole, however large they are.
    authSchemePreference: [],
    defaultsMode: 'standard' as const,
    retryMode: 'standard',
    userAgentAppId: () => Promise.resolve(process.env.AWS_SDK_UA_APP_ID),
  };
}

/** What clients are made with that the SDK makes by itself, whatever the service. */
export function configurationForAnyHost({ useFipsEndpoint, userAgent, proxy }: Connection) {
  return { useFipsEndpoint, customUserAgent: userAgent, requestHandler: new AnyHostHandler(proxy) };
}

async function endpointIn(region: string, config: () => ClientConfig): Promise<URL> {
  // The handler asks for this while the client, which knows the endpoint, is still being made.
  const client = await Promise.resolve().then(config);
  const [UseFIPS, UseDualStack] = [await client.useFipsEndpoint(), await client.useDualstackEndpoint()];
  return client.endpointProvider({ Region: region, UseFIPS, UseDualStack }).url;
}

type Handle = NodeHttpHandler['handle'];

function handlerFor(endpoint: () => Promise<URL>, proxy: ProxySettings): RequestHandler {
  return new RequestHandler(async () => ({
    ...(await agentsFor(await endpoint(), proxy)),
    connectionTimeout: CONNECT_TIMEOUT_MS,
  }));
}

/** Makes the requests of AWS's clients, and keeps the answers within bounds. */
class RequestHandler extends NodeHttpHandler {
  constructor(options: ConstructorParameters<typeof NodeHttpHandler>[0]) {
    super(options);
    // Each request says what is wrong with them. Until there is one, nobody waits for them. The SDK's types hide it.
    const { configProvider } = this as unknown as { configProvider: Promise<unknown> };
    configProvider.catch(() => undefined);
  }

  override async handle(...request: Parameters<Handle>): ReturnType<Handle> {
    const { response } = await super.handle(...request);
    const body = limited(response.body as Readable);
    response.body = response.statusCode < 400 ? body : withErrorResponse(body);
    return { response };
  }
}

/** Makes requests to whatever host, each directly or through the proxy that is for it. */
class AnyHostHandler extends NodeHttpHandler {
  readonly #handlers = new Map<string, RequestHandler>();

  constructor(private readonly proxy: ProxySettings) {
    super();
  }

  override handle(...[request, options]: Parameters<Handle>): ReturnType<Handle> {
    const { protocol, hostname, port } = request;
    const host = `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`;
    const handler = this.#handlers.get(host) ?? handlerFor(() => Promise.resolve(new URL(host)), this.proxy);
    this.#handlers.set(host, handler);
    return handler.handle(request, options);
  }
}

/**
 * Vendors that serve S3 at the same place may answer with its `<Error>`. The SDK looks for that in an `<ErrorResponse>`,
 * as STS and IAM of AWS have it, and would not see what was refused.
 */
function withErrorResponse(body: Readable): Readable {
  let isOfS3: boolean | undefined;
  const wrapped = new Transform({
    transform(chunk: Buffer, _, next) {
      const isFirst = isOfS3 === undefined;
      isOfS3 ??= /^\s*(?:<\?xml[^>]*>\s*)?<Error>/.test(chunk.toString());
      const root = chunk.indexOf('<Error>');
      if (isFirst && isOfS3) this.push(Buffer.concat([chunk.subarray(0, root), Buffer.from('<ErrorResponse>')]));
      next(null, isFirst && isOfS3 ? chunk.subarray(root) : chunk);
    },
    flush(next) {
      next(null, isOfS3 ? '</ErrorResponse>' : undefined);
    },
  });
  return pipeline(body, wrapped, () => undefined);
}
