import { isCollection, parseDocument } from 'yaml';
import { readWorkspaceFile, shownPath } from './workspace-file';

/** The text of an identity document and, where it is one, the file that it is in, relative to the workspace. */
export type DocumentText = { readonly text: string; readonly file?: string } | { readonly wrong: string };

const MAX_DOCUMENT_BYTES = 1_000_000;

/** The document that an input gives: itself, or by its path. */
export function readDocumentText(input: string, workspace: string): DocumentText {
  if (input.trim() === '') return { wrong: 'is empty; it should be a path in the workspace, or the document itself' };
  if (isDocument(input)) return { text: input };
  const file = shownPath(workspace, input.trim());
  const read = readWorkspaceFile(input.trim(), { workspace, maxBytes: MAX_DOCUMENT_BYTES });
  return 'wrong' in read ? { wrong: `${file} ${read.wrong}` } : { text: read.text, file };
}

/** A path is one line that means a text to YAML; a document, even if it is broken, is several or means more. */
function isDocument(input: string): boolean {
  const line = input.trim();
  return (
    /[\r\n]/.test(line) || /^[{[]/.test(line) || isCollection(parseDocument(line, { logLevel: 'silent' }).contents)
  );
}
