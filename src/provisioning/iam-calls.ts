import type { Connection } from '../aws/connection';
import type { Credentials } from '../aws/credentials';
import { refusalOf, retryOf } from '../aws/failure';
import { iamClient } from '../iam/client';
import { explainIam } from '../iam/explain';
import { send, type Input, type Operation, type Output } from '../iam/operations';
import { call, type CallSettings } from '../network/call';
import type { Retry } from '../network/retry';

/** One call that changes something, as it is planned and as it is made. */
export type Write = { [O in Operation]: { readonly operation: O; readonly input: Input<O> } }[Operation];

/**
 * IAM, as far as a step uses it. Every call is tried as often as its kind of failure allows.
 * What fails for good is thrown as an ActionError, with the SDK's error as its cause.
 */
export interface Iam {
  /** Makes a call that changes nothing. */
  ask<O extends Operation>(operation: O, input: Input<O>): Promise<Output<O>>;
  /** The same, or undefined where there is no such thing. */
  find<O extends Operation>(operation: O, input: Input<O>): Promise<Output<O> | undefined>;
  /** All pages of a list. */
  list<O extends ListOperation, T>(
    operation: O,
    input: Input<O>,
    members: (page: Output<O>) => readonly T[] | undefined,
  ): Promise<T[]>;
  /**
   * Makes a call that changes something. What is there already when an earlier attempt lost its answer, and what is
   * gone already when it is to be deleted, counts as done; there is then no answer.
   */
  change<O extends Operation>(operation: O, input: Input<O>, how?: Manner): Promise<Output<O> | undefined>;
}

/** What is special about a call that changes something. */
export interface Manner {
  /** What it refers to that was made just now, and may not be known everywhere yet: by ARN, or as calls name it. */
  readonly fresh?: readonly string[];
  /** Takes back what an attempt whose answer was lost may have done, before the next one. */
  readonly takeBack?: () => Promise<void>;
}

type ListOperation = Extract<Operation, `List${string}`>;

/** @param beforeEach called before every call; what it throws ends the step */
export function connectIam(
  connection: Connection,
  credentials: Credentials,
  settings: CallSettings,
  beforeEach: () => void = () => undefined,
): Iam {
  const client = iamClient(connection, credentials);
  const make = <T>(
    operation: Operation,
    request: (signal: AbortSignal) => Promise<T>,
    classify: (error: unknown) => Retry,
  ) => {
    beforeEach();
    return call(operation, request, classify, settings);
  };
  const explained = (operation: Operation, input: object) => (error: unknown) => {
    throw explainIam(error, { operation, input, region: connection.region });
  };
  const ask: Iam['ask'] = (operation, input) =>
    make(operation, (signal) => send(client, operation, input, signal), retryOfIam).catch(explained(operation, input));
  return {
    ask,
    async find(operation, input) {
      return ask(operation, input).catch((error: unknown) => {
        if (isRefusal(error, 'NoSuchEntity')) return undefined;
        throw error;
      });
    },
    async list(operation, input, members) {
      const found = [];
      let Marker: string | undefined;
      do {
        const page = await ask(operation, { ...input, ...(Marker !== undefined && { Marker }) });
        found.push(...(members(page) ?? []));
        Marker = 'IsTruncated' in page && page.IsTruncated ? page.Marker : undefined;
      } while (Marker !== undefined);
      return found;
    },
    change(operation, input, { fresh = [], takeBack } = {}) {
      let unsure = false;
      return make(
        operation,
        async (signal) => {
          if (unsure) await takeBack?.();
          try {
            return await send(client, operation, input, signal);
          } catch (error) {
            if (isDone(operation, error, unsure)) return undefined;
            unsure ||= mayHaveActed(error);
            throw error;
          }
        },
        fresh.length > 0 ? (error) => retryOfFresh(error, fresh) : retryOfIam,
      ).catch(explained(operation, input));
    },
  };
}

/** Whether a call failed as AWS refused it with this code. */
export function isRefusal(error: unknown, code: string): boolean {
  return error instanceof Error && refusalOf(error.cause)?.code === code;
}

/** Whether a change that failed for good may have been made all the same. */
export function mayBeMade(error: unknown): boolean {
  return error instanceof Error && error.cause !== undefined && mayHaveActed(error.cause);
}

/** Whether a failed call may have been carried out all the same: its answer was lost, or is no answer to the call. */
function mayHaveActed(error: unknown): boolean {
  return refusalOf(error) === undefined || retryOf(error) === 'transient';
}

function isDone(operation: Operation, error: unknown, unsure: boolean): boolean {
  const { code } = refusalOf(error) ?? {};
  if (code === 'NoSuchEntity') return /^(Delete|Detach|Remove|Untag|Deactivate)/.test(operation);
  return code === 'EntityAlreadyExists' && unsure && operation.startsWith('Create');
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
