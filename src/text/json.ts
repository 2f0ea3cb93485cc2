import { printParseErrorCode, visit, type ParseErrorCode } from 'jsonc-parser';
import { endOf, type TextProblem } from './problem';

/** What the parser's codes mean. */
const WHAT_IS_WRONG = new Map([
  ['InvalidSymbol', 'this is no value, key or sign of JSON'],
  ['InvalidNumberFormat', 'this is no number'],
  ['PropertyNameExpected', 'a key in double quotes is missing'],
  ['ValueExpected', 'a value is missing'],
  ['ColonExpected', 'a colon is missing'],
  ['CommaExpected', 'a comma is missing, or the end of what is open'],
  ['CloseBraceExpected', 'a closing } is missing'],
  ['CloseBracketExpected', 'a closing ] is missing'],
  ['EndOfFileExpected', 'it should end here'],
  ['InvalidCommentToken', 'it has a comment'],
  ['UnexpectedEndOfComment', 'it has a comment'],
  ['UnexpectedEndOfString', 'this text has no closing quote on its line'],
  ['UnexpectedEndOfNumber', 'this number is not complete'],
  ['InvalidUnicode', 'this text has a \\u without four hexadecimal digits'],
  ['InvalidEscapeCharacter', 'this text has a \\ before a character that needs none'],
  ['InvalidCharacter', 'this text has a control character'],
]);

/**
 * Where a text first breaks the rules of JSON, or undefined if it keeps them. Other tools read a file named .json too, so
 * what only YAML allows (comments, a comma after the last entry) is wrong in it. JSON.parse does not always say where it
 * stopped.
 */
export function jsonProblem(text: string): TextProblem | undefined {
  const found: TextProblem[] = [];
  const options = { disallowComments: true, allowTrailingComma: false };
  const onError = (error: ParseErrorCode, offset: number, _length: number, line: number, column: number): void => {
    if (found.length > 0) return;
    const code = printParseErrorCode(error);
    const place = offset < text.length ? { line: line + 1, column: column + 1 } : endOf(text);
    const message = `is not JSON: ${WHAT_IS_WRONG.get(code) ?? code}`;
    found.push({ path: [], ...place, message, ...commaTooMany(text, offset) });
  };
  try {
    visit(text, { onError }, options);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { path: [], line: 1, column: 1, message: 'is nested too deeply' };
  }
  return found[0];
}

/** A comma before the end of a list or an object, where a parser expects one more entry: that is what people correct. */
function commaTooMany(text: string, offset: number): Omit<TextProblem, 'path'> | undefined {
  const end = text.charAt(offset);
  const before = text.slice(0, offset).trimEnd();
  if ((end !== ']' && end !== '}') || !before.endsWith(',')) return undefined;
  const lines = before.split('\n');
  const message = `is not JSON: this comma is one too many, as no entry follows before the ${end}`;
  return { line: lines.length, column: lines.at(-1)?.length ?? 0, message };
}

/** The members of an object as they are written, also those of which JSON.parse keeps the last only; `text` is valid JSON. */
export function jsonMembers(text: string): (readonly [key: string, written: string])[] {
  const members: [key: string, written: string][] = [];
  let depth = 0;
  const enter = (): void => {
    depth++;
  };
  const leave = (): void => {
    depth--;
  };
  visit(text, {
    onObjectBegin: enter,
    onObjectEnd: leave,
    onArrayBegin: enter,
    onArrayEnd: leave,
    onObjectProperty: (key) => {
      if (depth === 1) members.push([key, '']);
    },
    onLiteralValue: (_value, offset, length) => {
      const last = members.at(-1);
      if (depth === 1 && last) last[1] = text.slice(offset, offset + length);
    },
  });
  return members;
}
