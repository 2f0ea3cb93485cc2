import type { StoredSecret } from '../../identities/stored-secret';

/**
 * What a store says of a secret that is there: when it was last written, in milliseconds since 1970 by the store's own
 * clock; or its version, which is another one with each writing. A version is undefined where the store does not say it.
 */
export type Mark = { readonly time: number } | { readonly version: string | undefined };

/** A store of secrets. Whatever fails for good is thrown as an ActionError. */
export interface Store {
  /** Makes sure that the places exist and that the token may use them, as far as can be known before anything is written. */
  check(secrets: readonly StoredSecret[]): Promise<void>;
  /** What the store says of a secret; undefined when there is none. */
  find(secret: StoredSecret): Promise<Mark | undefined>;
  /**
   * Creates or replaces a secret.
   *
   * @param onUnanswered called at once, for each request, when the store did not say what became of it: the value may be
   *   there, or may come later, over one that was written since
   * @returns what the store says of it from now on; undefined where its answer does not tell
   */
  put(secret: StoredSecret, value: string, onUnanswered?: () => void): Promise<Mark | undefined>;
  /**
   * Removes a secret; that there is none is no failure.
   *
   * @param onUnanswered called at once, for each request, when the store did not say what became of it
   */
  remove(secret: StoredSecret, onUnanswered?: () => void): Promise<void>;
  /** What is otherwise for those who read these secrets than the document lets expect, and is not changed here, for people. */
  warningsOf?(secrets: readonly StoredSecret[]): Promise<readonly string[]>;
}

/** GitHub's clock and AWS's may differ this much, and the times of an answer and of a secret, in milliseconds. */
export const CLOCK_MARGIN_MS = 1_000;

/** Whether a secret is still as this run wrote it, as far as the store tells. */
export function isSameMark(own: Mark, seen: Mark): boolean {
  if ('time' in own && 'time' in seen) return Math.abs(own.time - seen.time) <= CLOCK_MARGIN_MS;
  if ('time' in own || 'time' in seen) return false;
  return own.version === seen.version || own.version === undefined || seen.version === undefined;
}
