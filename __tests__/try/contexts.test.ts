import { existsSync } from 'node:fs';
import { Job } from '../../sandbox/runner/job';
import { contextsOf, variablesOf } from '../../try/contexts';

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

test.each([
  ['push', ['', '']],
  ['pull_request', ['change', 'main']],
])('of a run by %s, the branches are known', (event, branches) => {
  const { GITHUB_HEAD_REF, GITHUB_BASE_REF } = variablesOf({
    workflow: 'Deploy',
    path: PATH,
    event,
    repository: 'octo-org/app',
    ref: 'refs/heads/main',
  });
  expect([GITHUB_HEAD_REF, GITHUB_BASE_REF]).toEqual(branches);
});

test('a job has a folder for tools, and knows of which commit its workflow is', () => {
  const job = new Job();
  try {
    const { github, runner } = contextsOf(job, {}, '');
    const { RUNNER_TOOL_CACHE = '', GITHUB_SHA } = job.env;
    expect(existsSync(RUNNER_TOOL_CACHE)).toBe(true);
    expect(runner).toMatchObject({ tool_cache: RUNNER_TOOL_CACHE });
    expect(github).toMatchObject({ workflow_sha: GITHUB_SHA });
  } finally {
    job.remove();
  }
});
