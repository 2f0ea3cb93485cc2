import { contextOf } from '../../sandbox/policy/context';
import type { PolicyDocument } from '../../sandbox/policy/document';
import { evaluate } from '../../sandbox/policy/evaluate';
import { parsePolicy } from '../../sandbox/policy/parse';
import { page, pages } from './pages';

const policies = pages().flatMap(({ path, blocks }) =>
  blocks
    .filter(({ language, content }) => language === 'json' && content.includes('"Statement"'))
    .map(({ content }, index) => [`${path} ${index}`, content] as const),
);
/** Inline policies of a user and trust policies must be short; the long policies are for managed ones. */
const maxLength = (name: string) => (name.startsWith('docs/permissions.md') ? 6144 : 2048);

test.each(policies)('%s is a policy that IAM accepts', (name, text) => {
  const policy = JSON.parse(text) as PolicyDocument;
  expect(policy.Version).toBe('2012-10-17');
  expect(text.replaceAll(/\s/g, '').length).toBeLessThanOrEqual(maxLength(name));
  // A trust policy names a principal and no resource, which is the only difference.
  if (!text.includes('"Principal"')) expect(() => parsePolicy(text)).not.toThrow();
});

describe('the MFA force policy in docs/mfa.md', () => {
  const section = page('docs/mfa.md').blocks.find(({ content }) => content.includes('"DenyWithoutMfa"'));
  const force = parsePolicy(section?.content ?? '');
  const all = parsePolicy('{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}');
  const decide = (action: string, mfa: string | undefined, given = [force, all]) =>
    evaluate(given, {
      action,
      resource: 'arn:aws:iam::123456789012:user/reporter',
      context: contextOf({ 'aws:username': 'reporter', 'aws:MultiFactorAuthPresent': mfa }),
    });

  test.each([
    ['long-lived keys', undefined],
    ['a session without MFA', 'false'],
  ])('%s may prove MFA and enrol a device, and nothing else', (_, mfa) => {
    expect(decide('s3:ListAllMyBuckets', mfa)).toBe('ExplicitDeny');
    expect(decide('sts:GetFederationToken', mfa)).toBe('ExplicitDeny');
    for (const action of ['sts:GetSessionToken', 'iam:ListMFADevices', 'iam:GetUser', 'iam:EnableMFADevice']) {
      expect(decide(action, mfa)).toBe('Allow');
    }
  });

  test('with MFA the other policies decide', () => {
    expect(decide('s3:ListAllMyBuckets', 'true')).toBe('Allow');
    expect(decide('s3:ListAllMyBuckets', 'true', [force])).toBe('ImplicitDeny');
  });

  test('it lets the user itself list its devices, and no one else', () => {
    expect(decide('iam:ListMFADevices', undefined, [force])).toBe('Allow');
    const other = { action: 'iam:ListMFADevices', resource: 'arn:aws:iam::123456789012:user/other' };
    expect(evaluate([force], { ...other, context: contextOf({ 'aws:username': 'reporter' }) })).toBe('ImplicitDeny');
  });
});
