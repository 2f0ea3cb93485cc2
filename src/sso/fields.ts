import { isPlain } from '../aws/credentials';
import { UnusualAnswerError } from '../network/failure';
import { fieldIn } from '../network/request';

/**
 * A text that an answer must hold: of credentials, tokens and names, which have no spaces in them.
 *
 * @throws UnusualAnswerError when it does not
 */
export function textOf(data: unknown, name: string): string {
  const value = fieldIn(data, name);
  if (typeof value !== 'string' || !isPlain(value)) throw new UnusualAnswerError(name);
  return value;
}

/**
 * A number that an answer must hold.
 *
 * @throws UnusualAnswerError when it does not
 */
export function numberOf(data: unknown, name: string): number {
  const value = fieldIn(data, name);
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new UnusualAnswerError(name);
  return value;
}

/**
 * A list that an answer must hold.
 *
 * @throws UnusualAnswerError when it does not
 */
export function listOf(data: unknown, name: string): readonly unknown[] {
  const value = fieldIn(data, name);
  if (!Array.isArray(value)) throw new UnusualAnswerError(name);
  return value;
}
