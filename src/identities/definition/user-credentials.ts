import * as z from 'zod/mini';
import { DURATION } from '../../text/duration';
import { described, mapping, name, oneOf, optional, text } from './building-blocks';
import { withLocation, withoutEnvironment, secretName, secretPrefix } from './secret-location';
import { workspace } from './terraform-workspace';

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const MAX_MFA_DEVICE_NAME = 226;

const destinations = <Destination extends z.core.$ZodType>(
  destination: Destination,
  what: 'key' | 'seed',
  example: string,
) =>
  described(
    z
      .array(destination, `a list of destinations, such as ${example}`)
      .check(z.minLength(1, `a list of at least one destination, as AWS shows the ${what} only once`)),
    `Where the ${what} goes: at least one destination, as AWS shows it only once.`,
  );

const KEY_DESTINATION_RULE =
  'environment, outputs, github-secrets, dependabot-secrets, { profile: name }, { github-secrets: { … } }, ' +
  '{ dependabot-secrets: { … } } or { terraform-cloud: { … } }';
const keyDestination = z.union(
  [
    z.enum(['environment', 'outputs', 'github-secrets', 'dependabot-secrets']),
    oneOf(
      {
        profile: optional(z.string('the name of a profile'), 'A profile of the AWS CLI and the SDKs.'),
        'github-secrets': optional(
          withLocation({ prefix: z.optional(secretPrefix()) }, 'a mapping such as { prefix: APP_ }'),
          'Two Actions secrets.',
        ),
        'dependabot-secrets': optional(
          withoutEnvironment({ prefix: z.optional(secretPrefix()) }, 'a mapping such as { prefix: APP_ }'),
          'Two Dependabot secrets.',
        ),
        'terraform-cloud': optional(
          workspace,
          'Two environment variables of a workspace of HCP Terraform or Terraform Enterprise.',
        ),
      },
      KEY_DESTINATION_RULE,
      'A destination with settings of its own.',
    ),
  ],
  KEY_DESTINATION_RULE,
);

export const accessKey = mapping(
  {
    'max-age': optional(
      text(DURATION, 'a duration such as 90d, 12h or 2w'),
      'The age at which rotate replaces the key, no shorter than grace: a number with s, m, h, d or w.',
    ),
    grace: optional(
      text(DURATION, 'a duration such as 24h, 3d or 1w'),
      'How long a key that rotate has replaced still works: a number with s, m, h, d or w. 24h if omitted.',
    ),
    deliver: destinations(keyDestination, 'key', '[environment]'),
  },
  'a mapping with deliver, such as { deliver: [environment] }',
);

const seedDestination = mapping(
  {
    'github-secret': described(
      z.union(
        [secretName(), withLocation({ name: secretName() }, 'a mapping with name')],
        'the name of a secret, or a mapping with name',
      ),
      'One Actions secret that holds the seed: its name, or a mapping that also says where it is stored.',
    ),
  },
  'a mapping such as { github-secret: NAME }',
);

export const mfaDevice = mapping(
  {
    name: optional(
      text(name(MAX_MFA_DEVICE_NAME).pattern, name(MAX_MFA_DEVICE_NAME).rule),
      'The name of the virtual device. That of the user if omitted.',
    ),
    deliver: destinations(seedDestination, 'seed', '[{ github-secret: NAME }]'),
  },
  'a mapping with deliver, such as { deliver: [{ github-secret: NAME }] }',
);
