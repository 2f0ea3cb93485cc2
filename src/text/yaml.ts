import { LineCounter, parseDocument, type ErrorCode } from 'yaml';
import { endOf, type KeyPath, type PartProblem, type Position, type TextProblem } from './problem';
import { describeValue } from './value';
import { YamlSurvey } from './yaml-survey';

/** What a YAML or JSON text holds. */
export interface YamlText {
  /** Undefined if the problems are such that nobody can say what the text holds. */
  readonly value: unknown;
  readonly problems: readonly TextProblem[];
  /** Where a part stands: its key, or its value in a list; where it has no position of its own, what it belongs to. */
  readonly locate: (path: KeyPath) => Position;
  /** A scalar as it is written (`1.10`, where the value is the number 1.1), or undefined where none is written. */
  readonly written: (path: KeyPath) => string | undefined;
}

/** An alias costs nothing here but is a whole copy to those who read the value: a few lines could stand for gigabytes. */
const MAX_COPIES = 1000;

const SEVERAL_DOCUMENTS = 'is several documents, divided by lines of ---; it should be one';

/**
 * What to say in place of those messages of the parser that quote the text: a file that is no YAML may hold secrets, and
 * whoever writes a document names the files that it reads.
 */
const WHAT_IS_WRONG: ReadonlyMap<ErrorCode, string> = new Map<ErrorCode, string>([
  ['BAD_COLLECTION_TYPE', 'this tag (!name) is of another type'],
  ['BAD_DIRECTIVE', 'this directive (%) has a wrong form'],
  ['BAD_DQ_ESCAPE', 'this text in double quotes has a \\ before a character that needs none'],
  ['RESOURCE_EXHAUSTION', 'it is nested too deeply'],
  ['TAG_RESOLVE_FAILED', 'this tag (!name) is not known, or not of this value'],
  ['UNEXPECTED_TOKEN', 'this cannot stand here'],
]);

/** Reads YAML 1.2, of which JSON is a part, with anchors, aliases and merge keys. Nothing is thrown, whatever the text. */
export function readYaml(text: string): YamlText {
  const lines = new LineCounter();
  const positionAt = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  try {
    // The survey finds keys that are there twice: it knows their paths.
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false, merge: true });
    const syntax = document.errors.map(({ pos, code, message }) => ({
      path: [],
      ...(pos[0] < text.length ? positionAt(pos[0]) : endOf(text)),
      message: code === 'MULTIPLE_DOCS' ? SEVERAL_DOCUMENTS : `is not YAML: ${WHAT_IS_WRONG.get(code) ?? message}`,
    }));
    if (syntax.length > 0) return unreadable(syntax);
    const survey = new YamlSurvey(document, positionAt);
    if (!survey.readable) return unreadable(survey.problems);
    return {
      value: document.toJS({ maxAliasCount: MAX_COPIES }) as unknown,
      problems: survey.problems,
      locate: (path) => positionAt(survey.offsetOf(path)),
      written: (path) => survey.written(path),
    };
  } catch (error) {
    return unreadable([{ path: [], line: 1, column: 1, message: reasonOf(error) }]);
  }
}

/**
 * Scalars of a value that are read as something else than they look like: `007` is 7, and `~` nothing.
 *
 * @param written how they are written
 */
export function alteredScalars(value: unknown, written: YamlText['written'], path: KeyPath = []): PartProblem[] {
  if (typeof value === 'object' && value !== null) {
    const members = Array.isArray(value) ? value.entries() : Object.entries(value);
    return [...members].flatMap(([key, member]) => alteredScalars(member, written, [...path, key]));
  }
  if (typeof value === 'string') return [];
  const text = written(path);
  return text === undefined || text === '' || text === JSON.stringify(value)
    ? []
    : [{ path, message: alteredMessage(value, text) }];
}

/** What to say about a scalar that is read as something else than the text that is meant. */
export function alteredMessage(value: unknown, text: string): string {
  return `is read as ${describeValue(value)}; it should be in quotes: ${JSON.stringify(text)}`;
}

function unreadable(problems: readonly TextProblem[]): YamlText {
  return { value: undefined, problems, locate: () => ({ line: 1, column: 1 }), written: () => undefined };
}

function reasonOf(error: unknown): string {
  if (error instanceof RangeError) return 'is nested too deeply';
  // Aliases without an anchor, the other reason for this error, are found before.
  if (error instanceof ReferenceError) return `repeats its parts by aliases (*name) more than ${MAX_COPIES} times`;
  return 'cannot be read as YAML';
}
