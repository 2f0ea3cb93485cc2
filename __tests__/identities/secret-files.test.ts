import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { problemsOf, workspaceWith } from './workspace';

/** Files that a workspace may hold next to a document whose writer must not learn what is in them. Each holds SECRET. */
const FILES = {
  '.npmrc': '//registry.npmjs.org/:_authToken=npm_SECRET\n',
  '.env': 'PASSWORD=SECRET\nOTHER=SECRET\n',
  '.git/config': '[core]\n\tbare = false\n[http "https://github.com/"]\n\textraheader = AUTHORIZATION: basic SECRET\n',
  '.netrc': 'machine example.com\n\tlogin SECRET\n\tpassword SECRET\n',
  '.git-credentials': 'https://octo:SECRET@github.com\n',
  '.pgpass': 'db.example.com:5432:*:octo:SECRET\n',
  credentials: '[default]\naws_secret_access_key = SECRET\n',
  alias: '*SECRET\n',
  'alias-in-list': '- *SECRET\n',
  anchor: '&SECRET &SECRET x\n',
  tag: '!SECRET x\n',
  'unknown-tag': '!SECRET!SECRET x\n',
  directive: '%SECRET SECRET\n---\nx\n',
  'yaml-directive': '%YAML SECRET\n---\nx\n',
  block: '|SECRET\n',
  folded: '>SECRET\n x\n',
  quote: '"SECRET\n',
  escape: '"\\SECRET"\n',
  'long-escape': '"\\USECRET99"\n',
  reserved: '@SECRET\n',
  backquote: '`SECRET`\n',
  flow: '[a] SECRET\n',
  'open-flow': '{ a: [SECRET\n',
  tabs: 'a:\n\tSECRET\n',
  pem: '-----BEGIN PRIVATE KEY-----\nSECRET\n-----END PRIVATE KEY-----\n',
  documents: '--- SECRET\n--- SECRET\n',
  'key-twice': 'SECRET: 1\nSECRET: 2\n',
  'secrets.yml': 'password: SECRET\nkeys: [SECRET]\nSECRET: x\n',
  'docker.json': '{"auths": {"SECRET": {"auth": "SECRET"}}}',
  'text.json': '"SECRET"',
  'list.json': '["SECRET"]',
  'broken.json': '{"a": SECRET}',
};

/** What is read as something else than it is written as: the digits are a secret. */
const NUMBERS = { pin: '0123456', 'pins.yml': 'pin: 0123456\n', 'compose.yml': 'version: 0123456\nservices: {}\n' };

/** Ways in which a document names a file. */
const NAMING = {
  'a policy': (file: string) => `policies: { a: { document: ${file} } }`,
  'an inline policy': (file: string) => `users: { a: { inline-policies: { b: ${file} } } }`,
  'a trust policy': (file: string) => `roles: { a: { trust: ${file} } }`,
};

const workspace = workspaceWith({ ...FILES, ...NUMBERS });
const files = [...Object.keys(FILES), ...Object.keys(NUMBERS)];

describe.each(Object.entries(NAMING))('as %s', (_, naming) => {
  test.each(files)('the text of %s is not shown', (file) => {
    const problems = problemsOf(naming(JSON.stringify(file)), { workspace });
    expect(problems).not.toEqual([]);
    expect(problems.join('\n')).not.toMatch(/SECRET|123456/);
  });
});

test.each(files)('a link in place of the document does not show the text of %s', (file) => {
  const link = `link-to-${file.replaceAll('/', '-')}.yml`;
  symlinkSync(join(workspace, file), join(workspace, link));
  const problems = problemsOf(link, { workspace });
  expect(problems).not.toEqual([]);
  expect(problems.join('\n')).not.toMatch(/SECRET|123456/);
});

describe('what is wrong in a policy is shown with its values', () => {
  const policy =
    'Version: 2012-10-17\nStatement: { Effect: allow, Action: "*", Resource: "*", Condition: { Bool: 1 } }\n';
  const folder = workspaceWith({ 'policy.yml': policy, 'typo.yml': policy.replace('Statement', 'statement') });

  test.each([
    ['policy.yml', /policy\.yml:2:14: Statement\.Effect is "allow"; it should be Allow or Deny$/],
    ['policy.yml', /Statement\.Condition\.Bool is the number 1; it should be a mapping/],
    ['typo.yml', /typo\.yml:2:1: statement is not known here; did you mean Statement\?$/],
  ])('%s: %s', (file, problem) => {
    const problems = problemsOf(`policies: { a: { document: ${file} } }`, { workspace: folder });
    expect(problems).toContainEqual(expect.stringMatching(problem));
  });
});
