import type { PolicyKind } from './policy-document';
import type { TextRule } from './policy-problem';

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html */
const ANY: TextRule = {
  fits: (text) => text === '*' || /^[\w*?-]+:[\w*?-]+$/.test(text),
  should: 'service:Name, with wildcards if need be, or *',
};

/**
 * What someone who assumes a role does to it.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html
 */
const OF_TRUST = [
  'sts:AssumeRole',
  'sts:AssumeRoleWithWebIdentity',
  'sts:AssumeRoleWithSAML',
  'sts:TagSession',
  'sts:SetSourceIdentity',
  'sts:SetContext',
];

const TRUST: TextRule = { fits: isOfTrust, should: `one of ${OF_TRUST.join(', ')}, or sts:*` };

/** What the actions of a policy must be. */
export function actionRule(kind: PolicyKind): TextRule {
  return kind === 'trust' ? TRUST : ANY;
}

/** The case of actions does not count. */
function isOfTrust(text: string): boolean {
  if (!/^sts:[a-z*?]+$/i.test(text)) return false;
  const pattern = new RegExp(`^${text.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'i');
  return OF_TRUST.some((action) => pattern.test(action));
}
