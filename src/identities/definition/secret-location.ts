import * as z from 'zod/mini';
import { isMapping } from '../../text/value';
import { described, having, mapping, optional, text } from './building-blocks';

const OWNER = '[A-Za-z\\d][A-Za-z\\d_-]{0,38}';
export const REPOSITORY = new RegExp(`^${OWNER}/(?!\\.\\.?$)[\\w.-]{1,100}$`);
export const REPOSITORY_RULE = 'a repository as owner/name';
export const ENVIRONMENT = /^[^\p{Cc}\p{Cs}]{1,255}$/u;
export const ENVIRONMENT_RULE = 'the name of an environment, of at most 255 characters';

const LOCATION = {
  repository: optional(text(REPOSITORY, REPOSITORY_RULE), "The repository, owner/name. The job's own if omitted."),
  environment: optional(text(ENVIRONMENT, ENVIRONMENT_RULE), 'The environment of the repository.'),
  organization: optional(
    text(new RegExp(`^${OWNER}$`), 'the name of an organization'),
    'The organization, instead of a repository.',
  ),
  visibility: optional(
    z.enum(['all', 'private', 'selected'], 'all, private or selected'),
    'Which repositories of the organization may read the secret, if it is made new. private if omitted.',
  ),
  repositories: optional(
    z
      .array(text(/^(?!\.\.?$)[\w.-]{1,100}$/, 'the name of a repository of the organization, without the owner'))
      .check(z.minLength(1, 'a list of at least one repository')),
    'The repositories of the organization that may read the secret, if it is made new: selected, and no others.',
  ),
};

/** A mapping that says, together with other things, where a secret is stored. */
export function withLocation<Shape extends z.core.$ZodShape>(shape: Shape, rule: string) {
  return located({ ...shape, ...LOCATION }, rule);
}

/** The same, of a store that environments have no part of. */
export function withoutEnvironment<Shape extends z.core.$ZodShape>(shape: Shape, rule: string) {
  const { repository, organization, visibility, repositories } = LOCATION;
  return located({ ...shape, repository, organization, visibility, repositories }, rule);
}

function located<Shape extends z.core.$ZodShape>(shape: Shape, rule: string) {
  const ofOrganization = 'omitted, as the secret is one of an organization';
  const locationRule = z.superRefine(
    (given: Partial<Record<string, unknown>>, context) => {
      const wrong = (key: string, message: string) => {
        context.addIssue({ code: 'custom', path: [key], message });
      };
      const has = (key: string) => given[key] !== undefined;
      if (has('organization') && has('repository')) wrong('repository', ofOrganization);
      if (has('organization') && has('environment')) wrong('environment', ofOrganization);
      for (const key of ['visibility', 'repositories']) {
        if (has(key) && !has('organization')) wrong(key, 'omitted, as there is no organization');
      }
      if (!has('organization')) return;
      const isSelected = given.visibility === 'selected';
      if (isSelected && !has('repositories')) wrong('visibility', 'all or private, or repositories should name some');
      if (has('repositories') && has('visibility') && !isSelected) wrong('visibility', 'selected, as repositories are');
    },
    { when: ({ value }) => isMapping(value) },
  );
  return described(mapping(shape, rule).check(locationRule), 'Where secrets are stored.', {
    dependentRequired: { visibility: ['organization'], repositories: ['organization'] },
    dependentSchemas: {
      organization: { properties: { repository: false, environment: false } },
      repositories: { properties: { visibility: { const: 'selected' } } },
    },
    if: { properties: { visibility: { const: 'selected' } }, required: ['visibility'] },
    then: having('repositories'),
  });
}

const SECRET_RULE =
  'of letters, digits and _, not begin with a digit, and not with GITHUB_, which GitHub keeps for itself';
const secretText = (pattern: RegExp, what: string) =>
  z.string(what).check(
    z.regex(pattern, SECRET_RULE),
    z.refine((written) => !/^github_/i.test(written), SECRET_RULE),
  );

export const secretName = () =>
  described(
    secretText(/^[A-Za-z_]\w*$/, 'the name of a secret'),
    'The name of the secret; GitHub knows it in upper case.',
  );

export const secretPrefix = () =>
  described(
    secretText(/^([A-Za-z_]\w*)?$/, 'a text'),
    'What the names AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY of the secrets begin with.',
  );
