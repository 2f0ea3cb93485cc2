import { keyPathText, type KeyPath } from './key-path';
import type { Fault, Position, YamlText } from './yaml-text';

const MAX_SHOWN = 100;

/** Collects what is wrong with a document, each problem on a line that says where it is. */
export class DocumentProblems {
  readonly #found = new Map<string, Position>();

  /** `file` is left out for a document that is no file. */
  constructor(
    private readonly yaml: YamlText,
    private readonly file: string | undefined,
  ) {}

  get any(): boolean {
    return this.#found.size > 0;
  }

  /** Notes what is wrong with a part: words that follow its path. */
  add(path: KeyPath, wrong: string): void {
    this.#found.set(this.sentence(path, wrong), this.yaml.locate(path));
  }

  /** Notes a whole sentence about what is inside a part, to where `inside` leads as far as it is written there. */
  addInside(path: KeyPath, inside: KeyPath, sentence: string): void {
    const position = this.yaml.locate([...path, ...inside]);
    this.#found.set(`${this.#where(position)}: ${keyPathText(path)}: ${sentence}`, position);
  }

  /** Notes what is wrong with the text as YAML. */
  addFault({ position, path = [], wrong }: Fault): void {
    this.#found.set(`${this.#where(position)}: ${subjectOf(path)} ${wrong}`, position);
  }

  /** What is to be said about a part, with its place. */
  sentence(path: KeyPath, said: string): string {
    return `${this.#where(this.yaml.locate(path))}: ${subjectOf(path)} ${said}`;
  }

  /** The problems in the order of the document's lines; of a great many, the first. */
  lines(): readonly string[] {
    const inOrder = [...this.#found]
      .sort(([, a], [, b]) => a.line - b.line || a.column - b.column)
      .map(([problem]) => problem);
    const more = inOrder.length - MAX_SHOWN;
    return more > 0 ? [...inOrder.slice(0, MAX_SHOWN), `and ${more} more`] : inOrder;
  }

  #where({ line, column }: Position): string {
    return this.file === undefined ? `line ${line}` : `${this.file}:${line}:${column}`;
  }
}

function subjectOf(path: KeyPath): string {
  return path.length === 0 ? 'the document' : keyPathText(path);
}
