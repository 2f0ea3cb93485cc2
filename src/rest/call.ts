import { call, type CallSettings } from '../network/call';
import type { JsonRequest } from '../network/request';
import type { RestFailures } from './failure';

/** One request of a REST API. */
export interface RestRequest {
  readonly method: JsonRequest['method'];
  /** Begins with a slash. */
  readonly path: string;
  /**
   * Called at once, for each attempt, when the request has left and the service did not say what became of it: it may have
   * been carried out, or may be later, whatever becomes of the next attempt.
   */
  readonly onUnanswered?: (() => void) | undefined;
}

/** What a request needs to be sent. */
export type Attempt = Required<Pick<JsonRequest, 'signal' | 'onSent'>>;

/** Makes a request, as often as its kind of failure allows. */
export function callRest<T>(
  { method, path, onUnanswered }: RestRequest,
  send: (attempt: Attempt) => Promise<T>,
  failures: RestFailures,
  settings: CallSettings,
): Promise<T> {
  let hasLeft = false;
  const request = (signal: AbortSignal) => {
    hasLeft = false;
    return send({ signal, onSent: () => void (hasLeft = true) });
  };
  const onFailure = (error: unknown) => {
    if (hasLeft && failures.mayHaveActed(error)) onUnanswered?.();
  };
  return call(`${method} ${path}`, request, failures, settings, onFailure);
}
