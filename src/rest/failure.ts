import { firstLine, wordsOf } from '../errors/message';
import { retryOfStatus, retryOfUnanswered, UnusualAnswerError } from '../network/failure';
import type { JsonAnswer, JsonRequest } from '../network/request';
import { retryAfterIn, type Failures } from '../network/retry';

/** A service refused a request. */
export class RestRefusal extends Error {
  override readonly name = 'RestRefusal';
  readonly status: number;
  readonly headers: JsonAnswer['headers'];
  readonly words: string;
  readonly method: JsonRequest['method'];
  readonly url: string;

  /** @param words the service's own: none where something else answered, as a rule */
  constructor(
    { method, url }: Pick<JsonRequest, 'method' | 'url'>,
    { status, headers }: Pick<JsonAnswer, 'status' | 'headers'>,
    words: string,
  ) {
    super(`HTTP ${status}${words && `: ${words}`}`);
    this.status = status;
    this.headers = headers;
    this.words = words;
    this.method = method;
    this.url = url.href;
  }
}

/** The refusal in an error, or undefined when the service did not answer with one. */
export function restRefusalOf(error: unknown): RestRefusal | undefined {
  return error instanceof RestRefusal ? error : undefined;
}

/** How a service limits the number of requests. */
export interface RateLimit {
  /** Whether it refused a request only for now. */
  readonly isReached: (refusal: RestRefusal) => boolean;
  /** How long it asks to wait, in milliseconds, where it does so by other means than `Retry-After`. */
  readonly waitAskedIn: (refusal: RestRefusal) => number | undefined;
}

/** What there is to know of the failures of a service with a REST API. */
export interface RestFailures extends Failures {
  /** Whether a request that left, and failed with this error, may have been carried out all the same, or may be later. */
  readonly mayHaveActed: (error: unknown) => boolean;
}

export function restFailures({ isReached, waitAskedIn }: RateLimit): RestFailures {
  return {
    retryOf(error) {
      // It may have been cut off.
      if (error instanceof UnusualAnswerError) return 'transient';
      const refusal = restRefusalOf(error);
      if (!refusal) return retryOfUnanswered(error);
      return isReached(refusal) ? 'throttled' : retryOfStatus(refusal.status);
    },
    waitAskedIn(error) {
      const refusal = restRefusalOf(error);
      return refusal && (retryAfterIn(refusal.headers) ?? waitAskedIn(refusal));
    },
    answerIn: (error) => firstLine(wordsOf(error)),
    // Only a refusal in the service's words says that it was not: what stands between may give up sooner than the service.
    mayHaveActed(error) {
      const refusal = restRefusalOf(error);
      if (!refusal) return true;
      const { status, words } = refusal;
      if (status < 400 || status >= 500 || status === 408) return true;
      // A proxy that wants a password passes nothing on; the edge of a service refuses what is too much without a word.
      return words === '' && status !== 407 && !isReached(refusal);
    },
  };
}
