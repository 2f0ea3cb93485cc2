import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { identitiesSchema } from '../../src/identities/definition/identity-document';
import { ROOM_FOR_OWN_TAGS } from '../../src/identities/own-tags';
import { readDocument } from '../../src/identities/read-document';
import { requireMfaPolicy } from '../../src/policy/require-mfa';
import { STAGES } from '../../src/provisioning/access-keys/record';
import { examples, page, pages, readText, ROOT, section } from './pages';

const WORKSPACE = join(ROOT, 'examples');
const SETTINGS = {
  workspace: WORKSPACE,
  partition: 'aws',
  isForAws: true,
  repository: { name: 'octo-org/app', id: '2', ownerId: '1' },
  server: 'https://github.com',
  forge: 'GitHub',
  terraformAddress: undefined,
} as const;

const shown = pages().flatMap(({ path, blocks }) =>
  blocks
    .filter(({ language, content }) => language === 'yaml' && isIdentityDocument(content))
    .map(({ content }, index) => [`${path} ${index}`, content] as const),
);
const files = examples().filter((path) => path.startsWith('examples/identities/'));

test('there are identity documents to check', () => {
  expect(shown.length).toBeGreaterThan(5);
  expect(files.length).toBeGreaterThan(4);
});

test.each([...shown, ...files.map((path) => [path, readText(path)] as const)])(
  'the identity document in %s is valid',
  (_, document) => {
    const read = readDocument({ text: document, file: undefined }, SETTINGS);
    expect(read).not.toHaveProperty('problems');
    expect(read).toHaveProperty('warnings', []);
  },
);

// By its whole address, so that editors find it from a copy in another repository.
test.each([...files, 'docs/identities.md'])('%s names the schema of its document, for editors', (path) => {
  const [, schema] = /^# yaml-language-server: \$schema=(\S+)$/m.exec(readText(path)) ?? [];
  expect(schema).toBe(identitiesSchema().$id);
});

test('every identity document and every policy of the examples is used by one of them', () => {
  const texts = examples().map(readText).join('\n');
  const kept = readdirSync(join(WORKSPACE, 'identities'), { recursive: true, encoding: 'utf8' });
  const unused = kept.filter((name) => name.includes('.')).filter((name) => !texts.includes(`identities/${name}`));
  expect(unused).toEqual([]);
});

describe('docs/identities.md', () => {
  const { text } = page('docs/identities.md');

  test('says how many tags a document may give', () => {
    const room = 50 - ROOM_FOR_OWN_TAGS;
    expect(text).toContain(`At most ${room}, because the action keeps ${ROOM_FOR_OWN_TAGS} of AWS's 50 for its own.`);
    expect(text).toContain(`AWS allows a user 50 tags: ${room} of the document, and ${ROOM_FOR_OWN_TAGS} for these`);
  });

  const { text: life } = section(page('docs/identities.md'), 'Access keys');

  test('describes each state of a key in its diagram and in its table', () => {
    const [diagram = ''] = /stateDiagram-v2\n[^`]*/.exec(life) ?? [];
    const named = new Map(
      [...diagram.matchAll(/^ {2}(\w+): (.+)$/gm)].map(([, state = '', name = '']) => [state, name]),
    );
    const drawn = [...diagram.matchAll(/(\w+) --> |--> (\w+)/g)].map(([, from, to]) => from ?? to ?? '');
    const states = [...new Set(drawn)].map((state) => named.get(state) ?? state);
    const described = [...life.matchAll(/^\| \*\*(.+?)\*\*/gm)].map(([, state]) => state);
    expect(described.sort()).toEqual(states.sort());
  });

  test('describes each record of a key', () => {
    const described = [...life.matchAll(/^\| `(\w+):[<…]/gm)].map(([, stage]) => stage);
    expect(described.sort()).toEqual(['making', ...STAGES].sort());
  });

  test('shows a plan with a key for places that one key may have', () => {
    const places = [...text.matchAll(/ \+ for: (.+)$/gm)].map(([, names = '']) => names.split('; '));
    expect(places.length).toBeGreaterThan(0);
    for (const names of places) {
      const lasting = names.filter((name) => name.startsWith('GitHub secrets '));
      expect([0, names.length]).toContain(lasting.length);
    }
  });
});

test('docs/mfa.md shows the policy that require-mfa attaches', () => {
  const { blocks } = section(page('docs/mfa.md'), 'The MFA force policy');
  const [policy] = blocks.filter(({ language }) => language === 'json');
  expect(JSON.parse(policy?.content ?? '')).toEqual(requireMfaPolicy('arn:aws:iam::123456789012:user/reporter'));
});

function isIdentityDocument(text: string): boolean {
  const [document] = parseAllDocuments(text);
  const value: unknown = document && 'toJS' in document ? document.toJS() : undefined;
  const keys = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
  return keys.length > 0 && keys.every((key) => /^(policies|users|roles|oidc-providers)$/.test(key));
}
