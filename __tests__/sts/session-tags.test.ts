import { jobTags, RESERVED_TAG_KEYS, tagParameters, withoutDispensable } from '../../src/sts/session-tags';

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
    { key: 'Workflow', value: 'deploy _all_ _ 漢 _ co.' },
    { key: 'Action', value: '__octo_aws' },
    { key: 'Actor', value: 'dependabot_bot_' },
    { key: 'Commit', value: '0123' },
    { key: 'Branch', value: 'refs/heads/main' },
    { key: 'EventName', value: 'push' },
    { key: 'HeadRef', value: 'h'.repeat(256) },
    { key: 'RunId', value: '1' },
    { key: 'Job', value: 'job' },
    { key: 'TriggeringActor', value: 'mona' },
  ]);
  expect(jobTags({})).toEqual([{ key: 'GitHub', value: 'Actions' }]);
});

test('those that say who and what runs stay where there is no room for all', () => {
  const left = withoutDispensable([...jobTags(JOB), { key: 'team', value: 'platform' }]).map(({ key }) => key);
  expect(left).toEqual(['GitHub', 'Repository', 'Workflow', 'Action', 'Actor', 'Commit', 'Branch', 'team']);
});

test('no user may give a tag that the action sets', () => {
  const own = [...jobTags({ ...JOB, GITHUB_BASE_REF: 'main' })].map(({ key }) => key.toLowerCase());
  expect([...RESERVED_TAG_KEYS].sort()).toEqual(own.sort());
});

test('as AWS takes them', () => {
  expect(tagParameters([{ key: 'a', value: 'b' }])).toEqual({ Tags: [{ Key: 'a', Value: 'b' }] });
  expect(tagParameters([])).toEqual({ Tags: undefined });
});
