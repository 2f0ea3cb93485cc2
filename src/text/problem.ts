/** The keys and list positions that lead from the top of a document to one of its parts. */
export type KeyPath = readonly (string | number)[];

/** What is wrong with a part of a document. */
export interface PartProblem {
  /** From the top of the document, which an empty path means as a whole. */
  readonly path: KeyPath;
  /** Follows the path in a sentence: `is "allow"; it should be Allow or Deny`. */
  readonly message: string;
}

/** Where something stands in a text. Both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Where a text ends: on the last line that says something, as nobody is shown a place behind all lines. */
export function endOf(text: string): Position {
  const lines = text.trimEnd().split('\n');
  return { line: lines.length, column: (lines.at(-1) ?? '').length + 1 };
}

/** What is wrong with a part of a text, and where. */
export interface TextProblem extends PartProblem, Position {}

/** A position as people read it. Without a file, only the line is of use. */
export function positionText({ file, line, column }: Position & { readonly file: string | undefined }): string {
  return file === undefined ? `line ${line}` : `${file}:${line}:${column}`;
}

/** A path as people write it: `users.pulumi.access-key.deliver[0]`. A key with other characters is quoted. */
export function keyPathText(path: KeyPath): string {
  return path.map(step).join('').replace(/^\./, '');
}

function step(key: string | number): string {
  if (typeof key === 'number') return `[${key}]`;
  return /^[\w-]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}
