import * as z from 'zod/mini';
import { isMapping } from '../policy/policy-document';
import { DURATION, parseDuration } from './duration';
import { OWN_TAGS } from './own-tags';

/*
 * What an identity document may hold: the one definition from which it is checked (structure.ts) and from which its JSON
 * Schema is made (json-schema.ts). The text beside a rule says what a value should be, worded to follow "it should be".
 */

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const MAX_NAME = 64;
const MAX_POLICY_NAME = 128;
const MAX_MFA_DEVICE_NAME = 226;
const MAX_MANAGED_POLICIES = 20;
const MAX_AUDIENCES = 100;
const MIN_SESSION_MS = 3_600_000;
const MAX_SESSION_MS = 12 * MIN_SESSION_MS;

const MAX_TAGS = 50 - OWN_TAGS.length;
const TAG_CHARACTERS = '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]';
const TAG_RULE = 'letters, digits, spaces or characters of _.:/=+-@';

/** Adds the words that editors show, and keywords of JSON Schema for rules that zod cannot express. */
function described<S extends z.core.$ZodType>(
  schema: S,
  description: string,
  keywords: Record<string, unknown> = {},
): S {
  z.globalRegistry.add(schema, { description, ...keywords });
  return schema;
}

function text(pattern: RegExp, rule: string) {
  return z.string(rule).check(z.regex(pattern, rule));
}

/** A text that AWS is to compare as it is. */
function exact(pattern: RegExp, rule: string) {
  const noPattern = 'exact, without * and ?; for patterns, write a trust policy of your own';
  return z.string(rule).check(z.regex(/^[^*?]*$/, { error: noPattern, abort: true }), z.regex(pattern, rule));
}

/** A mapping with no other keys than these. Told of an unknown one, its message is the list of those that there are. */
function mapping<Shape extends z.core.$ZodShape>(shape: Shape, rule: string) {
  return z.strictObject(shape, {
    error: ({ code }) => (code === 'unrecognized_keys' ? Object.keys(shape).join(', ') : rule),
  });
}

function name(max: number) {
  return {
    pattern: new RegExp(`^[\\w+=,.@-]{1,${max}}$`),
    rule: `1 to ${max} letters, digits or characters of +=,.@_-`,
  };
}

/** A mapping from names to things. Unlike zod's own check of keys, this one lets the thing of a wrong name be checked. */
function named<V extends z.core.$ZodType>({ pattern, rule }: ReturnType<typeof name>, value: V) {
  const key = described(z.string(), rule, { pattern: pattern.source });
  return z.record(key, value, 'a mapping').check(
    z.superRefine(
      (entries, context) => {
        for (const written of Object.keys(entries).filter((each) => !pattern.test(each))) {
          context.addIssue({ code: 'custom', path: [written], message: rule, params: { of: 'name' } });
        }
      },
      { when: ({ value: entries }) => isMapping(entries) },
    ),
  );
}

const path = () =>
  described(
    z
      .string('a path')
      .check(
        z.maxLength(512, 'a path of at most 512 characters'),
        z.regex(/^\/([\x21-\x7e]+\/)?$/, 'a path of printable ASCII characters from / to /, such as /machine/'),
      ),
    'The path in IAM, from and to a slash, such as /machine/. A slash alone when left out.',
  );

const tags = () =>
  described(
    named(
      {
        pattern: new RegExp(`^(?![Aa][Ww][Ss]:)${TAG_CHARACTERS}{1,128}$`, 'u'),
        rule: `1 to 128 ${TAG_RULE}, and not begin with aws:`,
      },
      z.union(
        [
          z
            .string()
            .check(
              z.maxLength(256, 'at most 256 characters'),
              z.regex(new RegExp(`^${TAG_CHARACTERS}*$`, 'u'), `of ${TAG_RULE}`),
            ),
          z.number(),
          z.boolean(),
        ],
        'a text; an empty one is ""',
      ),
    ).check(
      keysRule(
        (keys) => keys.length <= MAX_TAGS,
        `at most ${MAX_TAGS} tags, as the action adds ${OWN_TAGS.length} of its own to AWS's 50`,
      ),
    ),
    'Tags, beside those that the action adds itself.',
    { maxProperties: MAX_TAGS },
  );

const description = (of: string) =>
  described(
    z
      .string('a text')
      .check(
        z.maxLength(1000, 'at most 1,000 characters'),
        z.regex(/^[\t\n\r\x20-\x7e\xa1-\xff]*$/, 'of the characters of Latin-1, which is all that AWS takes'),
      ),
    `What the ${of} is for, as IAM shows it.`,
  );

const policySource = (of: string) =>
  described(
    z.union([z.string(), z.record(z.string(), z.unknown())], 'a path to a file in the workspace, or the policy itself'),
    `${of}: a path in the workspace to a JSON or YAML file, or the policy itself.`,
  );

const policyReference = () =>
  z
    .string('the ARN of a policy, or the name of one under "policies"')
    .check(z.minLength(1, 'the ARN of a policy, or the name of one under "policies"'));

const permissions = () => ({
  path: z.optional(path()),
  tags: z.optional(tags()),
  policies: z.optional(
    described(
      z
        .array(policyReference(), 'a list of ARNs and names of policies')
        .check(z.maxLength(MAX_MANAGED_POLICIES, `at most ${MAX_MANAGED_POLICIES} policies`)),
      'Managed policies to attach: names of policies of this document, or ARNs.',
      { uniqueItems: true },
    ),
  ),
  'inline-policies': z.optional(
    described(named(name(MAX_POLICY_NAME), policySource('An inline policy')), 'Inline policies by name.'),
  ),
  'permissions-boundary': z.optional(
    described(
      policyReference(),
      'The policy that limits what the others can allow: a name of this document, or an ARN.',
    ),
  ),
});

const OWNER = '[A-Za-z\\d][A-Za-z\\d_-]{0,38}';
const REPOSITORY = new RegExp(`^${OWNER}/(?!\\.\\.?$)[\\w.-]{1,100}$`);
const REPOSITORY_RULE = 'a repository as owner/name';
const ENVIRONMENT = /^[^\x00-\x1f\x7f]{1,255}$/;
const ENVIRONMENT_RULE = 'the name of an environment, of at most 255 characters';

const PLACE = {
  repository: z.optional(
    described(text(REPOSITORY, REPOSITORY_RULE), "The repository, owner/name. The job's own when left out."),
  ),
  environment: z.optional(described(text(ENVIRONMENT, ENVIRONMENT_RULE), 'The environment of the repository.')),
  organization: z.optional(
    described(
      text(new RegExp(`^${OWNER}$`), 'the name of an organization'),
      'The organization, in place of a repository.',
    ),
  ),
  visibility: z.optional(
    described(
      z.enum(['all', 'private'], 'all or private'),
      'Which repositories of the organization may read the secret. private when left out.',
    ),
  ),
};

/** A mapping that tells, beside other things, where a secret lives. */
function placed<Shape extends z.core.$ZodShape>(shape: Shape, rule: string) {
  const ofOrganization = 'left out, as the secret is one of an organization';
  const placement = z.superRefine(
    (given: Partial<Record<string, unknown>>, context) => {
      const wrong = (key: string, message: string) => {
        context.addIssue({ code: 'custom', path: [key], message });
      };
      const has = (key: string) => given[key] !== undefined;
      if (has('organization') && has('repository')) wrong('repository', ofOrganization);
      if (has('organization') && has('environment')) wrong('environment', ofOrganization);
      if (has('visibility') && !has('organization')) wrong('visibility', 'left out, as there is no organization');
    },
    { when: ({ value }) => isMapping(value) },
  );
  return described(mapping({ ...shape, ...PLACE }, rule).check(placement), 'Where Actions secrets live.', {
    dependentRequired: { visibility: ['organization'] },
    dependentSchemas: { organization: { properties: { repository: false, environment: false } } },
  });
}

const SECRET_RULE =
  'letters, digits and _, not begin with a digit, and not with GITHUB_, which GitHub keeps for itself';
const isFreeOfGithub = (written: string) => !/^github_/i.test(written);

const secretName = () =>
  described(
    z
      .string('the name of a secret')
      .check(z.regex(/^[A-Za-z_]\w*$/, `of ${SECRET_RULE}`), z.refine(isFreeOfGithub, `of ${SECRET_RULE}`)),
    'The name of the secret; GitHub knows it in upper case.',
  );

const secretPrefix = () =>
  described(
    z
      .string('a text')
      .check(z.regex(/^([A-Za-z_]\w*)?$/, `of ${SECRET_RULE}`), z.refine(isFreeOfGithub, `of ${SECRET_RULE}`)),
    'What the names AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY of the secrets begin with.',
  );

/** A rule about the keys of a mapping, for which it does not matter whether their values are right. */
function keysRule(fits: (keys: readonly string[]) => boolean, rule: string) {
  return z.refine<object>((given) => fits(Object.keys(given)), {
    error: rule,
    // Where a key is unknown, another was meant, and that is told already.
    when: ({ value, issues }) =>
      isMapping(value) && !issues.some(({ code, path: at = [] }) => code === 'unrecognized_keys' && at.length === 0),
  });
}

/** A mapping with one key of several. */
function oneOf<Shape extends z.core.$ZodShape>(shape: Shape, rule: string, what: string) {
  const one = keysRule((keys) => keys.length === 1, rule);
  return described(mapping(shape, rule).check(one), what, { minProperties: 1, maxProperties: 1 });
}

const KEY_DESTINATION_RULE = 'environment, outputs, github-secrets, { profile: name } or { github-secrets: { … } }';
const keyDestination = z.union(
  [
    z.enum(['environment', 'outputs', 'github-secrets']),
    oneOf(
      {
        profile: z.optional(described(z.string('the name of a profile'), 'A profile of the AWS CLI and the SDKs.')),
        'github-secrets': z.optional(
          described(
            placed({ prefix: z.optional(secretPrefix()) }, 'a mapping such as { prefix: APP_ }'),
            'Two Actions secrets.',
          ),
        ),
      },
      KEY_DESTINATION_RULE,
      'A destination with settings of its own.',
    ),
  ],
  KEY_DESTINATION_RULE,
);

const accessKey = mapping(
  {
    'max-age': z.optional(
      described(
        text(DURATION, 'a duration such as 90d, 12h or 2w'),
        'The age at which rotate replaces the key: a number with s, m, h, d or w.',
      ),
    ),
    deliver: described(
      z
        .array(keyDestination, 'a list of destinations')
        .check(z.minLength(1, 'a list of at least one destination, as AWS shows the key only once')),
      'Where the key goes: at least one place, as AWS shows it only once.',
    ),
  },
  'a mapping with deliver, such as { deliver: [environment] }',
);

const seedDestination = mapping(
  {
    'github-secret': described(
      z.union(
        [secretName(), placed({ name: secretName() }, 'a mapping with name')],
        'the name of a secret, or a mapping with name',
      ),
      'One Actions secret, that holds the seed: its name, or a mapping that tells where it lives as well.',
    ),
  },
  'a mapping such as { github-secret: NAME }',
);

const mfaDevice = mapping(
  {
    name: z.optional(
      described(
        text(name(MAX_MFA_DEVICE_NAME).pattern, name(MAX_MFA_DEVICE_NAME).rule),
        'The name of the virtual device. That of the user when left out.',
      ),
    ),
    deliver: described(
      z
        .array(seedDestination, 'a list of destinations')
        .check(z.minLength(1, 'a list of at least one destination, as AWS shows the seed only once')),
      'Where the seed goes: at least one place, as AWS shows it only once.',
    ),
  },
  'a mapping with deliver, such as { deliver: [{ github-secret: NAME }] }',
);

const policy = mapping(
  {
    document: policySource('What the policy says'),
    path: z.optional(path()),
    description: z.optional(description('policy')),
    tags: z.optional(tags()),
  },
  'a mapping with document',
);

const user = mapping(
  {
    ...permissions(),
    'require-mfa': z.optional(
      described(z.boolean('true or false'), 'Whether the user may do nothing without MFA. false when left out.'),
    ),
    'mfa-device': z.optional(described(mfaDevice, 'A virtual MFA device of the user.')),
    'access-key': z.optional(described(accessKey, 'An access key of the user.')),
  },
  'a mapping; a user without anything is {}',
);

const githubId = () =>
  z.union([text(/^\d{1,20}$/, 'a number'), z.int().check(z.gte(1, 'a number above 0'))], 'a number');

const CONTEXTS = ['branch', 'tag', 'environment', 'pull-request'] as const;
const CONTEXT_RULE = `a mapping with repository and one of ${CONTEXTS.join(', ')}`;
const GIT_NAME = /^(?!refs\/)[^\s~^:\\[\x00-\x1f\x7f]+$/;

const githubTrust = mapping(
  {
    repository: described(exact(REPOSITORY, REPOSITORY_RULE), 'The repository, owner/name.'),
    branch: z.optional(described(exact(GIT_NAME, 'the name of a branch, without refs/heads/'), 'Jobs on this branch.')),
    tag: z.optional(described(exact(GIT_NAME, 'the name of a tag, without refs/tags/'), 'Jobs on this Git tag.')),
    environment: z.optional(described(exact(ENVIRONMENT, ENVIRONMENT_RULE), 'Jobs in this environment.')),
    'pull-request': z.optional(described(z.literal(true, 'true'), 'Jobs that a pull request started.')),
    'repository-id': z.optional(
      described(githubId(), "The ID of a repository that is not the job's own. See repository-owner-id."),
    ),
    'repository-owner-id': z.optional(
      described(
        githubId(),
        'The ID of its owner. With both, the role trusts the immutable form of the subject too, the default for ' +
          'repositories made since 2026-07-15.',
      ),
    ),
  },
  CONTEXT_RULE,
).check(keysRule((keys) => CONTEXTS.filter((context) => keys.includes(context)).length === 1, CONTEXT_RULE));

const ACCOUNT_RULE = 'an account ID of 12 digits in quotes, as YAML drops the zeros that a number begins with';

const trustEntry = oneOf(
  {
    account: z.optional(
      described(
        z.union(
          [exact(/^\d{12}$/, ACCOUNT_RULE), z.int().check(z.gte(1e11, ACCOUNT_RULE), z.lt(1e12, ACCOUNT_RULE))],
          ACCOUNT_RULE,
        ),
        'An AWS account, whose own policies decide which of its users and roles. 12 digits, in quotes.',
      ),
    ),
    user: z.optional(
      described(
        exact(/^(?:[\x21-\x2e\x30-\x7e]+\/)*[\w+=,.@-]{1,64}$/, 'the name of a user, or path/name'),
        'A user of the same account, by name, or path/name.',
      ),
    ),
    service: z.optional(
      described(
        exact(/^[a-z\d-]+(\.[a-z\d-]+)+$/, 'an AWS service such as s3.amazonaws.com'),
        'An AWS service, such as s3.amazonaws.com.',
      ),
    ),
    github: z.optional(
      described(githubTrust, 'Jobs of a repository on GitHub.', {
        oneOf: CONTEXTS.map((context) => ({ required: [context] })),
      }),
    ),
  },
  'a mapping with one of account, user, service, github',
  'Who may assume the role: one of account, user, service, github.',
);

const TRUST_RULE =
  'a path to a file in the workspace, a trust policy, or one or a list of account, user, service, github';

/** A mapping with either of these is a policy, and no short form of one. */
export function isPolicy(value: unknown): value is Readonly<Record<string, unknown>> {
  return isMapping(value) && ('Statement' in value || 'Version' in value);
}

const trust = z.union(
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
    'max-session-duration': z.optional(
      described(
        z.union(
          [
            z.string().check(z.refine(isSessionDuration, SESSION_RULE)),
            z.int().check(z.gte(MIN_SESSION_MS / 1000, SESSION_RULE), z.lte(MAX_SESSION_MS / 1000, SESSION_RULE)),
          ],
          SESSION_RULE,
        ),
        'The longest that a session of the role may be asked to last: 1h to 12h, or seconds. 1h when left out.',
      ),
    ),
  },
  'a mapping with trust',
);

const oidcProvider = mapping(
  {
    url: z.optional(
      described(z.string('a URL'), 'The issuer, an https:// URL. Only "github" may leave it out: GitHub.com is meant.'),
    ),
    audiences: z.optional(
      described(
        z
          .array(text(/^\S{1,255}$/, 'an audience of 1 to 255 characters without spaces'), 'a list of audiences')
          .check(
            z.minLength(1, 'a list of at least one audience'),
            z.maxLength(MAX_AUDIENCES, `at most ${MAX_AUDIENCES} audiences`),
          ),
        'What "aud" may be in the tokens. When left out, what STS expects of GitHub: sts.amazonaws.com.',
        { uniqueItems: true },
      ),
    ),
    tags: z.optional(tags()),
  },
  'a mapping, if only {}',
);

/** An identity document. */
export const identityDocument = described(
  mapping(
    {
      policies: z.optional(described(named(name(MAX_POLICY_NAME), policy), 'Customer managed policies by name.')),
      users: z.optional(described(named(name(MAX_NAME), user), 'Users by name.')),
      roles: z.optional(described(named(name(MAX_NAME), role), 'Roles by name.')),
      'oidc-providers': z.optional(
        described(
          z.record(z.string(), oidcProvider, 'a mapping'),
          'OIDC providers by a name of your choice; "github" stands for token.actions.githubusercontent.com.',
        ),
      ),
    },
    'a mapping with policies, users, roles or oidc-providers',
  ),
  'AWS users, roles, policies and OIDC providers, as aws-identity-action makes them.',
  { title: 'Identity document', minProperties: 1 },
);

export type IdentityDocument = z.infer<typeof identityDocument>;
