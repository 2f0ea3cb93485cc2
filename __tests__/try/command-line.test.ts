import { readArguments } from '../../try/arguments';

test('secrets, variables, inputs and jobs are distinguished', () => {
  const words = ['w.yml', 'deploy', 'TOKEN=a=b', 'vars.region=eu', 'inputs.dry-run=true', '--strict', '--no-run'];
  expect(readArguments(words)).toEqual({
    file: 'w.yml',
    jobs: ['deploy'],
    secrets: { TOKEN: 'a=b' },
    vars: { REGION: 'eu' },
    inputs: { 'dry-run': 'true' },
    event: undefined,
    repository: 'octo-org/app',
    ref: 'refs/heads/main',
    workspace: undefined,
    identities: undefined,
    strict: true,
    commands: false,
  });
});

test.each([
  [[], 'Name the workflow file first'],
  [['TOKEN=x', 'w.yml'], 'Name the workflow file first'],
  [['w.yml', '--repository', 'app'], '--repository is "app"'],
  [['w.yml', '--ref', 'main'], '--ref is "main"; it must be whole'],
  [['w.yml', '--nothing'], "Unknown option '--nothing'.\n\nnpm run try -- WORKFLOW.yml"],
  [['w.yml', '--event'], "Option '--event <value>' argument missing.\n\nnpm run try -- WORKFLOW.yml"],
])('%j is refused', (words, problem) => {
  expect(() => readArguments(words)).toThrow(problem);
});
