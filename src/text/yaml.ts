import { LineCounter, parseDocument } from 'yaml';
import { messageOf } from '../errors/message';
import type { KeyPath, Position, TextProblem } from './problem';
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
      ...positionAt(pos[0]),
      message: code === 'MULTIPLE_DOCS' ? SEVERAL_DOCUMENTS : `is not YAML: ${message}`,
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

function unreadable(problems: readonly TextProblem[]): YamlText {
  return { value: undefined, problems, locate: () => ({ line: 1, column: 1 }), written: () => undefined };
}

function reasonOf(error: unknown): string {
  if (error instanceof RangeError) return 'is nested too deeply';
  // Aliases without an anchor, the other reason for this error, are found before.
  if (error instanceof ReferenceError) return `repeats its parts by aliases (*name) more than ${MAX_COPIES} times`;
  return `cannot be read: ${messageOf(error)}`;
}
