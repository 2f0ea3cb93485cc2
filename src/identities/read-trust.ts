import { trustPolicy, type GithubTrust, type Trust, type TrustEntry } from '../policy/trust-policy';
import { quoted } from '../text/describe-value';
import type { KeyPath } from '../text/problem';
import { isPolicy } from './definition/trust';
import type { DocumentReading } from './document-reading';
import { limitSize, readPolicyDocument } from './read-policy-document';
import type { SoundRole } from './structure';

type GivenTrust = NonNullable<SoundRole['trust']>;
type GivenEntry = NonNullable<Extract<GivenTrust, readonly unknown[]>[number]>;
type GivenGithub = NonNullable<GivenEntry['github']>;

/** Any account: policies made from entries are of the same size in all. */
const SOME_ACCOUNT = '123456789012';

const GITHUB = 'https://github.com';

const IDS_UNKNOWN =
  'trusts the old form of the subject only (repo:owner/name:…), as the IDs of the repository and its owner are not known. ' +
  'Repositories made since 2026-07-15 have the immutable form (repo:owner@1/name@2:…), and the role would refuse them: ' +
  'add repository-id and repository-owner-id.';

const OTHER_ISSUER =
  'it should be a trust policy of your own, with the OIDC provider of that server and conditions on its aud and sub';

/** Who may assume a role. Undefined when that is wrong. */
export function readTrust(given: GivenTrust | undefined, path: KeyPath, reading: DocumentReading): Trust | undefined {
  const trust = readAnyTrust(given, path, reading);
  const { partition } = reading.settings;
  if (trust) limitSize([trustPolicy(trust, { partition, account: SOME_ACCOUNT })], 'trust', path, reading);
  return trust;
}

function readAnyTrust(given: GivenTrust | undefined, path: KeyPath, reading: DocumentReading): Trust | undefined {
  if (given === undefined) return undefined;
  if (typeof given === 'string' || isPolicy(given)) {
    const policy = readPolicyDocument(given, path, 'trust', reading);
    return policy && { policy };
  }
  const entries = isList(given)
    ? given.flatMap((entry, index) => (entry && readEntry(entry, [...path, index], reading)) ?? [])
    : [readEntry(given, path, reading)].flatMap((entry) => entry ?? []);
  const [first, ...others] = entries;
  return first && { entries: [first, ...others] };
}

function isList(given: unknown): given is readonly (GivenEntry | undefined)[] {
  return Array.isArray(given);
}

function readEntry(given: GivenEntry, path: KeyPath, reading: DocumentReading): TrustEntry | undefined {
  const { account, user, service } = given;
  if (account !== undefined) return { account: String(account) };
  if (user !== undefined) return { user: withPath(user, [...path, 'user'], reading) };
  if (service !== undefined) return { service };
  const github = given.github && readGithub(given.github, [...path, 'github'], reading);
  return github && { github };
}

/** A user that the document declares is known by its path too, which is a part of its ARN. */
function withPath(written: string, path: KeyPath, { document, problems }: DocumentReading): string {
  const name = written.split('/').at(-1) ?? written;
  const declared = document.users && Object.hasOwn(document.users, name) ? document.users[name] : undefined;
  if (!declared) return written;
  const actual = `${declared.path ?? '/'}${name}`.slice(1);
  if (written !== name && written !== actual) {
    problems.add(path, `is ${quoted(written)}; it should be ${quoted(actual)}, as the document declares this user`);
  }
  return actual;
}

function readGithub(given: GivenGithub, path: KeyPath, reading: DocumentReading): GithubTrust | undefined {
  const { repository } = given;
  const { server } = reading.settings;
  if (server !== GITHUB) {
    // On github.com, somebody else may own a repository of that name.
    reading.problems.add(path, `trusts jobs on github.com, and this job is on ${server}; ${OTHER_ISSUER}`);
  }
  const context = contextOf(given);
  if (repository === undefined || context === undefined) return undefined;
  const own = reading.settings.repository?.name;
  const isOwn = own?.toLowerCase() === repository.toLowerCase();
  // AWS compares subjects in their case, and the job knows how its own repository is written.
  return { repository: isOwn ? own : repository, ids: readIds(given, repository, path, reading), context };
}

/**
 * The part of a subject that tells which of a repository's jobs may assume the role.
 * https://docs.github.com/actions/reference/security/oidc#example-subject-claims
 */
function contextOf(given: GivenGithub): string | undefined {
  const { branch, tag, environment } = given;
  if (branch !== undefined) return `ref:refs/heads/${branch}`;
  if (tag !== undefined) return `ref:refs/tags/${tag}`;
  // A colon would end the name: GitHub writes it so in the subject.
  if (environment !== undefined) return `environment:${environment.replaceAll(':', '%3A')}`;
  return given['pull-request'] ? 'pull_request' : undefined;
}

/** The IDs behind a repository's name: given, or known from the job when it is its own, or has its owner. */
function readIds(
  given: GivenGithub,
  repository: string,
  path: KeyPath,
  { settings, problems, warnings, yaml }: DocumentReading,
): GithubTrust['ids'] {
  const own = settings.repository;
  const isOwn = own?.name.toLowerCase() === repository.toLowerCase();
  const isOwnersOwn = own !== undefined && ownerOfRepository(own.name) === ownerOfRepository(repository);
  const known = {
    'repository-id': isOwn ? own.id : undefined,
    'repository-owner-id': isOwnersOwn ? own.ownerId : undefined,
  };
  const idOf = (key: keyof typeof known): string | undefined => {
    const written = given[key] === undefined ? undefined : String(given[key]);
    const actual = known[key];
    if (written !== undefined && actual !== undefined && written !== actual) {
      problems.add([...path, key], `is ${written}; the job knows it to be ${actual}`);
    }
    return actual ?? written;
  };
  const [repositoryId, ownerId] = [idOf('repository-id'), idOf('repository-owner-id')];
  if (repositoryId !== undefined && ownerId !== undefined) return { owner: ownerId, repository: repositoryId };
  const written = (['repository-id', 'repository-owner-id'] as const).filter((key) => yaml.written([...path, key]));
  const [only, another] = written;
  if (only === undefined) warnings.push(problems.about(path, IDS_UNKNOWN));
  else if (another === undefined) {
    problems.add(path, `has only ${only}; it should have both repository-id and repository-owner-id`);
  }
  return undefined;
}

function ownerOfRepository(repository: string): string | undefined {
  return repository.toLowerCase().split('/')[0];
}
