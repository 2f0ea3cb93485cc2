import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { contextOf } from '../../sandbox/policy/context';
import { list, type PolicyDocument, type Statement } from '../../sandbox/policy/document';
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

describe('the examples', () => {
  const folder = join(__dirname, '../../examples');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => /\.(json|yml)$/.test(file));
  const statements = files.flatMap((file) =>
    statementsIn(parse(readFileSync(join(folder, file), 'utf8'))).map((statement) => [file, statement] as const),
  );

  test('have policies', () => {
    expect(statements.length).toBeGreaterThan(5);
  });

  // Some actions of nearly every service are of the whole account: a policy allows them for * only.
  test.each(statements)('%s allows all of a service for every resource only: %j', (_, { Action, Resource = '*' }) => {
    if (list(Action ?? []).some((action) => action.endsWith(':*'))) expect(Resource).toBe('*');
  });
});

/** Statements in a value, and in texts in it that are documents themselves. */
function statementsIn(value: unknown): Statement[] {
  if (typeof value === 'string') return value.includes('Statement') ? statementsIn(parse(value)) : [];
  if (typeof value !== 'object' || value === null) return [];
  if ('Effect' in value) return [value as Statement];
  return Object.values(value).flatMap(statementsIn);
}

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
