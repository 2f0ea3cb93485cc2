import type { FileProblem } from '../errors/action-error';
import { readDocumentText, type DocumentText } from '../text/document-text';
import type { Inputs } from './inputs';

/** Inputs that give a document, or the path of one in the workspace. */
type DocumentInput = 'identities' | 'roles';

/** Of a great many problems of a document, the first are shown. */
const MAX_PROBLEMS = 100;

/** The document that an input gives, itself or by its path; undefined where it cannot be read, which is noted. */
export function readDocumentInput(name: DocumentInput, given: string, inputs: Inputs): DocumentText | undefined {
  const read = readDocumentText(given, workspaceOf(inputs));
  if (!('wrong' in read)) return read;
  const { wrong, file } = read;
  inputs.wrong(name, file === undefined ? wrong : { file, line: 1, column: 1, text: wrong, textAtPlace: wrong });
  return undefined;
}

/** The folder in which documents may name files. */
export function workspaceOf({ env }: Inputs): string {
  return env.GITHUB_WORKSPACE ?? process.cwd();
}

/** Notes what is wrong with the document of an input. */
export function noteProblems(name: DocumentInput, problems: readonly (string | FileProblem)[], inputs: Inputs): void {
  for (const problem of problems.slice(0, MAX_PROBLEMS)) inputs.wrong(name, problem);
  const more = problems.length - MAX_PROBLEMS;
  if (more > 0) inputs.wrong(name, `and ${more} more`);
}
