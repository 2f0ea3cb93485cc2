import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readDocument, type DocumentSettings, type ReadDocument } from '../../src/identities/read-document';

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

/** What is read from a document that is right. */
export function read(input: string, settings: Settings = {}): ReadDocument {
  const result = readDocument(input, { workspace: '/nowhere', partition: 'aws', repository: REPOSITORY, ...settings });
  if ('problems' in result) throw new Error(result.problems.join('\n'));
  return result;
}

/** What is wrong with a document; nothing when it is right. */
export function problemsOf(input: string, settings: Settings = {}): readonly string[] {
  const result = readDocument(input, { workspace: '/nowhere', partition: 'aws', repository: REPOSITORY, ...settings });
  return 'problems' in result ? result.problems : [];
}
