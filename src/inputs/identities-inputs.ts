import { partitionOfRegion } from '../aws/partition';
import type { Declaration } from '../identities/declaration';
import { problemLines, problemText } from '../identities/document-problems';
import { readDocument, readDocumentText } from '../identities/read-document';
import type { Reading } from './reading';
import type { IdentitiesRequest, IdentitiesSettings } from './request';
import { readIdentity } from './source-inputs';
import { readProfileSettings, readSettings } from './step-inputs';

const NOTHING_DECLARED: Declaration = { oidcProviders: [], policies: [], users: [], roles: [] };

/** What the modes that change IAM share. */
export function readIdentities(reading: Reading, mode: IdentitiesRequest['mode']): IdentitiesSettings {
  const { inputs, problems, env } = reading;
  const repository = env.GITHUB_REPOSITORY;
  if (!repository) problems.add('GITHUB_REPOSITORY', 'is not set; it should be owner/name, as a runner sets it');
  const declaration = readDeclaration(reading);
  const githubToken = inputs.text('github-token');
  const dryRun = inputs.flag('dry-run');
  if (githubToken === undefined && !dryRun && mode !== 'deprovision' && needsGithubToken(declaration, mode)) {
    problems.add(
      'github-token',
      'is missing: the document delivers to GitHub secrets. It should be a token that may write them, from a secret ' +
        '(GITHUB_TOKEN may not)',
    );
  }
  return {
    ...readSettings(reading),
    // The credentials of the job are the ones that change the account.
    unsetCurrentCredentials: false,
    identity: readIdentity(reading),
    declaration,
    repository: repository ?? '',
    dryRun,
    githubToken,
    profiles: readProfileSettings(reading),
  };
}

function readDeclaration({ inputs, problems, warnings, env }: Reading): Declaration {
  const input = inputs.text('identities');
  if (input === undefined) {
    problems.add('identities', 'is missing; it should be an identity document, or its path in the workspace');
    return NOTHING_DECLARED;
  }
  const workspace = env.GITHUB_WORKSPACE ?? process.cwd();
  const text = readDocumentText(input, workspace);
  if ('wrong' in text) {
    problems.add('identities', text.wrong);
    return NOTHING_DECLARED;
  }
  const name = given(env.GITHUB_REPOSITORY);
  const [id, ownerId] = [given(env.GITHUB_REPOSITORY_ID), given(env.GITHUB_REPOSITORY_OWNER_ID)];
  const read = readDocument(text, {
    workspace,
    partition: partitionOfRegion(inputs.text('aws-region') ?? ''),
    repository: name === undefined ? undefined : { name, id, ownerId },
    server: (given(env.GITHUB_SERVER_URL) ?? 'https://github.com').replace(/\/+$/, ''),
  });
  if ('problems' in read) {
    for (const problem of problemLines(read.problems)) problems.add('identities', problem);
    return NOTHING_DECLARED;
  }
  warnings.push(...read.warnings.map(problemText));
  return read.declaration;
}

/** A variable that is set: an empty one counts as none. */
function given(variable: string | undefined): string | undefined {
  return variable === '' ? undefined : variable;
}

function needsGithubToken({ users }: Declaration, mode: IdentitiesRequest['mode']): boolean {
  return users.some(
    ({ accessKey, mfaDevice }) =>
      accessKey?.deliver.some(({ to }) => to === 'github-secrets') === true ||
      (mode === 'provision' && mfaDevice !== undefined),
  );
}
