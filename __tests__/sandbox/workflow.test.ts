import { readWorkflow } from '../../sandbox/runner/workflow';

const WORKFLOW = `on: push
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - run: echo \${{ github.sha }}
      - name: Last
        run: echo
`;

test('a workflow is read, with the lines of its parts', async () => {
  const { workflow, lineOf } = await readWorkflow('deploy.yml', WORKFLOW);
  expect(workflow.jobs.deploy?.steps?.map(({ run }) => run)).toEqual(['echo ${{ github.sha }}', 'echo']);
  expect([
    lineOf('jobs', 'deploy'),
    lineOf('jobs', 'deploy', 'steps', 1),
    lineOf('jobs', 'deploy', 'steps', 1, 'run'),
  ]).toEqual([3, 7, 8]);
  expect(lineOf('jobs', 'deploy', 'steps', 1, 'env', 'NONE')).toBe(7);
});

test.each([
  [
    'a key that there is not',
    WORKFLOW.replace('name: Last', 'title: Last'),
    "deploy.yml:7:9: Unexpected value 'title'",
  ],
  [
    'a context that there is not',
    WORKFLOW.replace('github.sha', 'git.sha'),
    "deploy.yml:6:19: Unrecognized named-value: 'git'",
  ],
  [
    'jobs that need others alone',
    WORKFLOW.replace('    steps', '    needs: build\n    steps'),
    'deploy.yml:3:3: The workflow must contain at least one job with no dependencies.',
  ],
  ['what is no YAML', 'on: push\njobs: [', 'deploy.yml:2:'],
  [
    'an expression that YAML takes for a mapping, of which much else comes',
    WORKFLOW.replace('run: echo', 'env: { KEY: ${{ secrets.KEY }} }\n        run: echo'),
    /^deploy\.yml:6:\d+: [^\n]*\. Put a \$\{\{ … \}\} that is in braces or brackets into quotes$/,
  ],
  [
    'a text that YAML takes for a mapping',
    WORKFLOW.replace('run: echo', 'run: curl -H "Authorization: ${{ github.token }}" example.com #'),
    /^deploy\.yml:6:14: [^\n]*\. Put a text that has a colon and a space in it into quotes, or on lines of its own after "\|"$/,
  ],
  ['nothing', '', 'deploy.yml'],
])('%s is named with its place', async (_, content, problem) => {
  await expect(readWorkflow('deploy.yml', content)).rejects.toThrow(problem);
});
