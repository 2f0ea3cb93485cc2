import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { readRequest } from '../../src/inputs/read-request';
import pem from '../roles-anywhere/pem-inputs.json';
import { action, examples, pages, readText, ROOT } from './pages';

/** How every page refers to this action. */
const REFERENCE = 'octo-org/aws-identity-action@<commit>';

/** Values for the inputs that do not accept any text. */
const [{ certificate, privateKey } = { certificate: '', privateKey: '' }] = pem.inputs;
const VALUES: readonly (readonly [name: RegExp, value: string])[] = [
  [/certificate_key/i, privateKey],
  [/certificate/i, certificate],
  [/url/i, 'http://proxy.example.com:3128'],
  [/mfa_secret/i, 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'],
  [/code$/i, '123456'],
  [/now$/i, 'true'],
];

const sources = [
  ...pages().flatMap(({ path, blocks }) =>
    blocks
      .filter(({ language }) => /^ya?ml$/.test(language))
      .map(({ content }, index) => [`${path} ${index}`, content]),
  ),
  ...examples().map((path) => [path, readText(path)]),
] as [string, string][];

test('there is YAML in the pages and the examples', () => {
  expect(sources.length).toBeGreaterThan(20);
});

test.each(sources)('the YAML of %s parses', (_, source) => {
  expect(parseAllDocuments(source).flatMap(({ errors }) => errors)).toEqual([]);
});

test.each(pages().flatMap(({ path, blocks }) => blocks.map((block) => [path, block] as const)))(
  'the JSON of %s parses',
  (_, { language, content }) => {
    if (language === 'json') expect(JSON.parse(content)).toEqual(expect.anything());
  },
);

const steps = sources.flatMap(([name, source]) => usesIn(name, source));

test.each(steps.filter(({ uses }) => uses.includes('aws-identity-action')))(
  'the step $uses in $name has valid inputs',
  async ({ uses, inputs }) => {
    expect(uses).toBe(REFERENCE);
    expect(Object.keys(action().inputs)).toEqual(expect.arrayContaining(Object.keys(inputs)));
    const { request, warnings } = await withTokenFile(inputs, (env) => readRequest(env));
    expect(request.connection.region).toBe(inputs['aws-region']);
    expect(warnings).toEqual([]);
  },
);

test('a step that gives mfa-* inputs proves MFA', async () => {
  const proving = steps.filter(({ inputs }) => Object.keys(inputs).some((name) => name.startsWith('mfa-')));
  expect(proving.length).toBeGreaterThan(5);
  for (const { inputs } of proving) {
    const { request } = await withTokenFile(inputs, (env) => readRequest(env));
    expect(request).toHaveProperty(request.mode === 'session-token' ? 'mfa.code' : 'identity.mfa.code');
  }
});

test.each(steps.filter(({ uses }) => !uses.includes('aws-identity-action')))(
  '$uses in $name is pinned by a commit',
  ({ uses, source }) => {
    expect(uses).toMatch(/^[\w-]+\/[\w./-]+@[0-9a-f]{40}$/);
    expect(source).toMatch(new RegExp(`${uses} # v\\d`));
  },
);

interface Step {
  readonly name: string;
  /** What it is a part of. */
  readonly source: string;
  readonly uses: string;
  readonly inputs: Readonly<Record<string, string>>;
}

/** Every step with `uses` in a workflow or a part of one. */
function usesIn(name: string, source: string): Step[] {
  const found: Step[] = [];
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    if ('uses' in node && typeof node.uses === 'string') {
      const given: unknown = 'with' in node ? node.with : {};
      const inputs = Object.entries(given ?? {}).map(([input, value]) => [input, valueOf(String(value))]);
      found.push({ name, source, uses: node.uses, inputs: Object.fromEntries(inputs) as Step['inputs'] });
    }
    Object.values(node).forEach(walk);
  };
  for (const document of parseAllDocuments(source)) walk(document.toJS());
  return found;
}

/** What GitHub could insert for an expression. */
function valueOf(text: string): string {
  return text.replaceAll(
    /\$\{\{ *([\w.]+) *\}\}/g,
    (_, expression: string) => VALUES.find(([name]) => name.test(expression))?.[1] ?? expression.replaceAll('.', '-'),
  );
}

/** The environment of a job with OIDC and these inputs; a token file that they name is there. */
async function withTokenFile<T>(inputs: Step['inputs'], use: (env: NodeJS.ProcessEnv) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'docs-'));
  try {
    const token = join(folder, 'token');
    writeFileSync(token, 'e30.e30.e30');
    const given = {
      ...inputs,
      ...(inputs['web-identity-token-file'] !== undefined && { 'web-identity-token-file': token }),
    };
    return await use({
      ACTIONS_ID_TOKEN_REQUEST_URL: 'https://example.com/token?api-version=2',
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'request-token',
      // The examples are like a separate repository, with the identity documents that they name.
      GITHUB_WORKSPACE: join(ROOT, 'examples'),
      GITHUB_ACTOR: 'octocat',
      GITHUB_REPOSITORY: 'octo-org/app',
      GITHUB_REPOSITORY_ID: '2',
      GITHUB_REPOSITORY_OWNER_ID: '1',
      ...Object.fromEntries(Object.entries(given).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
