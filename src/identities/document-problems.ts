import { type KeyPath, keyPathText, positionText, type Position, type TextProblem } from '../text/problem';
import type { YamlText } from '../text/yaml';

/** Where a part of a document stands, or of a file that the document names. */
export interface DocumentPosition extends Position {
  /** From the top of the file. */
  readonly path: KeyPath;
  /** Relative to the workspace. Undefined for a document that is no file. */
  readonly file: string | undefined;
}

/** Something to say about a part. */
export interface DocumentProblem extends DocumentPosition {
  /** Follows the path in a sentence: `is "allow"; it should be Allow or Deny`. */
  readonly message: string;
  /** The part of the document that names the file, if it is not the file of the document. */
  readonly namedBy: DocumentPosition | undefined;
}

/** Collects what is to be said about a document. */
export class DocumentProblems {
  /** What is worth saying although it is not wrong. */
  readonly warnings: DocumentProblem[] = [];
  readonly #found = new Map<string, DocumentProblem>();

  /** @param file undefined for a document that is no file */
  constructor(
    private readonly yaml: YamlText,
    readonly file: string | undefined,
  ) {}

  get any(): boolean {
    return this.#found.size > 0;
  }

  /**
   * The problems by their positions in the document, those of one policy file by their positions in it: once, also where
   * several parts name the file.
   */
  get all(): readonly DocumentProblem[] {
    const sorted = [...this.#found.values()].sort((one, other) => {
      const [a, b] = [one.namedBy ?? one, other.namedBy ?? other];
      return a.line - b.line || a.column - b.column || one.line - other.line || one.column - other.column;
    });
    const once = new Map<string, DocumentProblem>();
    for (const problem of sorted) {
      const text = problemText({ ...problem, namedBy: undefined });
      if (!once.has(text)) once.set(text, problem);
    }
    return [...once.values()];
  }

  /** Whether something is wrong with a part of the document, or with a part of it. */
  anyIn(path: KeyPath): boolean {
    const isIn = (part: DocumentPosition) => path.every((key, index) => part.path[index] === key);
    return [...this.#found.values()].some((problem) => isIn(problem.namedBy ?? problem));
  }

  /** Notes what is wrong with a part. */
  add(path: KeyPath, message: string): void {
    this.#note({ ...this.#positionOf(path), message, namedBy: undefined });
  }

  /** Notes what is wrong with the text of the document. */
  addInText(problem: TextProblem): void {
    this.#note({ ...problem, file: this.file, namedBy: undefined });
  }

  /** Notes what is wrong in a file that a part names. */
  addInFile(file: string, problem: TextProblem, namedBy: KeyPath): void {
    this.#note({ ...problem, file, namedBy: this.#positionOf(namedBy) });
  }

  /** Notes what is worth saying about a part. */
  warn(path: KeyPath, message: string): void {
    this.warnings.push({ ...this.#positionOf(path), message, namedBy: undefined });
  }

  /** Notes what is worth saying about a file that a part names. */
  warnInFile(file: string, warning: TextProblem, namedBy: KeyPath): void {
    this.warnings.push({ ...warning, file, namedBy: this.#positionOf(namedBy) });
  }

  #positionOf(path: KeyPath): DocumentPosition {
    return { path, file: this.file, ...this.yaml.locate(path) };
  }

  #note(problem: DocumentProblem): void {
    this.#found.set(problemText(problem), problem);
  }
}

/** A problem as people read it: `identities.yml:4:7: users.a.path is "a"; it should be …`. */
export function problemText(problem: DocumentProblem): string {
  const { before, sentence } = wordsOf(problem);
  return `${before}${positionText(problem)}: ${sentence}`;
}

/** The same for those who see it at its place. */
export function problemTextAtPlace(problem: DocumentProblem): string {
  const { before, sentence } = wordsOf(problem);
  return `${before}${sentence}`;
}

function wordsOf({ path, message, namedBy }: DocumentProblem): { readonly before: string; readonly sentence: string } {
  const sentence = `${keyPathText(path) || (namedBy ? 'the policy' : 'the document')} ${message}`;
  return { before: namedBy ? `${positionText(namedBy)}: ${keyPathText(namedBy.path)}: ` : '', sentence };
}
