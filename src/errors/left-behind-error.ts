import { messageOf } from './message';

/** A failure after which something that had been written could not be taken back either. */
export class LeftBehindError extends Error {
  override readonly name = 'LeftBehindError';

  /**
   * @param failure what failed first
   * @param left why something is left of what was done before
   */
  constructor(
    readonly failure: unknown,
    readonly left: unknown,
  ) {
    super(`${messageOf(failure)} Then: ${messageOf(left)}`, { cause: failure });
  }
}
