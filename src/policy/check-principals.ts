import { wholeAccount } from '../aws/arn';
import type { KeyPath } from '../text/problem';
import { isMapping } from '../text/value';
import { textProblems, unknownName, wrong, type PolicyProblems, type TextRule } from './policy-problem';

// Identity providers that AWS knows by name; all others are resources of the account, with an ARN.
const BUILT_IN_PROVIDER =
  /^(cognito-identity[\w.-]*\.amazonaws\.com(\.cn)?|accounts\.google\.com|graph\.facebook\.com|www\.amazon\.com)$/;

const RULES = new Map<string, TextRule>(
  Object.entries({
    AWS: {
      fits: (text) =>
        /^(\*|\d{12}|A[A-Z0-9]{15,127})$/.test(text) ||
        /^arn:aws[\w-]*:iam::\d{12}:(root|(user|role)\/[^*?\s]+)$/.test(text) ||
        /^arn:aws[\w-]*:sts::\d{12}:(assumed-role|federated-user)\/[^*?\s]+$/.test(text),
      should:
        'an account (12 digits, as text), the whole ARN of an account, user, role or session, ' +
        'a unique ID (AIDA…, AROA…), or *',
      meant: wholeAccount,
    },
    Federated: {
      fits: (text) =>
        /^arn:aws[\w-]*:iam::\d{12}:(oidc|saml)-provider\/[^*?\s]+$/.test(text) || BUILT_IN_PROVIDER.test(text),
      should: 'the ARN of an identity provider (arn:aws:iam::123456789012:oidc-provider/…)',
      meant: wholeAccount,
    },
    Service: {
      fits: (text) => /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(text),
      should: 'a service, such as ec2.amazonaws.com',
    },
    CanonicalUser: {
      fits: (text) => /^[0-9a-f]{64}$/i.test(text),
      should: 'a canonical user ID (64 hexadecimal digits)',
    },
  }),
);

/** Of another vendor, whose accounts and ARNs have forms of their own. */
const OTHER: TextRule = { fits: (text) => /^\S+$/.test(text), should: 'a name without spaces' };

const TYPES = [...RULES.keys()];

/**
 * The principals of a statement in a trust policy.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
export function* principalProblems(principal: unknown, path: KeyPath, isForAws: boolean): PolicyProblems {
  if (principal === '*') return;
  if (!isMapping(principal) || Object.keys(principal).length === 0) {
    yield wrong(path, principal, '* or a mapping such as {"AWS": "123456789012"}');
    return;
  }
  for (const [type, names] of Object.entries(principal)) {
    const rule = RULES.get(type);
    if (rule) yield* textProblems(names, [...path, type], isForAws ? rule : OTHER);
    else yield unknownName([...path, type], TYPES);
  }
}
