import { isAccountId, wholeAccount } from '../aws/arn';
import { defaultAudience, type Partition } from '../aws/partition';
import { GITHUB_ISSUER, trustPolicy, type GithubTrust, type Trust, type TrustEntry } from '../policy/trust-policy';
import { describeValue, quoted } from '../text/value';
import { alteredMessage } from '../text/yaml';
import { ACCOUNT_RULE, isPolicy } from './definition/trust';
import type { DocumentPart } from './document-part';
import { limitSize, readPolicyDocument, SOME_ACCOUNT } from './read-policies';
import type { SoundRole } from './structure';

type GivenTrust = NonNullable<SoundRole['trust']>;
type GivenEntry = NonNullable<Extract<GivenTrust, readonly unknown[]>[number]>;
type GivenGithub = NonNullable<GivenEntry['github']>;

const GITHUB = 'https://github.com';

const IDS_UNKNOWN =
  'trusts the old form of the subject only (repo:owner/name:…), as the IDs of the repository and its owner are not known. ' +
  'Repositories made since 2026-07-15 have the immutable form (repo:owner@1/name@2:…), and the role would refuse them: ' +
  'add repository-id and repository-owner-id.';

const OTHER_ISSUER =
  'it should be a trust policy of your own, with the OIDC provider of that server and conditions on its aud and sub';

/** Texts that stand where a path may, and are meant as one of the short forms. */
const SHORT_FORMS: readonly (readonly [form: RegExp, key: string])[] = [
  [/^\d{12}$/, 'account'],
  [/^[a-z\d.-]+\.amazonaws\.com(\.cn)?$/, 'service'],
];

/** Who may assume a role. Undefined when that is wrong. */
export function readTrust(part: DocumentPart<SoundRole['trust']>): Trust | undefined {
  const trust = readAnyTrust(part);
  const { partition } = part.reading.settings;
  if (trust) limitSize([trustPolicy(trust, { partition, account: SOME_ACCOUNT })], 'trust', part);
  return trust;
}

function readAnyTrust(part: DocumentPart<SoundRole['trust']>): Trust | undefined {
  const { given } = part;
  if (given === undefined) return undefined;
  const [, short] = SHORT_FORMS.find(([form]) => typeof given === 'string' && form.test(given)) ?? [];
  if (short !== undefined) {
    const text = JSON.stringify(given);
    part.wrong(`is ${text}, which is no path; it should be { ${short}: ${text} }`);
    return undefined;
  }
  if (typeof given === 'string' || isPolicy(given)) {
    const policy = readPolicyDocument(part.as(given), 'trust');
    return policy && { policy };
  }
  const entries = isList(given) ? part.as(given).items() : [part.as(given)];
  const [first, ...others] = entries.flatMap((entry) => readEntry(entry) ?? []);
  return first && { entries: [first, ...others] };
}

function isList(given: unknown): given is readonly (GivenEntry | undefined)[] {
  return Array.isArray(given);
}

function readEntry(part: DocumentPart<GivenEntry>): TrustEntry | undefined {
  const { account, user, service, github: given } = part.given;
  if (account !== undefined) return { account: readAccount(part.at('account').as(account)) };
  if (user !== undefined) return { user: withPath(part.at('user').as(user)) };
  if (service !== undefined) return { service };
  const github = given && readGithub(part.at('github').as(given));
  return github && { github };
}

/** Another vendor's accounts have forms of their own, or an empty ID. */
function readAccount(part: DocumentPart<string | number>): string {
  const { given } = part;
  const account = digitsOf(part);
  if (!part.reading.settings.isForAws || isAccountId(account) || isAltered(part)) return account;
  const whole = wholeAccount(given);
  const perhaps = whole === undefined ? '' : `; perhaps ${JSON.stringify(whole)}`;
  part.wrong(`is ${describeValue(given)}; it should be ${ACCOUNT_RULE}${perhaps}`);
  return account;
}

/** A user that the document declares is known by its path too, which is a part of its ARN. */
function withPath(part: DocumentPart<string>): string {
  const { users = {} } = part.reading.document;
  const written = part.given;
  const name = written.split('/').at(-1) ?? written;
  const declared = Object.hasOwn(users, name) ? users[name] : undefined;
  if (!declared) return written;
  const actual = `${declared.path ?? '/'}${name}`.slice(1);
  if (written !== name && written !== actual) {
    part.wrong(`is ${quoted(written)}; it should be ${quoted(actual)}, as the document declares this user`);
  }
  return actual;
}

function readGithub(part: DocumentPart<GivenGithub>): GithubTrust | undefined {
  const { repository } = part.given;
  const { server, repository: own } = part.reading.settings;
  if (server !== GITHUB) {
    // On github.com, somebody else may own a repository of that name.
    part.wrong(`trusts jobs on github.com, and this job is on ${server}; ${OTHER_ISSUER}`);
  }
  const context = contextOf(part.given);
  if (repository === undefined || context === undefined) return undefined;
  const isOwn = own?.name.toLowerCase() === repository.toLowerCase();
  // AWS compares subjects in their case, and the job knows how its own repository is written.
  const written = isOwn ? own.name : repository;
  return { repository: written, ids: readIds(part, repository), context, audience: audienceOf(part) };
}

/** The audience of the tokens that are trusted: one that the document's own provider accepts. */
function audienceOf(part: DocumentPart<GivenGithub>): string {
  const { settings, audiences } = part.reading;
  const usual = defaultAudience(settings.partition as Partition);
  const accepted = audiences.get(GITHUB_ISSUER) ?? [usual];
  const [first = usual, second] = accepted;
  if (accepted.includes(usual)) return usual;
  if (second !== undefined) {
    part.wrong(
      `trusts tokens for one audience, and the provider in oidc-providers accepts ${accepted.map(quoted).join(', ')}, so it is ` +
        `not known which; add ${usual} to its audiences, or write a trust policy of your own`,
    );
  }
  return first;
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
function readIds(part: DocumentPart<GivenGithub>, repository: string): GithubTrust['ids'] {
  const { settings, problems } = part.reading;
  const own = settings.repository;
  const isOwn = own?.name.toLowerCase() === repository.toLowerCase();
  const isOwnersOwn = own !== undefined && ownerOfRepository(own.name) === ownerOfRepository(repository);
  const repositoryId = readId(part.at('repository-id'), isOwn ? own.id : undefined);
  const ownerId = readId(part.at('repository-owner-id'), isOwnersOwn ? own.ownerId : undefined);
  if (repositoryId !== undefined && ownerId !== undefined) return { owner: ownerId, repository: repositoryId };
  const [only, another] = (['repository-id', 'repository-owner-id'] as const).filter((key) => part.at(key).written);
  if (only === undefined) problems.warn(part.path, IDS_UNKNOWN);
  else if (another === undefined) {
    part.wrong(`has only ${only}; it should have both repository-id and repository-owner-id`);
  }
  return undefined;
}

/** @param actual what the job knows, if it does */
function readId(part: DocumentPart<string | number | undefined>, actual: string | undefined): string | undefined {
  const written = part.given === undefined ? undefined : digitsOf(part.as(part.given));
  if (written !== undefined && actual !== undefined && written !== actual) {
    part.wrong(`is ${written}; the job knows it to be ${actual}`);
  }
  return actual ?? written;
}

/** An ID that YAML may read as a number. */
function digitsOf(part: DocumentPart<string | number>): string {
  const { given, written = '' } = part;
  if (isAltered(part)) part.wrong(alteredMessage(given, written));
  return String(given);
}

function isAltered({ given, written }: DocumentPart<string | number>): boolean {
  return typeof given === 'number' && written !== undefined && written !== String(given);
}

function ownerOfRepository(repository: string): string | undefined {
  return repository.toLowerCase().split('/')[0];
}
