import { variablesOf } from '../../try/contexts';

const PATH = '.github/workflows/deploy.yml';

test.each([
  ['push', 'refs/heads/main', 'refs/heads/main', 'main'],
  ['push', 'refs/tags/v1', 'refs/tags/v1', 'v1'],
  ['pull_request', 'refs/heads/main', 'refs/pull/1/merge', '1/merge'],
  ['pull_request_target', 'refs/heads/main', 'refs/heads/main', 'main'],
])('a run by %s of %s is of %s', (event, given, ref, name) => {
  expect(variablesOf({ workflow: 'Deploy', path: PATH, event, repository: 'octo-org/app', ref: given })).toMatchObject({
    GITHUB_REF: ref,
    GITHUB_REF_NAME: name,
    GITHUB_WORKFLOW_REF: `octo-org/app/${PATH}@${ref}`,
  });
});
