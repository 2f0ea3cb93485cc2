import { furtherConditions, subjectFormats, trustCondition } from '../../src/github/token-conditions';

const CLAIMS = {
  iss: 'https://token.actions.githubusercontent.com',
  aud: 'sts.amazonaws.com',
  repository: 'octo/app',
  repository_owner_id: '1',
  repository_id: '2',
};
const BOTH = (rest: string) => [`repo:octo/app:${rest}`, `repo:octo@1/app@2:${rest}`];

test.each([
  ['repo:octo/app:ref:refs/heads/main', BOTH('ref:refs/heads/main')],
  ['repo:octo@1/app@2:environment:production', BOTH('environment:production')],
  ['repo:octo/app:pull_request', BOTH('pull_request')],
  ['repository_owner:octo:ref:refs/heads/main', ['repository_owner:octo:ref:refs/heads/main']],
  ['repo:octo/app-2:ref:refs/heads/main', ['repo:octo/app-2:ref:refs/heads/main']],
])('the forms of %s', (sub, formats) => {
  expect(subjectFormats({ ...CLAIMS, sub })).toEqual(formats);
});

test('without the IDs, or without a subject, nothing is made up', () => {
  expect(subjectFormats({ sub: 'repo:octo/app:pull_request', repository: 'octo/app' })).toEqual([
    'repo:octo/app:pull_request',
  ]);
  expect(subjectFormats({})).toEqual([]);
});

test('the condition names the issuer, the audience and the subjects exactly', () => {
  expect(trustCondition({ ...CLAIMS, sub: 'repo:octo/app:pull_request' })).toEqual({
    StringEquals: {
      'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
      'token.actions.githubusercontent.com:sub': BOTH('pull_request'),
    },
  });
  expect(trustCondition({ iss: 'https://oidc.example/id', aud: 'a', sub: 'system:serviceaccount:ns:name' })).toEqual({
    StringEquals: { 'oidc.example/id:aud': 'a', 'oidc.example/id:sub': 'system:serviceaccount:ns:name' },
  });
});

test('further conditions are what AWS has keys for, of GitHub alone', () => {
  const claims = { ...CLAIMS, environment: 'production', job_workflow_ref: 'octo/app/.github/x.yml@main', run_id: '4' };
  const conditions = (prefix: string) => ({
    StringEquals: {
      [`${prefix}:repository`]: 'octo/app',
      [`${prefix}:repository_id`]: '2',
      [`${prefix}:repository_owner_id`]: '1',
      [`${prefix}:environment`]: 'production',
      [`${prefix}:job_workflow_ref`]: 'octo/app/.github/x.yml@main',
    },
  });
  const github = 'token.actions.githubusercontent.com';
  expect(furtherConditions(claims)).toEqual(conditions(github));
  // An enterprise's own issuer.
  expect(furtherConditions({ ...claims, iss: `https://${github}/octo-inc` })).toEqual(conditions(`${github}/octo-inc`));
  expect(furtherConditions({ ...claims, iss: 'https://ghes.example/_services/token' })).toBeUndefined();
  expect(furtherConditions({ iss: CLAIMS.iss })).toBeUndefined();
});
