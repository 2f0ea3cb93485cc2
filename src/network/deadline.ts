import type { Clock } from './clock';

/** How long one request may take from its start to the last byte of its answer, in milliseconds. */
export const ANSWER_TIMEOUT_MS = 10_000;

/** How long opening a connection may take, in milliseconds. */
export const CONNECT_TIMEOUT_MS = 5_000;

/** The other side took the connection and did not answer in time. */
export class NoAnswerError extends Error {
  constructor(options?: ErrorOptions) {
    super(`no answer within ${ANSWER_TIMEOUT_MS / 1000} s`, options);
    this.name = 'NoAnswerError';
  }
}

/**
 * Runs one request under a deadline that covers all of it. Time-outs of the SDK's handler end with the answer's first
 * bytes, or only log; this one also ends an answer that never finishes.
 *
 * @throws NoAnswerError when the deadline passed
 */
export async function withDeadline<T>(request: (signal: AbortSignal) => Promise<T>, clock: Clock): Promise<T> {
  const controller = new AbortController();
  let cancel: () => void = () => undefined;
  const deadline = new Promise<never>((_, reject) => {
    cancel = clock.after(ANSWER_TIMEOUT_MS, () => {
      reject(new NoAnswerError());
      controller.abort();
    });
  });
  try {
    return await Promise.race([request(controller.signal), deadline]);
  } finally {
    cancel();
  }
}
