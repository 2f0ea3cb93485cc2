import { partitionOfRegion } from '../aws/partition';
import type { Declaration } from '../identities/declaration';
import type { Reading } from './reading';
import type { IdentitiesRequest, IdentitiesSettings } from './request';
import { readSource } from './source-inputs';
import { readProfileSettings, readSettings } from './step-inputs';

const NOTHING_DECLARED: Declaration = { oidcProviders: [], policies: [], users: [], roles: [] };

/** What the modes that change IAM share. The code that reads the document loads for them alone. */
export async function readIdentities(reading: Reading, mode: IdentitiesRequest['mode']): Promise<IdentitiesSettings> {
  const { inputs, problems, env } = reading;
  const repository = env.GITHUB_REPOSITORY;
  if (!repository) problems.add('GITHUB_REPOSITORY', 'is not set; it should be owner/name, as a runner sets it');
  const declaration = await readDeclaration(reading);
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
    ...readSettings(reading, mode),
    source: readSource(reading),
    declaration,
    repository: repository ?? '',
    dryRun,
    githubToken,
    profiles: readProfileSettings(reading),
  };
}

async function readDeclaration({ inputs, problems, warnings, env }: Reading): Promise<Declaration> {
  const document = inputs.text('identities');
  if (document === undefined) {
    problems.add('identities', 'is missing; it should be an identity document, or its path in the workspace');
    return NOTHING_DECLARED;
  }
  const { readDocument } = await import('../identities/read-document');
  const { GITHUB_REPOSITORY: name, GITHUB_REPOSITORY_ID: id, GITHUB_REPOSITORY_OWNER_ID: ownerId } = env;
  const { GITHUB_SERVER_URL: server } = env;
  const read = readDocument(document, {
    workspace: env.GITHUB_WORKSPACE ?? process.cwd(),
    partition: partitionOfRegion(inputs.text('aws-region') ?? ''),
    ...(name && { repository: { name, ...(id && { id }), ...(ownerId && { ownerId }) } }),
    ...(server && { server: server.replace(/\/+$/, '') }),
  });
  if ('problems' in read) {
    for (const problem of read.problems) problems.add('identities', problem);
    return NOTHING_DECLARED;
  }
  warnings.push(...read.warnings);
  return read.declaration;
}

function needsGithubToken({ users }: Declaration, mode: IdentitiesRequest['mode']): boolean {
  return users.some(
    ({ accessKey, mfaDevice }) =>
      accessKey?.deliver.some(({ to }) => to === 'github-secrets') === true ||
      (mode === 'provision' && mfaDevice !== undefined),
  );
}
