import type { Identity } from '../aws/arn';
import type { Connection } from '../aws/connection';
import { isTemporary, type Credentials } from '../aws/credentials';
import { callsAws } from '../aws/endpoint';
import { AWS_FAILURES, isRefusal, lacksOperation, mayHaveActed, refusalOf, retryOf } from '../aws/failure';
import { call, type CallSettings } from '../network/call';
import type { Retry } from '../network/retry';
import { explainIam, type Purpose } from './explain';
import type { Input, Operation, Output } from './sdk';

/** One call that changes something, as it is planned and as it is made. */
export type Write = { [O in Operation]: { readonly operation: O; readonly input: Input<O> } }[Operation];

/**
 * IAM, as far as a step uses it. Every call is tried as often as its kind of failure allows.
 * What fails for good is thrown as an ActionError, with the SDK's error as its cause.
 */
export interface Iam {
  /** Makes a call that changes nothing. */
  ask<O extends Operation>(operation: O, input: Input<O>, purpose?: Purpose): Promise<Output<O>>;
  /** The same, or undefined where there is no such thing, or can be none as the service does not know its kind. */
  find<O extends Operation>(operation: O, input: Input<O>, purpose?: Purpose): Promise<Output<O> | undefined>;
  /** All pages of an answer that comes in pages; none where the service does not know what is listed. */
  list<O extends PagedOperation, T>(
    operation: O,
    input: Input<O>,
    members: (page: Output<O>) => readonly T[] | undefined,
    purpose?: Purpose,
  ): Promise<T[]>;
  /**
   * Makes a call that changes something. What an attempt made whose answer was lost, as `requireOwn` finds, and what is
   * gone already when it is to be deleted, counts as done; there is then no answer.
   *
   * @param input what it takes, or what finds that out for each attempt
   */
  change<O extends Operation>(
    operation: O,
    input: Input<O> | (() => Promise<Input<O>>),
    options?: ChangeOptions,
  ): Promise<Output<O> | undefined>;
  /**
   * Milliseconds since 1970 by AWS's clock: the Date of IAM's last answer, also of a refusal, and the time that has passed
   * since by a clock that nobody sets. Before any answer, as this machine believes.
   */
  time(): number;
}

/** What is special about a call that changes something. */
export interface ChangeOptions {
  /** What it refers to that was made just now, and may not be known everywhere yet: by ARN, or as calls name it. */
  readonly fresh?: readonly string[];
  /**
   * Looks at what is there when the name of what is to be created is taken after an attempt whose answer was lost: that
   * attempt made it, or someone else did meanwhile, for which it throws. If omitted, the name counts as taken.
   */
  readonly requireOwn?: (() => Promise<void>) | undefined;
  /** Throws at once what an attempt fails with that may have acted: it must not act twice. Sure refusals are tried again. */
  readonly once?: boolean;
}

type PagedOperation = { [O in Operation]: 'Marker' extends keyof Input<O> ? O : never }[Operation];

/** What else is known of a connection to IAM. */
interface ConnectOptions {
  /** Called before every call; what it throws ends the step. */
  readonly beforeEach?: (() => void) | undefined;
  /** Whose the credentials are, to explain what IAM does not say. */
  readonly identity?: Promise<Identity>;
}

/** Loads the code of IAM and opens a connection, on which the credentials sign. */
export async function connectIam(
  connection: Connection,
  credentials: Credentials,
  settings: CallSettings,
  { beforeEach, identity }: ConnectOptions = {},
): Promise<Iam> {
  const { iamClient, send } = await import('./sdk');
  const { clock } = settings;
  let answered: { readonly time: number; readonly at: number } | undefined;
  const client = iamClient(connection, credentials, (time) => {
    answered = { time, at: clock.now() };
  });
  const make = <T>(
    operation: Operation,
    request: (signal: AbortSignal) => Promise<T>,
    classify: (error: unknown) => Retry,
  ) => {
    beforeEach?.();
    return call(operation, request, { ...AWS_FAILURES, retryOf: classify }, settings);
  };
  const isAws = callsAws(connection.iamEndpoint, 'IAM');
  const isForeign = (operation: Operation, error: unknown) =>
    !isAws && NOT_EVERYWHERE.has(operation) && lacksOperation(error);
  const explained = (operation: Operation, input: object, purpose?: Purpose) => async (error: unknown) => {
    const { arn } = (await identity?.catch(() => undefined)) ?? {};
    const session = isTemporary(credentials) ? { arn } : undefined;
    throw explainIam(error, { operation, input, purpose, region: connection.region, session });
  };
  const ask: Iam['ask'] = (operation, input, purpose) =>
    make(operation, (signal) => send(client, operation, input, signal), retryOfIam).catch(
      explained(operation, input, purpose),
    );
  return {
    ask,
    async find(operation, input, purpose) {
      return ask(operation, input, purpose).catch((error: unknown) => {
        if (isRefusal(error, 'NoSuchEntity') || isForeign(operation, error)) return undefined;
        throw error;
      });
    },
    async list(operation, input, members, purpose) {
      const found = [];
      let Marker: string | undefined;
      do {
        const page = await ask(operation, { ...input, Marker }, purpose).catch((error: unknown) => {
          if (isForeign(operation, error)) return undefined;
          throw error;
        });
        found.push(...((page && members(page)) ?? []));
        Marker = page && 'IsTruncated' in page && page.IsTruncated ? page.Marker : undefined;
      } while (Marker !== undefined);
      return found;
    },
    async change<O extends Operation>(
      operation: O,
      given: Input<O> | (() => Promise<Input<O>>),
      { fresh = [], requireOwn, once = false }: ChangeOptions = {},
    ) {
      const inputOf = isFunction(given) ? given : () => Promise.resolve(given);
      let unsure = false;
      let latest: object = {};
      const classify = (error: unknown): Retry => {
        if (once && mayHaveActed(error)) return 'final';
        return fresh.length > 0 ? retryOfFresh(error, fresh) : retryOfIam(error);
      };
      const made = make(
        operation,
        async (signal) => {
          const input = await inputOf();
          latest = input;
          try {
            return await send(client, operation, input, signal);
          } catch (error) {
            if (isGone(operation, error)) return undefined;
            unsure ||= mayHaveActed(error);
            throw error;
          }
        },
        classify,
      );
      return made.catch(async (error: unknown) => {
        if (!unsure || !requireOwn || !isTaken(operation, error)) return explained(operation, latest)(error);
        await requireOwn();
        return undefined;
      });
    },
    time: () => (answered ? answered.time + clock.now() - answered.at : clock.time()),
  };
}

/**
 * What users and roles may have at AWS, and what another vendor's service need not know. Where it does not, there is none:
 * nothing that AWS would refuse a removal for.
 */
const NOT_EVERYWHERE: ReadonlySet<Operation> = new Set<Operation>([
  'GetLoginProfile',
  'ListGroupsForUser',
  'ListInstanceProfilesForRole',
  'ListMFADeviceTags',
  'ListMFADevices',
  'ListSSHPublicKeys',
  'ListServiceSpecificCredentials',
  'ListSigningCertificates',
]);

function isFunction<T extends object>(given: T | (() => Promise<T>)): given is () => Promise<T> {
  return typeof given === 'function';
}

/** Whether what is to be taken away is not there. */
function isGone(operation: Operation, error: unknown): boolean {
  return refusalOf(error)?.code === 'NoSuchEntity' && /^(Delete|Detach|Remove|Untag|Deactivate)/.test(operation);
}

/** Whether something is there under the name of what is to be created. */
function isTaken(operation: Operation, error: unknown): boolean {
  return refusalOf(error)?.code === 'EntityAlreadyExists' && operation.startsWith('Create');
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_general.html#troubleshoot_general_eventual-consistency */
function retryOfFresh(error: unknown, fresh: readonly string[]): Retry {
  const { code, message = '' } = refusalOf(error) ?? {};
  const unknown = code === 'NoSuchEntity' || (code === 'MalformedPolicyDocument' && /Invalid principal/i.test(message));
  // Where AWS names an ARN that was not made just now, no waiting makes it known.
  const [named] = /arn:[^\s"]+/.exec(message) ?? [];
  return unknown && (named === undefined || fresh.includes(named)) ? 'propagating' : retryOfIam(error);
}

/** Other changes under way at the same time end soon. */
function retryOfIam(error: unknown): Retry {
  const { code } = refusalOf(error) ?? {};
  return code === 'ConcurrentModification' || code === 'EntityTemporarilyUnmodifiable' ? 'transient' : retryOf(error);
}
