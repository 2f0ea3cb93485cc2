import * as z from 'zod/mini';
import { isMapping } from '../../text/value';
import { described, exact, keysRule, mapping, oneOf, optional, text } from './building-blocks';
import { ENVIRONMENT, ENVIRONMENT_RULE, REPOSITORY, REPOSITORY_RULE } from './secret-location';

const githubId = () =>
  z.union([text(/^\d{1,20}$/, 'a number'), z.int().check(z.gte(1, 'a number above 0'))], 'a number');

const CONTEXTS = ['branch', 'tag', 'environment', 'pull-request'] as const;
const CONTEXT_RULE = `a mapping with repository and one of ${CONTEXTS.join(', ')}, such as { repository: octo/app, branch: main }`;
const GIT_NAME = /^(?!refs\/)[^\s~^:\\[\x00-\x1f\x7f]+$/;

const githubTrust = mapping(
  {
    repository: described(exact(REPOSITORY, REPOSITORY_RULE), 'The repository, owner/name.'),
    branch: optional(exact(GIT_NAME, 'the name of a branch, without refs/heads/'), 'Jobs on this branch.'),
    tag: optional(exact(GIT_NAME, 'the name of a tag, without refs/tags/'), 'Jobs on this Git tag.'),
    environment: optional(exact(ENVIRONMENT, ENVIRONMENT_RULE), 'Jobs in this environment.'),
    'pull-request': optional(z.literal(true, 'true'), 'Jobs that a pull request started.'),
    'repository-id': optional(githubId(), "The ID of a repository that is not the job's own. See repository-owner-id."),
    'repository-owner-id': optional(
      githubId(),
      'The ID of its owner. With both, the role trusts the immutable form of the subject too, the default for ' +
        'repositories made since 2026-07-15.',
    ),
  },
  CONTEXT_RULE,
).check(keysRule((keys) => CONTEXTS.filter((context) => keys.includes(context)).length === 1, CONTEXT_RULE));

/** What an account is at AWS. At another vendor it may be any text, and that is known only where the document is read. */
export const ACCOUNT_RULE = 'an account ID of 12 digits in quotes, as YAML drops the zeros that a number begins with';

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
    github: optional(githubTrust, 'Jobs of a repository on GitHub.', {
      oneOf: CONTEXTS.map((context) => ({ required: [context] })),
    }),
  },
  'a mapping with one of account, user, service, github, such as { service: lambda.amazonaws.com }',
  'Who may assume the role: one of account, user, service, github.',
);

const TRUST_RULE =
  'a path to a file in the workspace, a trust policy, or one or a list of account, user, service, github, ' +
  'such as { service: lambda.amazonaws.com }';

/** A mapping with either of these is a policy, and no short form of one. */
export function isPolicy(value: unknown): value is Readonly<Record<string, unknown>> {
  return isMapping(value) && ('Statement' in value || 'Version' in value);
}

export const trust = z.union(
  [
    z.string(),
    described(z.record(z.string(), z.unknown()).check(z.refine(isPolicy, { abort: true })), 'A trust policy.', {
      anyOf: [{ required: ['Statement'] }, { required: ['Version'] }],
    }),
    z.array(trustEntry).check(z.minLength(1, 'a list of at least one')),
    trustEntry,
  ],
  TRUST_RULE,
);
