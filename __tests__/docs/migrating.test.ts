import { action, headings, page, section } from './pages';

const migrating = page('docs/migrating.md');
const versions = section(migrating, 'What you may have to do').text.split(/^### /m).slice(1);

/** The inputs of the newest release of each major version of `aws-actions/configure-aws-credentials`, above those of the one before. */
const ADDED: readonly (readonly [version: number, inputs: readonly string[]])[] = [
  [
    1,
    [
      ...['aws-access-key-id', 'aws-secret-access-key', 'aws-session-token', 'aws-region', 'mask-aws-account-id'],
      ...['role-to-assume', 'role-duration-seconds', 'role-session-name', 'role-external-id'],
      ...['role-skip-session-tagging', 'web-identity-token-file', 'audience'],
    ],
  ],
  [2, ['role-chaining', 'http-proxy', 'inline-session-policy', 'managed-session-policies']],
  [
    3,
    [
      ...['output-credentials', 'unset-current-credentials', 'disable-retry', 'retry-max-attempts'],
      'special-characters-workaround',
    ],
  ],
  [4, ['use-existing-credentials', 'output-env-credentials']],
  [5, ['allowed-account-ids', 'force-skip-oidc', 'no-proxy', 'action-timeout-s']],
  [
    6,
    [
      ...['aws-profile', 'overwrite-aws-profile', 'transitive-tag-keys', 'custom-tags', 'sts-endpoint'],
      'translate-env-variables',
    ],
  ],
];

test('what a user must do comes first, for every version that there is', () => {
  expect(headings(migrating, 2)[0]).toBe('What you may have to do');
  expect(versions.map((text) => text.split('\n')[0])).toEqual([
    'From any version',
    ...[6, 5, 4, 3, 2, 1].map((version) => `From version ${version}`),
  ]);
});

test('what needs nothing is folded away, behind what does', () => {
  for (const text of [...versions, section(migrating, 'What differs and needs nothing').text]) {
    const folded = [...text.matchAll(/<details>\n<summary>.*?<\/summary>\n(.*?)<\/details>/gs)];
    expect(folded).toHaveLength(text.split('<details>').length - 1);
    const [before = ''] = text.split('<details>');
    expect(
      text
        .slice(before.length)
        .replaceAll(/<details>.*?<\/details>/gs, '')
        .trim(),
    ).toBe('');
    for (const [, hidden = ''] of folded) {
      expect(hidden).not.toMatch(/\b(?:What to do|Set|Correct|Remove|Adapt|Replace|Add|Write|Rename) /);
    }
  }
});

test.each(ADDED.slice(1))('what version %i added is new for those of the versions before', (version, added) => {
  const text = versions.find((each) => each.startsWith(`From version ${version - 1}\n`)) ?? '';
  const [, said = ''] = /Inputs that version \d did not have: (.*)\./.exec(text) ?? [];
  const named = [...said.matchAll(/`([\w-]+)`/g)].map(([, name]) => name);
  // Version 6.3 added one that is named with version 6.
  expect(named.sort()).toEqual(added.filter((name) => name !== 'translate-env-variables').toSorted());
});

test('no input of any version is missing here', () => {
  const all = ADDED.flatMap(([, inputs]) => inputs);
  expect(new Set(all).size).toBe(33);
  expect(Object.keys(action().inputs)).toEqual(expect.arrayContaining(all));
});

/** Where that action is known to be wrong, and this one is not. */
test.each<[difference: string, there: RegExp, here: RegExp]>([
  [
    'false that counted as true',
    /it was on for any text, even for `false`/,
    /`use-existing-credentials` is a boolean, too/,
  ],
  [
    'existing credentials of any account',
    /that list was not checked for them/,
    /credentials that are kept must be of an account in `allowed-account-ids`/,
  ],
  ['a leading comma', /a leading comma switched the check off/, /An empty entry is ignored/],
  ['the account printed first', /after the account may have been printed/, /always masked before anything prints it/],
  [
    'keys exported, and left there',
    /are exported before the step knows whether it succeeds/,
    /A failed step leaves nothing/,
  ],
  ['numbers replaced', /`3600s` was 3600, and what was no number/, /are whole numbers/],
  ['retries of everything', /Every error is retried, up to 12 times, even refusals/, /A refusal fails at once/],
  ['the partition of a role’s name', /an ARN of the partition `aws`/, /the account and partition of the credentials/],
  ['profile files written again', /comments and nested blocks are lost/, /every line outside the profile is as it was/],
  ['unlocked profile files', /two jobs at the same time can delete/, /The files are locked/],
  ['profiles that stay', /a profile stayed in the files/, /it is removed when the job ends/],
  ['variables blanked', /The credential and region variables are emptied/, /it gets back the value that it had/],
  ['a time-out that hides an error', /even while another error is about to be reported/, /Earlier errors are reported/],
  ['malformed tags', /first said to be ignored, then fail the step/, /They fail the step, without that warning/],
])('the page names %s', (_, there, here) => {
  const line = migrating.text.split('\n').find((each) => there.test(each)) ?? '';
  expect(line).toMatch(here);
});
