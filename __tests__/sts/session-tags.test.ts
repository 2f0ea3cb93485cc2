import { fewerTags, jobTags, RESERVED_TAG_KEYS, tagParameters } from '../../src/sts/session-tags';

const JOB = {
  GITHUB_REPOSITORY: 'octo/app',
  GITHUB_WORKFLOW: 'deploy (all) — 漢 & co.',
  GITHUB_ACTION: '__octo_aws',
  GITHUB_ACTOR: 'dependabot[bot]',
  GITHUB_SHA: '0123',
  GITHUB_REF: 'refs/heads/main',
  GITHUB_EVENT_NAME: 'push',
  GITHUB_BASE_REF: '',
  GITHUB_HEAD_REF: 'h'.repeat(300),
  GITHUB_RUN_ID: '1',
  GITHUB_JOB: 'job',
  GITHUB_TRIGGERING_ACTOR: 'mona',
};

test('a job is described by tags of characters and lengths that AWS takes', () => {
  expect(jobTags(JOB)).toEqual([
    { key: 'GitHub', value: 'Actions' },
    { key: 'Repository', value: 'octo/app' },
    { key: 'Actor', value: 'dependabot_bot_' },
    { key: 'EventName', value: 'push' },
    { key: 'HeadRef', value: 'h'.repeat(256) },
    { key: 'RunId', value: '1' },
    { key: 'Job', value: 'job' },
    { key: 'TriggeringActor', value: 'mona' },
    { key: 'Action', value: '__octo_aws' },
    { key: 'Commit', value: '0123' },
    { key: 'Workflow', value: 'deploy _all_ _ 漢 _ co.' },
    { key: 'Branch', value: 'refs/heads/main' },
  ]);
  expect(jobTags({})).toEqual([{ key: 'GitHub', value: 'Actions' }]);
});

test.each([
  ['that is cut before a letter of two halves', `refs/heads/${'f'.repeat(244)}𠮷`, `refs/heads/${'f'.repeat(244)}`],
  ['that is cut behind one', `${'f'.repeat(254)}𝒜x`, `${'f'.repeat(254)}𝒜`],
  ['of such letters alone', '𠮷'.repeat(200), '𠮷'.repeat(128)],
  ['with half a letter', `a\uD842b\uDFB7`, 'a_b_'],
  ['with half a letter where it is cut', `${'a'.repeat(255)}\uD842b`, `${'a'.repeat(255)}_`],
  ['with an emoji, which counts for one character', `${'🚀'.repeat(256)}x`, '_'.repeat(256)],
])('a name %s becomes a tag of whole letters', (_, GITHUB_REF, value) => {
  expect(jobTags({ GITHUB_REF })).toContainEqual({ key: 'Branch', value });
});

test('where there is no room for all, tags go group by group: never who acts, nor what the user asked for', () => {
  const tags = [...jobTags(JOB), { key: 'team', value: 'platform' }];
  const keys = (wanted: string[]) => fewerTags(tags, wanted).map((fewer) => fewer.map(({ key }) => key).join(' '));
  expect(keys([])).toEqual([
    'GitHub Repository Actor Action Commit Workflow Branch team',
    'GitHub Repository Actor Workflow Branch team',
    'GitHub Repository Actor team',
  ]);
  expect(keys(['Commit', 'Action', 'Branch', 'team'])).toEqual([
    'GitHub Repository Actor Action Commit Workflow Branch team',
    'GitHub Repository Actor Action Commit Branch team',
  ]);
  expect(fewerTags([{ key: 'team', value: 'platform' }], [])).toEqual([]);
});

test('no user may give a tag that the action sets', () => {
  const own = [...jobTags({ ...JOB, GITHUB_BASE_REF: 'main' })].map(({ key }) => key.toLowerCase());
  expect([...RESERVED_TAG_KEYS].sort()).toEqual(own.sort());
});

test('as AWS takes them', () => {
  expect(tagParameters([{ key: 'a', value: 'b' }])).toEqual({ Tags: [{ Key: 'a', Value: 'b' }] });
  expect(tagParameters([])).toEqual({ Tags: undefined });
});
