import { isCollection, parseDocument } from 'yaml';
import { readWorkspaceFile, shownPath } from './workspace-file';

/** What an input gives: the text itself, or that of the file whose path it is. */
export interface DocumentText {
  readonly text: string;
  /** Relative to the workspace. Undefined for a document that is no file. */
  readonly file: string | undefined;
}

const MAX_DOCUMENT_BYTES = 1_000_000;

/** The document that an input gives: itself, or by its path. Else what is wrong with the input, worded to follow its name. */
export function readDocumentText(input: string, workspace: string): DocumentText | { readonly wrong: string } {
  const given = input.trim();
  if (given === '') return { wrong: 'is empty; it should be a path in the workspace, or the document itself' };
  if (isDocument(given)) return { text: input, file: undefined };
  const file = shownPath(workspace, given);
  const read = readWorkspaceFile(given, { workspace, maxBytes: MAX_DOCUMENT_BYTES });
  return 'wrong' in read ? { wrong: `names ${file}, which ${read.wrong}` } : { text: read.text, file };
}

/** A path is one line that means a text to YAML; a document, even if it is broken, is several or means more. */
export function isDocument(given: string): boolean {
  if (/[\r\n]|^[{[]/.test(given)) return true;
  return isCollection(parseDocument(given, { logLevel: 'silent' }).contents);
}
