import { isAccountId, partitionOfArn, wholeAccount } from '../aws/arn';
import { defaultAudience, type Partition } from '../aws/partition';
import { isRolesAnywhere } from '../policy/check-certificates';
import { isGithubDotCom } from '../policy/check-issuers';
import { GITHUB_ISSUER, trustPolicy, type GithubTrust, type Trust, type TrustEntry } from '../policy/trust-policy';
import { ANY_REF, PULL_REQUEST, wideningsOf } from '../policy/trust-widenings';
import { suggestion } from '../text/did-you-mean';
import { describeValue, quoted } from '../text/value';
import { alteredMessage } from '../text/yaml';
import { ACCOUNT_RULE, isPolicy } from './definition/trust';
import type { DocumentPart } from './document-part';
import { readUrl } from './read-oidc-providers';
import { limitSize, readPolicyDocument, SOME_ACCOUNT } from './read-policies';
import type { SoundRole } from './structure';

type GivenTrust = NonNullable<SoundRole['trust']>;
type GivenEntry = NonNullable<Extract<GivenTrust, readonly unknown[]>[number]>;
type GivenGithub = NonNullable<GivenEntry['github']>;
type GivenAnywhere = NonNullable<GivenEntry['roles-anywhere']>;

const GITHUB = 'https://github.com';

const IDS_UNKNOWN =
  'trusts the old form of the subject only (repo:owner/name:…), as the IDs of the repository and its owner are not known. ' +
  'Repositories made since 2026-07-15 have the immutable form (repo:owner@1/name@2:…), and the role would refuse them: ' +
  'add repository-id and repository-owner-id.';

const NAME_PROVIDER =
  'it should name the provider of that server, such as provider: enterprise, a name under oidc-providers, or the URL of its issuer';

/** Where the servers of issuers are: of GitHub.com and of enterprises there, of GHE.com, and by the path at their hosts. */
const SERVERS: readonly (readonly [issuer: RegExp, server: string])[] = [
  [/^token\.actions\.githubusercontent\.com(?:\/[^/]+)?$/, 'github.com'],
  [/^token\.actions\.([\w-]+\.ghe\.com)(?:\/[^/]+)?$/, '$1'],
  [/^(.+)\/(?:_services\/token|api\/actions)$/, '$1'],
];

const INSTEAD_OF_SERVICE = '{ roles-anywhere: { trust-anchor: …, common-name: … } }, or a trust policy of your own';

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
    const meant = typeof given === 'string' && isRolesAnywhere(given) ? INSTEAD_OF_SERVICE : `{ ${short}: ${text} }`;
    part.wrong(`is ${text}, which is no path; it should be ${meant}`);
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
  if (service !== undefined) return readService(part.at('service').as(service));
  const anywhere = part.given['roles-anywhere'];
  const entry = given
    ? readGithub(part.at('github').as(given))
    : anywhere && readRolesAnywhere(part.at('roles-anywhere').as(anywhere));
  if (!entry) return undefined;
  for (const widening of wideningsOf(entry)) {
    part.reading.problems.warn([...part.path, given ? 'github' : 'roles-anywhere'], `${widening}.`);
  }
  return entry;
}

/** A service, other than the one that needs more than one action. */
function readService(part: DocumentPart<string>): TrustEntry | undefined {
  const { given: service } = part;
  if (!isRolesAnywhere(service)) return { service };
  part.wrong(
    `is ${quoted(service)}, by which alone nobody could assume the role, as it also tags the session and sets its source ` +
      `identity; it should be ${INSTEAD_OF_SERVICE}`,
  );
  return undefined;
}

function readRolesAnywhere(part: DocumentPart<GivenAnywhere>): TrustEntry | undefined {
  const trustAnchor = part.given['trust-anchor'];
  const { partition } = part.reading.settings;
  const written = partitionOfArn(trustAnchor ?? '');
  if (trustAnchor === undefined) return undefined;
  if (written !== partition) {
    part
      .at('trust-anchor')
      .wrong(`is in the partition ${written}, and the region is in ${partition}; it should be there, too`);
  }
  return { rolesAnywhere: { trustAnchor, commonNames: severalIn(part.given['common-name']) } };
}

/** One thing or a list, without what is wrong. */
function severalIn(given: string | readonly (string | undefined)[] | undefined): string[] {
  return [given].flat().filter((one) => one !== undefined);
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

function readGithub(part: DocumentPart<GivenGithub>): TrustEntry | undefined {
  const { repository } = part.given;
  const issuer = readIssuer(part);
  const contexts = contextsOf(part.given);
  if (repository === undefined || contexts.length === 0 || issuer === undefined) return undefined;
  const own = ownRepository(issuer, part);
  const isOwn = own?.name.toLowerCase() === repository.toLowerCase();
  // AWS compares subjects in their case, and the job knows how its own repository is written.
  const written = isOwn ? own.name : repository;
  const [ids, audience] = [readIds(part, repository, issuer), audienceOf(part, issuer)];
  const workflows = readWorkflows(part, issuer);
  return { github: { issuer, repository: written, ids, contexts, workflows, audience } };
}

/** Whose tokens are trusted, without `https://`. Undefined when that is wrong. */
function readIssuer(part: DocumentPart<GivenGithub>): string | undefined {
  const { settings, issuers, document } = part.reading;
  const named = part.at('provider');
  const { provider } = part.given;
  if (provider === undefined) {
    if (settings.server === GITHUB) return GITHUB_ISSUER;
    // On github.com, somebody else may own a repository of that name.
    part.wrong(`trusts jobs on github.com, and this job is on ${settings.server}; ${NAME_PROVIDER}`);
    return undefined;
  }
  if (provider.includes(':')) return readUrl(named.as(provider))?.replace('https://', '');
  const issuer = issuers.get(provider) ?? (provider === 'github' ? GITHUB_ISSUER : undefined);
  const declared = Object.keys(document['oidc-providers'] ?? {});
  if (issuer === undefined && !declared.includes(provider)) {
    const known = [...new Set(['github', ...declared])];
    named.wrong(`is ${quoted(provider)}, which oidc-providers does not declare; ${suggestion(provider, known)}`);
  }
  return issuer;
}

/** The job's own repository, if the issuer is that of its server. Elsewhere, one of that name is another. */
function ownRepository(issuer: string, { reading: { settings } }: DocumentPart<unknown>) {
  const [form, host] = SERVERS.find(([known]) => known.test(issuer)) ?? [];
  const server = form && host !== undefined ? `https://${issuer.replace(form, host)}` : undefined;
  return server === settings.server ? settings.repository : undefined;
}

/**
 * AWS has a key for the workflow in tokens of GitHub.com alone.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
 */
function readWorkflows(part: DocumentPart<GivenGithub>, issuer: string): string[] {
  const workflows = severalIn(part.given.workflow);
  if (workflows.length > 0 && !isGithubDotCom(issuer)) {
    const why = `AWS evaluates no job_workflow_ref in tokens of ${issuer}, so that nobody could assume the role`;
    part.at('workflow').wrong(`is for jobs on github.com; it should not be there: ${why}`);
  }
  return workflows;
}

/** The audience of the tokens that are trusted: one that the document's own provider accepts. */
function audienceOf(part: DocumentPart<GivenGithub>, issuer: string): string {
  const { settings, audiences } = part.reading;
  const usual = defaultAudience(settings.partition as Partition);
  const accepted = audiences.get(issuer) ?? [usual];
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
 * The parts of a subject that tell which of a repository's jobs may assume the role.
 * https://docs.github.com/actions/reference/security/oidc#example-subject-claims
 */
function contextsOf(given: GivenGithub): string[] {
  return [
    ...severalIn(given.branch).map((branch) => `ref:refs/heads/${branch}`),
    ...severalIn(given.tag).map((tag) => `ref:refs/tags/${tag}`),
    // A colon would end the name: GitHub writes it so in the subject.
    ...severalIn(given.environment).map((environment) => `environment:${environment.replaceAll(':', '%3A')}`),
    ...(given['pull-request'] ? [PULL_REQUEST] : []),
    ...(given['any-ref'] ? [ANY_REF] : []),
  ];
}

/** The IDs behind a repository's name: given, or known from the job when it is its own, or has its owner. */
function readIds(part: DocumentPart<GivenGithub>, repository: string, issuer: string): GithubTrust['ids'] {
  const { problems } = part.reading;
  const own = ownRepository(issuer, part);
  const isOwn = own?.name.toLowerCase() === repository.toLowerCase();
  const isOwnersOwn = own !== undefined && ownerOfRepository(own.name) === ownerOfRepository(repository);
  const repositoryId = readId(part.at('repository-id'), isOwn ? own.id : undefined);
  const ownerId = readId(part.at('repository-owner-id'), isOwnersOwn ? own.ownerId : undefined);
  if (repositoryId !== undefined && ownerId !== undefined) return { owner: ownerId, repository: repositoryId };
  const [only, another] = (['repository-id', 'repository-owner-id'] as const).filter((key) => part.at(key).written);
  if (only === undefined) {
    if (isGithubDotCom(issuer)) problems.warn(part.path, IDS_UNKNOWN);
  } else if (another === undefined) {
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
