import type { KeyPath } from './key-path';

/** Where something stands in a text. Both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** What is wrong with a part of a document. */
export interface PartProblem {
  /** From the top of the document, which an empty path means as a whole. */
  readonly path: KeyPath;
  /** Follows the path in a sentence: `is "allow"; it should be Allow or Deny`. */
  readonly message: string;
}

/** What is wrong with a part of a text, and where. */
export interface TextProblem extends PartProblem, Position {}
