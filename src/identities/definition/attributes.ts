import * as z from 'zod/mini';
import { NAMES_POLICY } from '../../aws/arn';
import { MAX_TAG_KEY_LENGTH, MAX_TAG_VALUE_LENGTH, TAG_CHARACTERS } from '../../aws/tags';
import { ROOM_FOR_OWN_TAGS } from '../own-tags';
import { described, keysRule, name, named, optional } from './building-blocks';

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
export const MAX_POLICY_NAME = 128;
const MAX_MANAGED_POLICIES = 20;

const MAX_TAGS = 50 - ROOM_FOR_OWN_TAGS;
const TAG_RULE = 'letters, digits, spaces or characters of _.:/=+-@';

export const path = () =>
  described(
    z
      .string('a path')
      .check(
        z.maxLength(512, 'a path of at most 512 characters'),
        z.regex(/^\/([\x21-\x7e]+\/)?$/, 'a path of printable ASCII characters from / to /, such as /machine/'),
      ),
    'The path in IAM, from and to a slash, such as /machine/. A slash alone if omitted.',
  );

export const tags = () =>
  described(
    named(
      {
        pattern: new RegExp(`^(?![Aa][Ww][Ss]:)[${TAG_CHARACTERS}]{1,${MAX_TAG_KEY_LENGTH}}$`, 'u'),
        rule: `1 to ${MAX_TAG_KEY_LENGTH} ${TAG_RULE}, and not begin with aws:`,
      },
      z.union(
        [
          z
            .string()
            .check(
              z.maxLength(MAX_TAG_VALUE_LENGTH, `at most ${MAX_TAG_VALUE_LENGTH} characters`),
              z.regex(new RegExp(`^[${TAG_CHARACTERS}]*$`, 'u'), `of ${TAG_RULE}`),
            ),
          z.number(),
          z.boolean(),
        ],
        'a text; an empty one is ""',
      ),
      '{ team: platform }',
    ).check(
      keysRule(
        (keys) => keys.length <= MAX_TAGS,
        `at most ${MAX_TAGS} tags, as the action keeps ${ROOM_FOR_OWN_TAGS} of AWS's 50 for its own`,
      ),
    ),
    'Tags, in addition to those of the action itself.',
    { maxProperties: MAX_TAGS },
  );

export const description = (of: string) =>
  described(
    z
      .string('a text')
      .check(
        z.maxLength(1000, 'at most 1,000 characters'),
        z.regex(/^[\t\n\r\x20-\x7e\xa1-\xff]*$/, 'of the characters of Latin-1, which is all that AWS takes'),
      ),
    `What the ${of} is for, as IAM shows it.`,
  );

export const policySource = (of: string) =>
  described(
    z.union([z.string(), z.record(z.string(), z.unknown())], 'a path to a file in the workspace, or the policy itself'),
    `${of}: a path in the workspace to a JSON or YAML file, or the policy itself.`,
  );

/** The pattern is for editors: the step says what is wrong in words that know the document. */
const policyReference = (what: string) =>
  described(
    z
      .string('the ARN of a policy, or the name of one under "policies"')
      .check(z.minLength(1, 'the ARN of a policy, or the name of one under "policies"')),
    what,
    { pattern: `${name(MAX_POLICY_NAME).pattern.source}|${NAMES_POLICY.source}` },
  );

export const permissions = () => ({
  path: z.optional(path()),
  tags: z.optional(tags()),
  policies: optional(
    z
      .array(
        policyReference('The name of a policy of this document, or an ARN.'),
        'a list of ARNs and names of policies, such as [arn:aws:iam::aws:policy/ReadOnlyAccess]',
      )
      .check(z.maxLength(MAX_MANAGED_POLICIES, `at most ${MAX_MANAGED_POLICIES} policies`)),
    'Managed policies to attach: names of policies of this document, or ARNs.',
    { uniqueItems: true },
  ),
  'inline-policies': optional(
    named(name(MAX_POLICY_NAME), policySource('An inline policy'), '{ ReadObjects: policies/read-objects.json }'),
    'Inline policies by name.',
  ),
  'permissions-boundary': z.optional(
    policyReference('The policy that limits what the others can allow: a name of this document, or an ARN.'),
  ),
});
