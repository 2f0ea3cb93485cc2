import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { DocumentSettings } from '../../src/identities/document-part';
import { problemText, type DocumentProblem } from '../../src/identities/document-problems';
import { readDocument, type ReadDocument } from '../../src/identities/read-document';
import { readDocumentText } from '../../src/text/document-text';

/** The smallest policy that is right. */
export const POLICY = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::bucket/*' }],
};

/** A policy of so many characters, white space not counted. */
export function largePolicy(size: number) {
  const of = (resource: string) => ({
    ...POLICY,
    Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: resource }],
  });
  const rest = JSON.stringify(of('arn:aws:s3:::')).length;
  return of(`arn:aws:s3:::${'b'.repeat(size - rest)}`);
}

/** A folder with these files, removed after the tests of the file. */
export function workspaceWith(files: Readonly<Record<string, string>>): string {
  const workspace = realpathSync(mkdtempSync(join(tmpdir(), 'identities-')));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(workspace, path)), { recursive: true });
    writeFileSync(join(workspace, path), content);
  }
  afterAll(() => {
    rmSync(workspace, { recursive: true });
  });
  return workspace;
}

export const REPOSITORY = { name: 'octo/app', id: '2', ownerId: '1' };

type Settings = Partial<DocumentSettings>;

const SETTINGS: DocumentSettings = {
  workspace: '/nowhere',
  partition: 'aws',
  isForAws: true,
  repository: REPOSITORY,
  server: 'https://github.com',
  forge: 'GitHub',
  terraformAddress: undefined,
};

/** What is read from a document that is right. */
export function read(input: string, settings: Settings = {}): ReadDocument {
  const result = readInput(input, settings);
  if ('declaration' in result) return result;
  throw new Error(result.problems.map(({ message }) => message).join('\n'));
}

/** What is wrong with a document, as people read it; nothing when it is right. */
export function problemsOf(input: string, settings: Settings = {}): readonly string[] {
  return problemValuesOf(input, settings).map(problemText);
}

/** What is wrong with a document, by its parts. */
export function problemValuesOf(input: string, settings: Settings = {}): readonly DocumentProblem[] {
  const result = readInput(input, settings);
  return 'problems' in result ? result.problems : [];
}

function readInput(input: string, settings: Settings) {
  const all = { ...SETTINGS, ...settings };
  const text = readDocumentText(input, all.workspace);
  if ('wrong' in text) throw new Error(text.wrong);
  return readDocument(text, all);
}
