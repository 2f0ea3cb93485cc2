import { stripVTControlCharacters } from 'node:util';

/** Control characters but tabs and line breaks, and those that change the direction of a text. */
const UNSEEN = /[^\P{Cc}\t\n]|\p{Bidi_Control}/gu;

/** What an error says. What was thrown need not be one. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What an error of a file says, without the file's path: for a sentence that names the file. */
export function messageWithoutPath(error: unknown): string {
  return messageOf(error).replace(/, \w+ '.*'$/s, '');
}

/** The code that the system, OpenSSL or a library gives an error, such as `ENOENT`, `ENOTFOUND` or `CERT_HAS_EXPIRED`. */
export function codeOf(error: unknown): string | undefined {
  const code: unknown = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

/** What an error says, or else its code: one that combines several, such as one for each address, may have no words. */
export function wordsOf(error: unknown): string {
  return messageOf(error) || (codeOf(error) ?? (error instanceof Error ? error.name : ''));
}

/** For `catch` of a promise that may fail as a file is not there: gives undefined then, and throws all else. */
export function unlessMissing(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error;
}

/** The beginning of a text, `length` long at most. No letter is cut in two: half a letter cannot be sent, nor printed. */
export function beginningOf(text: string, length: number): string {
  return text.slice(0, length).replace(/[\uD800-\uDBFF]$/, '');
}

/** The first line of what an error says: in the other lines, the SDK says to developers where to look. */
export function firstLine(message: string): string {
  return message.split('\n', 1)[0] ?? '';
}

/** A text without what could change how a terminal, or a page, shows what is around it. */
export function visible(text: string): string {
  return stripVTControlCharacters(text.replaceAll(/\r\n?/g, '\n')).replaceAll(UNSEEN, '');
}
