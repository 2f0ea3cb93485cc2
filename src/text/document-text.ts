import { isCollection, parseDocument } from 'yaml';
import { readWorkspaceFile, shownPath } from './workspace-file';

/** What an input gives: the text itself, or that of the file whose path it is. */
export interface DocumentText {
  readonly text: string;
  /** Relative to the workspace. Undefined for a document that is no file. */
  readonly file: string | undefined;
}

const MAX_DOCUMENT_BYTES = 1_000_000;

/** What is wrong with an input that gives no document, worded to follow its name. */
interface NoDocument {
  readonly wrong: string;
  /** What is to be corrected, if that is not the input but the file that it names. */
  readonly file?: string | undefined;
}

/** The document that an input gives: itself, or by its path. */
export function readDocumentText(input: string, workspace: string): DocumentText | NoDocument {
  const given = input.trim();
  if (given === '') return { wrong: 'is empty; it should be a path in the workspace, or the document itself' };
  if (isDocument(given)) return { text: input, file: undefined };
  const file = shownPath(workspace, given);
  const read = readWorkspaceFile(given, { workspace, maxBytes: MAX_DOCUMENT_BYTES });
  if (!('wrong' in read)) return { text: read.text, file };
  return { wrong: `names ${file}, which ${read.wrong}`, file: read.isFile ? file : undefined };
}

/** A path is one line that means a text to YAML; a document, even if it is broken, is several or means more. */
export function isDocument(given: string): boolean {
  if (/[\r\n]|^[{[]/.test(given)) return true;
  return isCollection(parseDocument(given, { logLevel: 'silent' }).contents);
}
