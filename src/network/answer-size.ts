import { pipeline, Transform, type Readable } from 'node:stream';

/** What services answer is far below it: their longest answers come in pages. */
export const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

/** An answer is longer than any of theirs: something else answers, perhaps without end. */
export class AnswerTooLongError extends Error {
  constructor() {
    super(`the answer has more than ${MAX_ANSWER_BYTES / 1024 / 1024} MiB`);
    this.name = 'AnswerTooLongError';
  }
}

/**
 * The same body, which fails where it gets too long: the clients read bodies whole, and one without end would take all
 * memory until the deadline.
 */
export function limited(body: Readable): Readable {
  let bytes = 0;
  const checked = new Transform({
    transform(chunk: Buffer, _, next) {
      bytes += chunk.length;
      if (bytes > MAX_ANSWER_BYTES) next(new AnswerTooLongError());
      else next(null, chunk);
    },
  });
  // Whichever of the two fails, the other one ends, and the reader gets the error.
  return pipeline(body, checked, () => undefined);
}
