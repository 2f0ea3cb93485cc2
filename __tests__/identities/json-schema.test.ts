import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parse } from 'yaml';
import { identitiesSchema } from '../../src/identities/definition/identity-document';

type Schema = Readonly<Record<string, unknown>>;

interface Ajv {
  readonly default: new (options: { strict: boolean }) => { compile(schema: Schema): (value: unknown) => boolean };
}

const EXAMPLES = join(__dirname, '../../examples/identities');
const committed = JSON.parse(readFileSync(join(__dirname, '../../schema/identities.schema.json'), 'utf8')) as Schema;

test('the schema in the repository is what the definition yields: else run "tsx scripts/schema.mjs"', () => {
  expect(committed).toEqual(JSON.parse(JSON.stringify(identitiesSchema())));
});

test('it names the draft that editors know, and itself', () => {
  expect(committed).toMatchObject({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'https://raw.githubusercontent.com/octo-org/aws-identity-action/main/schema/identities.schema.json',
    type: 'object',
  });
});

test('a validator takes it in its strict mode, and by it the examples', () => {
  const accepts = validator();
  for (const file of readdirSync(EXAMPLES).filter((name) => name.endsWith('.yml'))) {
    const document = parse(readFileSync(join(EXAMPLES, file), 'utf8')) as Schema;
    expect([file, accepts(document)]).toEqual([file, true]);
    expect([file, accepts({ $schema: './identities.schema.json', ...document })]).toEqual([file, true]);
    expect([file, accepts({ ...document, $schema: {} })]).toEqual([file, false]);
    expect([file, accepts({ ...document, user: {} })]).toEqual([file, false]);
  }
});

test.each([
  ['a name', 'deploy', true],
  ["AWS's own policy", 'arn:aws:iam::aws:policy/job-function/Billing', true],
  ["another vendor's", 'arn:aws:iam:::policy/readwrite', true],
  ['a bucket', 'arn:aws:s3:::bucket', false],
  ['a role', 'arn:aws:iam::123456789012:role/deploy', false],
  ['a misspelt ARN', 'arn:aws:iam::123456789012:plicy/deploy', false],
])('whether %s may be a policy by it', (_, policy, isOne) => {
  const accepts = validator();
  expect(accepts({ users: { ci: { policies: [policy] } } })).toBe(isOne);
  expect(accepts({ users: { ci: { 'permissions-boundary': policy } } })).toBe(isOne);
});

test('it knows the keys of a document, and no others', () => {
  expect(keysOf(committed)).toEqual(['policies', 'users', 'roles', 'oidc-providers', '$schema']);
  expect(keysOf(entry('policies'))).toEqual(['document', 'path', 'description', 'tags']);
  expect(keysOf(entry('users'))).toEqual([
    'path',
    'tags',
    'policies',
    'inline-policies',
    'permissions-boundary',
    'require-mfa',
    'mfa-device',
    'access-key',
  ]);
  expect(entry('policies').required).toEqual(['document']);
  expect(entry('roles').required).toEqual(['trust']);
  expect(keysOf(entry('oidc-providers'))).toEqual(['issuer', 'audiences', 'tags']);
});

test('every mapping of fixed keys is closed, and every key of one described', () => {
  const mappings = schemasIn(committed).filter((schema) => 'properties' in schema && schema.type === 'object');
  expect(mappings.length).toBeGreaterThan(10);
  for (const mapping of mappings) {
    expect(mapping.additionalProperties).toBe(false);
    for (const [key, schema] of Object.entries(mapping.properties as Record<string, Schema>)) {
      expect([key, schema.description]).toEqual([key, expect.stringMatching(/./)]);
    }
  }
});

test('its patterns are regular expressions as JSON Schema has them', () => {
  const patterns = schemasIn(committed).flatMap(({ pattern }) => (typeof pattern === 'string' ? [pattern] : []));
  expect(patterns.length).toBeGreaterThan(20);
  for (const pattern of patterns) expect(() => new RegExp(pattern, 'u')).not.toThrow();
});

test('it holds the rules that AWS has for names and numbers', () => {
  const users = (committed.properties as Record<string, Schema>).users;
  expect(users).toMatchObject({ propertyNames: { pattern: '^[\\w+=,.@-]{1,64}$' } });
  const { tags, policies, 'access-key': accessKey } = entry('users').properties as Record<string, Schema>;
  expect(tags).toMatchObject({ maxProperties: 35 });
  expect(policies).toMatchObject({ type: 'array', maxItems: 20, uniqueItems: true });
  expect(accessKey).toMatchObject({ required: ['deliver'], properties: { deliver: { minItems: 1 } } });
});

/** What a strict validator says of a document by the schema. */
function validator(): (value: unknown) => boolean {
  // Stryker brings this version of ajv; the one of ESLint does not know the draft.
  const { default: Validator } = createRequire(require.resolve('@stryker-mutator/core'))('ajv/dist/2020') as Ajv;
  return new Validator({ strict: true }).compile(committed);
}

function entry(section: string): Schema {
  const sections = committed.properties as Record<string, { readonly additionalProperties: Schema }>;
  return sections[section]?.additionalProperties ?? {};
}

function keysOf(schema: Schema): string[] {
  return Object.keys(Object(schema.properties) as object);
}

/** A schema and all that it is made of. */
function schemasIn(value: unknown): Schema[] {
  if (typeof value !== 'object' || value === null) return [];
  return [value as Schema, ...Object.values(value).flatMap(schemasIn)];
}
