import * as z from 'zod/mini';
import { isMapping } from '../../text/value';
import {
  described,
  exact,
  having,
  keysRule,
  mapping,
  oneOf,
  optional,
  patternOf,
  severalOf,
  text,
} from './building-blocks';
import { ENVIRONMENT, ENVIRONMENT_RULE, REPOSITORY, REPOSITORY_RULE } from './secret-location';

const githubId = () =>
  z.union([text(/^\d{1,20}$/, 'a number'), z.int().check(z.gte(1, 'a number above 0'))], 'a number');

/** What tells one of a repository's jobs from others: one of these. */
const CONTEXTS = ['branch', 'tag', 'environment', 'pull-request', 'any-ref'] as const;
const CONTEXT_RULE = `a mapping with repository and one of ${CONTEXTS.join(', ')}, such as { repository: octo/app, branch: main }`;
const GIT_NAME = /^(?!refs\/)[^\s~^:\\[\x00-\x1f\x7f]+$/;
const BRANCH_RULE = 'the name of a branch, without refs/heads/';
const TAG_RULE = 'the name of a tag, without refs/tags/';
const OR_PATTERN = 'one or a list, each exact or with * for any text.';

const WORKFLOW_RULE =
  'a workflow, owner/name/.github/workflows/file.yml, at a ref as tokens have it (refs/heads/…, refs/tags/…, ' +
  'refs/pull/…/merge, or a whole commit SHA), such as octo/workflows/.github/workflows/deploy.yml@refs/heads/main';
const REF_CHARACTER = '[^\\s?:~^\\\\[]';
/** What `job_workflow_ref` ends with: never the short name that `uses:` may have. Or a pattern that such a ref can match. */
const REF_IN_TOKENS = [
  '[0-9a-f]{40}',
  `refs/(?:heads|tags)/${REF_CHARACTER}+`,
  `refs/pull/(?:\\d+/merge|\\d*\\*${REF_CHARACTER}*)`,
  `(?:refs/)?\\*${REF_CHARACTER}*`,
].join('|');
/** A wildcard stands for refs alone: of the repository and the file, it would let strangers in. */
const WORKFLOW = new RegExp(`^[\\w.-]+/[\\w.-]+/\\.github/workflows/[\\w.-]+\\.ya?ml@(?:${REF_IN_TOKENS})$`);

const githubTrust = mapping(
  {
    repository: described(exact(REPOSITORY, REPOSITORY_RULE), 'The repository, owner/name.'),
    branch: optional(severalOf(patternOf(GIT_NAME, BRANCH_RULE), BRANCH_RULE), `Jobs on this branch: ${OR_PATTERN}`),
    tag: optional(severalOf(patternOf(GIT_NAME, TAG_RULE), TAG_RULE), `Jobs on this Git tag: ${OR_PATTERN}`),
    environment: optional(
      severalOf(patternOf(ENVIRONMENT, ENVIRONMENT_RULE), ENVIRONMENT_RULE),
      `Jobs in this environment: ${OR_PATTERN}`,
    ),
    'pull-request': optional(z.literal(true, 'true'), 'Jobs that a pull request started.'),
    'any-ref': optional(
      z.literal(true, 'true'),
      'Jobs on every branch and tag: whoever may push to the repository. Not those in an environment, nor of pull requests.',
    ),
    workflow: optional(
      severalOf(patternOf(WORKFLOW, WORKFLOW_RULE), WORKFLOW_RULE),
      'Only jobs of this reusable workflow, at a ref as tokens have it: one or a list; * may stand in the ref.',
    ),
    provider: optional(
      z.string('the name of a provider under oidc-providers, or the URL of its issuer'),
      'Whose tokens are trusted: a name under oidc-providers, or the URL of an issuer. GitHub.com if omitted.',
    ),
    'repository-id': optional(githubId(), "The ID of a repository that is not the job's own. See repository-owner-id."),
    'repository-owner-id': optional(
      githubId(),
      'The ID of its owner. With both, the role trusts the immutable form of the subject too, the default for ' +
        'repositories made since 2026-07-15.',
    ),
  },
  CONTEXT_RULE,
).check(keysRule((keys) => CONTEXTS.filter((context) => keys.includes(context)).length === 1, CONTEXT_RULE));

const TRUST_ANCHOR_RULE =
  'the ARN of a trust anchor, such as arn:aws:rolesanywhere:eu-central-1:123456789012:trust-anchor/00000000-0000-0000-0000-000000000000';
const COMMON_NAME_RULE = 'a common name, without CN=, of 1 to 64 letters, digits, spaces or characters of _.:/=+-@';
const ANYWHERE_RULE = `a mapping with trust-anchor, ${TRUST_ANCHOR_RULE}`;

const rolesAnywhereTrust = mapping(
  {
    'trust-anchor': described(
      exact(/^arn:[\w-]+:rolesanywhere:[a-z\d-]+:\d{12}:trust-anchor\/[\w-]+$/, TRUST_ANCHOR_RULE),
      'The ARN of the trust anchor, which says whose certificates are accepted.',
    ),
    'common-name': optional(
      // What else a certificate may have in it cannot be a session tag.
      severalOf(patternOf(/^(?![Cc][Nn]=)[\p{L}\p{Z}\p{N}_.:/=+\-@*]{1,64}$/u, COMMON_NAME_RULE), COMMON_NAME_RULE),
      `The common name of the certificate's subject: ${OR_PATTERN} If omitted, every certificate that the trust anchor accepts.`,
    ),
  },
  ANYWHERE_RULE,
);

/** What an account is at AWS. At another vendor it may be any text, and that is known only where the document is read. */
export const ACCOUNT_RULE = 'an account ID of 12 digits in quotes, as YAML drops the zeros that a number begins with';

const FORMS = 'account, user, service, github, roles-anywhere';

const trustEntry = oneOf(
  {
    account: optional(
      z.union([exact(/^[^\s:/]*$/, ACCOUNT_RULE), z.int().check(z.gte(0, ACCOUNT_RULE))], ACCOUNT_RULE),
      'An account, whose own policies decide which of its users and roles. 12 digits, in quotes; at another vendor, as it writes them.',
    ),
    user: optional(
      exact(/^(?:[\x21-\x2e\x30-\x7e]+\/)*[\w+=,.@-]{1,64}$/, 'the name of a user, or path/name'),
      'A user of the same account, by name, or path/name.',
    ),
    service: optional(
      exact(/^[a-z\d-]+(\.[a-z\d-]+)+$/, 'an AWS service such as s3.amazonaws.com'),
      'An AWS service, such as s3.amazonaws.com.',
    ),
    github: optional(githubTrust, 'Jobs of a repository on GitHub, or on another server with its provider.', {
      oneOf: CONTEXTS.map(having),
    }),
    'roles-anywhere': optional(rolesAnywhereTrust, 'Holders of a certificate, by IAM Roles Anywhere.'),
  },
  `a mapping with one of ${FORMS}, such as { service: lambda.amazonaws.com }`,
  `Who may assume the role: one of ${FORMS}.`,
);

const TRUST_RULE =
  `a path to a file in the workspace, a trust policy, or one or a list of ${FORMS}, ` +
  'such as { service: lambda.amazonaws.com }';

/** A mapping with either of these is a policy, and no short form of one. */
export function isPolicy(value: unknown): value is Readonly<Record<string, unknown>> {
  return isMapping(value) && ('Statement' in value || 'Version' in value);
}

export const trust = z.union(
  [
    z.string(),
    described(z.record(z.string(), z.unknown()).check(z.refine(isPolicy, { abort: true })), 'A trust policy.', {
      anyOf: [having('Statement'), having('Version')],
    }),
    z.array(trustEntry).check(z.minLength(1, 'a list of at least one')),
    trustEntry,
  ],
  TRUST_RULE,
);
