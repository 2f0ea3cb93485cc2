import * as z from 'zod/mini';
import { parseDuration } from '../../text/duration';
import { description, MAX_POLICY_NAME, path, permissions, policySource, tags } from './attributes';
import { described, mapping, name, named, optional, text } from './building-blocks';
import { trust } from './trust';
import { accessKey, mfaDevice } from './user-credentials';

/*
 * What an identity document may hold: the one definition by which it is checked (structure.ts) and from which its JSON Schema
 * is made.
 */

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const MAX_NAME = 64;
const MAX_AUDIENCES = 100;
const MIN_SESSION_MS = 3_600_000;
const MAX_SESSION_MS = 12 * MIN_SESSION_MS;

const policy = mapping(
  {
    document: policySource('What the policy says'),
    path: z.optional(path()),
    description: z.optional(description('policy')),
    tags: z.optional(tags()),
  },
  'a mapping with document, such as { document: policies/deploy.json }',
);

const user = mapping(
  {
    ...permissions(),
    'require-mfa': optional(
      z.boolean('true or false'),
      'Whether the user may do nothing without MFA. false if omitted.',
    ),
    'mfa-device': optional(mfaDevice, 'A virtual MFA device of the user.'),
    'access-key': optional(accessKey, 'An access key of the user.'),
  },
  'a mapping, such as { policies: [arn:aws:iam::aws:policy/ReadOnlyAccess] }; a user without anything is {}',
);

const SESSION_RULE = 'from 1h to 12h, such as 4h or 90m, or as a number of seconds from 3600 to 43200';
const isSessionDuration = (written: string) => {
  const duration = parseDuration(written);
  return duration !== undefined && duration >= MIN_SESSION_MS && duration <= MAX_SESSION_MS;
};

const role = mapping(
  {
    ...permissions(),
    description: z.optional(description('role')),
    trust: described(trust, 'Who may assume the role: a path, a trust policy, or a short form, or a list of these.'),
    'max-session-duration': optional(
      z.union(
        [
          z.string().check(z.refine(isSessionDuration, SESSION_RULE)),
          z.int().check(z.gte(MIN_SESSION_MS / 1000, SESSION_RULE), z.lte(MAX_SESSION_MS / 1000, SESSION_RULE)),
        ],
        SESSION_RULE,
      ),
      'The longest that a session of the role may be asked to last: 1h to 12h, or seconds. 1h if omitted.',
    ),
  },
  'a mapping with trust, such as { trust: { service: lambda.amazonaws.com } }',
);

const oidcProvider = mapping(
  {
    issuer: optional(z.string('a URL'), 'The issuer, an https:// URL. Only "github" may omit it: GitHub.com is meant.'),
    audiences: optional(
      z
        .array(
          text(/^\S{1,255}$/, 'an audience of 1 to 255 characters without spaces'),
          'a list of audiences, such as [sts.amazonaws.com]',
        )
        .check(
          z.minLength(1, 'a list of at least one audience'),
          z.maxLength(MAX_AUDIENCES, `at most ${MAX_AUDIENCES} audiences`),
        ),
      'What "aud" may be in the tokens. If omitted, what STS expects of GitHub: sts.amazonaws.com.',
      { uniqueItems: true },
    ),
    tags: z.optional(tags()),
  },
  'a mapping, if only {}',
);

/** An identity document. */
export const identityDocument = described(
  mapping(
    {
      policies: optional(
        named(name(MAX_POLICY_NAME), policy, '{ deploy: { document: policies/deploy.json } }'),
        'Customer managed policies by name.',
      ),
      users: optional(named(name(MAX_NAME), user, '{ ci: {} }'), 'Users by name.'),
      roles: optional(
        named(name(MAX_NAME), role, '{ deploy: { trust: { service: lambda.amazonaws.com } } }'),
        'Roles by name.',
      ),
      'oidc-providers': optional(
        z.record(z.string(), oidcProvider, 'a mapping, such as { github: {} }'),
        'OIDC providers by a name of your choice; "github" stands for token.actions.githubusercontent.com.',
      ),
      $schema: optional(z.string('a text'), 'Where editors find this schema. The action does not read it.'),
    },
    'a mapping with policies, users, roles or oidc-providers',
  ),
  'AWS users, roles, policies and OIDC providers, as aws-identity-action makes them.',
  { title: 'Identity document', minProperties: 1 },
);

/** The keys of what each section names. */
export const KEYS_OF_SECTIONS = {
  policies: { what: 'a policy', keys: Object.keys(policy.shape) },
  users: { what: 'a user', keys: Object.keys(user.shape) },
  roles: { what: 'a role', keys: Object.keys(role.shape) },
  'oidc-providers': { what: 'an OIDC provider', keys: Object.keys(oidcProvider.shape) },
};

export type IdentityDocument = z.infer<typeof identityDocument>;

/** Where editors find the schema, as a document in any repository names it. */
const SCHEMA_URL = 'https://raw.githubusercontent.com/octo-org/aws-identity-action/main/schema/identities.schema.json';

/** The JSON Schema of an identity document (draft 2020-12), by which editors check it while it is written. */
export function identitiesSchema() {
  const { $schema, ...keywords } = z.toJSONSchema(identityDocument, { target: 'draft-2020-12' });
  return { $schema, $id: SCHEMA_URL, ...keywords };
}
