import { readWorkflow, type ReadWorkflow, type WorkflowJob } from '../../sandbox/runner/workflow';
import { calledWorkflows } from '../../try/called-workflows';
import { plannedJobs } from '../../try/plan';
import { referencesIn } from '../../try/references';
import { nameOf, permitsOf, type Setting } from '../../try/run-job';
import { workspaceWith } from '../identities/workspace';

const calling = (...jobs: readonly string[]) => `on: [push, workflow_call]\njobs:\n${jobs.join('')}`;
const call = (id: string, file: string, more = '') => `  ${id}:\n    uses: ./.github/workflows/${file}\n${more}`;
const SIGN_IN = `on:
  workflow_call:
    inputs: { region: { type: string } }
    secrets: { role: { required: true } }
jobs:
  sign-in:
    runs-on: ubuntu-latest
    steps:
      - uses: octo-org/aws-identity-action@v1
        with:
          aws-region: \${{ inputs.region }}
          role-to-assume: \${{ secrets.role }}
          role-external-id: \${{ secrets.EXTERNAL }}
          role-session-name: \${{ vars.NAME }}
`;

const folder = workspaceWith({
  '.github/workflows/sign-in.yml': SIGN_IN,
  '.github/workflows/middle.yml': calling(call('one', 'sign-in.yml'), call('two', 'sign-in.yml')),
  '.github/workflows/round.yml': calling(call('back', 'round-again.yml')),
  '.github/workflows/round-again.yml': calling(call('forth', 'round.yml')),
  '.github/workflows/wrong.yml': 'on: workflow_call\njobs: { a: { steps: [] } }\n',
});

async function called(...jobs: readonly string[]) {
  const read = await readWorkflow('w.yml', calling(...jobs));
  const planned = plannedJobs(read.workflow, []);
  return { read, planned, workflows: await calledWorkflows(planned, folder) };
}

test('workflows of the repository are found with those that they call', async () => {
  const { workflows } = await called(
    call('a', 'middle.yml'),
    '  b:\n    uses: octo/shared/.github/workflows/x.yml@v1\n',
  );
  expect([...workflows].map(([uses, { file, planned }]) => [uses, file, planned.map(({ id }) => id)])).toEqual([
    ['./.github/workflows/middle.yml', '.github/workflows/middle.yml', ['one', 'two']],
    ['./.github/workflows/sign-in.yml', '.github/workflows/sign-in.yml', ['sign-in']],
  ]);
});

test.each([
  ['none.yml', 'There is no ./.github/workflows/none.yml in '],
  ['round.yml', './.github/workflows/round.yml calls itself, by the job forth.'],
  ['wrong.yml', '.github/workflows/wrong.yml:2:'],
])('%s stops the run before it begins', async (file, problem) => {
  await expect(called(call('a', file))).rejects.toThrow(problem);
});

test.each([
  ['', ['vars.NAME .github/workflows/sign-in.yml:14 role-session-name']],
  [
    '    secrets: inherit\n',
    [
      'secrets.ROLE .github/workflows/sign-in.yml:12 role-to-assume',
      'secrets.EXTERNAL .github/workflows/sign-in.yml:13 role-external-id',
      'vars.NAME .github/workflows/sign-in.yml:14 role-session-name',
    ],
  ],
  [
    '    with:\n      region: ${{ vars.REGION }}\n    secrets:\n      role: ${{ secrets.AWS_ROLE }}\n',
    [
      'vars.REGION line 6 aws-region',
      'vars.NAME .github/workflows/sign-in.yml:14 role-session-name',
      'secrets.AWS_ROLE line 8 role-to-assume',
    ],
  ],
])('what a call needs is what it gives, and what it leaves to the workflow: %j', async (more, expected) => {
  const { read, planned, workflows } = await called(call('a', 'sign-in.yml', more));
  const found = referencesIn(read, planned, { commands: true, actions: new Map(), workflows });
  expect(found.map(({ context, name, place, input }) => `${context}.${name} ${place} ${input}`)).toEqual(expected);
});

test('what is called is permitted what its caller is, if it does not say otherwise', () => {
  const settingOf = (permissions: object | undefined, caller?: boolean) =>
    ({
      read: { workflow: { permissions } } as unknown as ReadWorkflow,
      ...(caller !== undefined && { caller: { name: 'a', permits: () => caller } }),
    }) as Setting;
  const mayAsk = (job: WorkflowJob, setting: Setting) => permitsOf(job, setting)('id-token', 'write');
  const write = { 'id-token': 'write' };
  expect([write, {}, undefined].map((own) => mayAsk({}, settingOf(own)))).toEqual([true, false, false]);
  expect([write, {}, undefined].map((own) => mayAsk({}, settingOf(own, true)))).toEqual([true, false, true]);
  expect([write, {}, undefined].map((own) => mayAsk({}, settingOf(own, false)))).toEqual([false, false, false]);
  expect(mayAsk({ permissions: write }, settingOf({}, true))).toBe(true);
});

test('a job is called by one line, with what tells it from others of its matrix and who calls it', () => {
  expect(nameOf('a', { region: 'eu\n  west\n', of: [1, 2] }, {} as Setting)).toBe('a (eu west, [1,2])');
  expect(nameOf('a', {}, { caller: { name: 'deploy (x)' } } as Setting)).toBe('deploy (x) / a');
});
