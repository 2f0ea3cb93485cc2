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
 * Waits for the work, but no longer than so many milliseconds.
 *
 * @throws what `late` makes when they have passed
 */
export async function inTime<T>(work: Promise<T>, ms: number, clock: Clock, late: () => Error): Promise<T> {
  let cancel: () => void = () => undefined;
  const passed = new Promise<never>((_, reject) => {
    cancel = clock.after(ms, () => {
      reject(late());
    });
  });
  try {
    return await Promise.race([work, passed]);
  } finally {
    cancel();
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
  try {
    return await inTime(request(controller.signal), ANSWER_TIMEOUT_MS, clock, () => new NoAnswerError());
  } catch (error) {
    controller.abort();
    throw error;
  }
}
