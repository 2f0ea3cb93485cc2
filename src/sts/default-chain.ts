import { readFileSync } from 'node:fs';
import { getDefaultRoleAssumer, getDefaultRoleAssumerWithWebIdentity } from '@aws-sdk/client-sts';
import { fromEnv } from '@aws-sdk/credential-provider-env';
import { configurationForAnyHost, destinationOf, type Connection } from '../aws/connection';
import type { Credentials } from '../aws/credentials';
import { AWS_FAILURES, refusalOf } from '../aws/failure';
import { inShort } from '../errors/action-error';
import { messageOf } from '../errors/message';
import { call, type CallSettings } from '../network/call';
import type { Failures, Retry } from '../network/retry';

/** Where the default chain looks for credentials. */
export type ChainSource = 'environment' | 'profile' | 'token file' | 'container' | 'machine';

/** A source that gave no credentials. */
export interface FailedSource {
  readonly source: ChainSource;
  /** Its own words. */
  readonly words: string;
  readonly error: unknown;
}

/** What the default chain came to. */
export type ChainResult =
  { readonly source: ChainSource; readonly credentials: Credentials } | { readonly failed: readonly FailedSource[] };

type SdkCredentials = Awaited<ReturnType<ReturnType<typeof fromEnv>>>;

interface Link {
  readonly source: ChainSource;
  /** Whether the environment has this source asked. */
  readonly isAsked: (env: NodeJS.ProcessEnv) => boolean;
  readonly find: (calls: ChainCalls) => Promise<SdkCredentials>;
  /** What its failures mean; none is tried again if omitted. */
  readonly failures?: Failures;
}

type ChainCalls = ReturnType<typeof callsFor>;

/**
 * With what sources make calls of their own, as for the role that a profile or a token file is for: to the endpoint of the
 * step, in its region and through its proxy. A sign-in at IAM Identity Center has other hosts, and the same proxy.
 */
function callsFor(connection: Connection) {
  const clientConfig = configurationForAnyHost(connection);
  const sts = { ...clientConfig, ...destinationOf('STS', connection) };
  return {
    roleAssumer: getDefaultRoleAssumer(sts),
    roleAssumerWithWebIdentity: getDefaultRoleAssumerWithWebIdentity(sts),
    clientConfig,
  };
}

/** What lies on this machine, and is read again, says the same. */
const FINAL: Failures = { ...AWS_FAILURES, retryOf: () => 'final' };

/** Of an answer without credentials, the SDK passes on the status alone, in its words. */
const CONTAINER_FAILURES: Failures = {
  ...AWS_FAILURES,
  retryOf: (error) => retryOfStatus(Number(/Server responded with status: (\d+)/.exec(messageOf(error))?.[1])),
};

/**
 * The metadata of a machine are for all that runs on it, and throttled. A machine that does not answer is none of AWS's: it
 * must not keep anyone waiting.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html#instancedata-throttling
 */
const MACHINE_FAILURES: Failures = {
  ...AWS_FAILURES,
  retryOf: (error) => retryOfStatus(error instanceof Error ? Number(Reflect.get(error, 'statusCode')) : Number.NaN),
};

function retryOfStatus(status: number): Retry {
  return status === 429 ? 'throttled' : status >= 500 ? 'transient' : 'final';
}

/**
 * The order of the SDK for JavaScript: a profile that AWS_PROFILE names comes before keys in the environment.
 * https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
 */
const LINKS: readonly Link[] = [
  { source: 'environment', isAsked: (env) => !env.AWS_PROFILE, find: () => fromEnv()() },
  {
    source: 'profile',
    failures: AWS_FAILURES,
    isAsked: () => true,
    async find(calls) {
      const { fromIni } = await import('@aws-sdk/credential-provider-ini');
      return fromIni(calls)();
    },
  },
  {
    source: 'token file',
    failures: AWS_FAILURES,
    isAsked: (env) => Boolean(env.AWS_WEB_IDENTITY_TOKEN_FILE && env.AWS_ROLE_ARN),
    async find(calls) {
      const { fromTokenFile } = await import('@aws-sdk/credential-provider-web-identity');
      return fromTokenFile(calls)();
    },
  },
  {
    source: 'container',
    failures: CONTAINER_FAILURES,
    isAsked: isContainer,
    async find() {
      const { fromHttp } = await import('@aws-sdk/credential-provider-http');
      // The SDK asks four times, a second apart, also what refuses.
      return fromHttp({ maxRetries: 1 })();
    },
  },
  {
    source: 'machine',
    failures: MACHINE_FAILURES,
    isAsked: (env) => !isContainer(env) && (env.AWS_EC2_METADATA_DISABLED ?? 'false') === 'false',
    async find() {
      const { fromInstanceMetadata } = await import('@smithy/credential-provider-imds');
      return fromInstanceMetadata()();
    },
  },
];

/**
 * Looks for credentials where the default chain does. A source that is there and refuses ends it, as in the SDK; one that
 * has nothing to give leads to the next.
 */
export async function searchDefaultChain(connection: Connection, settings: CallSettings): Promise<ChainResult> {
  const calls = callsFor(connection);
  const failed: FailedSource[] = [];
  for (const { source, find, failures = FINAL } of LINKS.filter(({ isAsked }) => isAsked(process.env))) {
    try {
      const { accessKeyId, secretAccessKey, sessionToken, expiration } = await call(
        `Credentials of the ${source}`,
        () => find(calls),
        failures,
        settings,
      );
      return {
        source,
        credentials: {
          accessKeyId,
          secretAccessKey,
          // An empty token, as some metadata services give, is none.
          sessionToken: sessionToken === '' ? undefined : sessionToken,
          // The SDK passes on whatever a program or a metadata service gives for a time.
          expiration: Number.isNaN(expiration?.getTime()) ? undefined : expiration,
        },
      };
    } catch (error) {
      failed.push({ source, words: await wordsOf(source, error), error });
      if (!leadsToNext(error)) break;
    }
  }
  return { failed };
}

function isContainer(env: NodeJS.ProcessEnv): boolean {
  return [env.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, env.AWS_CONTAINER_CREDENTIALS_FULL_URI].some(Boolean);
}

function leadsToNext(error: unknown): boolean {
  return error instanceof Error && 'tryNextLink' in error && error.tryNextLink === true;
}

async function wordsOf(source: ChainSource, error: unknown): Promise<string> {
  const refusal = refusalOf(error);
  if (refusal) return `${refusal.code}: ${refusal.message}`;
  const own = messageOf(error);
  // The SDK gives the token only to hosts that it accepts. One that it has not asked must not get it here, either.
  const hasAnswered = source === 'container' && own.includes('Server responded with status');
  const words = hasAnswered ? refusalOfContainer() : source === 'machine' ? refusalOfMachine() : undefined;
  return (await words?.catch(() => undefined)) ?? own;
}

/*
 * What gives credentials to a container or a machine says why there are none, and the SDK throws that away. So it is asked
 * once more.
 */

/** https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html */
async function refusalOfContainer(): Promise<string | undefined> {
  const { env } = process;
  const { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: path, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file } = env;
  const url = path ? `http://169.254.170.2${path}` : (env.AWS_CONTAINER_CREDENTIALS_FULL_URI ?? '');
  const token = file ? readFileSync(file, 'utf8') : env.AWS_CONTAINER_AUTHORIZATION_TOKEN;
  const answer = await ask(url, token ? { authorization: token } : {});
  return answer.ok ? undefined : inShort(`HTTP ${answer.status}: ${(await answer.text()).trim()}`);
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_iam-ec2.html */
async function refusalOfMachine(): Promise<string | undefined> {
  const { getInstanceMetadataEndpoint } = await import('@smithy/credential-provider-imds');
  const { protocol, hostname, port } = await getInstanceMetadataEndpoint();
  const latest = `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}/latest`;
  const token = await ask(`${latest}/api/token`, { 'x-aws-ec2-metadata-token-ttl-seconds': '60' }, 'PUT');
  const headers = { 'x-aws-ec2-metadata-token': await token.text() };
  const roles = `${latest}/meta-data/iam/security-credentials/`;
  const role = await ask(roles, headers);
  if (!role.ok) return undefined;
  const name = (await role.text()).trim();
  const { Code, Message } = (await (await ask(roles + name, headers)).json()) as Readonly<Record<string, unknown>>;
  return Code === 'Success' ? undefined : `${String(Code)}: ${String(Message)} (the role is ${name})`;
}

/** They are near: what does not answer within a second is not there. */
function ask(url: string, headers: Readonly<Record<string, string>>, method = 'GET'): Promise<Response> {
  return fetch(url, { method, headers, signal: AbortSignal.timeout(1000) });
}
