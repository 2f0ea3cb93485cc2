import { readLocalAction, refusalOf, inputsBehind, localActionsOf } from '../../try/local-action';
import { plannedJobs } from '../../try/plan';
import { workspaceWith } from '../identities/workspace';

const COMPOSITE = `name: Sign in
description: Signs in
inputs:
  role: { description: The role }
runs:
  using: composite
  steps:
    - uses: octo-org/aws-identity-action@v1
      with:
        role-to-assume: \${{ inputs.role }}
        role-session-name: \${{ inputs.team }}-ci
    - uses: octo/other@v1
      with: { token: '\${{ inputs.token }}' }
`;

const folder = workspaceWith({
  '.github/actions/sign-in/action.yml': COMPOSITE,
  'script/action.yaml': 'name: Script\ndescription: A script\nruns: { using: node24, main: main.js }\n',
  'wrong/action.yml': COMPOSITE.replace('- uses: octo/other@v1', '- run: echo ${{ secrets.TOKEN }}'),
  'bare/action.yml': 'runs: { using: composite, steps: [{ run: ls, shell: bash }] }\nbranding: { icon: my-own }\n',
  'without-runs/action.yml': 'name: Nothing\n',
  'empty/README.md': '',
});

test('an action of steps is read, with where they stand', async () => {
  const read = await readLocalAction('./.github/actions/sign-in', folder);
  expect([read.file, read.lineOf('runs', 'steps', 1)]).toEqual(['.github/actions/sign-in/action.yml', 12]);
  expect(read.action.runs.steps).toHaveLength(2);
  expect(refusalOf(read)).toBeUndefined();
});

test('one that is a program is not run', async () => {
  const read = await readLocalAction('./script', folder);
  expect(read.file).toBe('script/action.yaml');
  expect(refusalOf(read)).toContain('composite ones run here, and not one of node24');
});

test('what the marketplace alone asks for may be missing or wrong', async () => {
  expect((await readLocalAction('./bare', folder)).action.runs.steps).toEqual([{ run: 'ls', shell: 'bash' }]);
});

test.each([
  ['./none', 'There is no action.yml in ./none of the workspace. Is the repository checked out before this step?'],
  ['./empty', 'There is no action.yml in ./empty'],
  ['./without-runs', 'without-runs/action.yml: It has no runs, which every action needs.'],
  ['./wrong', "wrong/action.yml:12:17: Unrecognized named-value: 'secrets'"],
])('%s is none: %s', async (uses, problem) => {
  await expect(readLocalAction(uses, folder)).rejects.toThrow(problem);
});

test('what its inputs are for, the step with this action tells that takes them', async () => {
  const jobs = plannedJobs(
    {
      on: 'push',
      jobs: { deploy: { steps: [{ uses: './.github/actions/sign-in' }, { uses: './none' }, { run: 'x' }] } },
    },
    [],
  );
  const actions = await localActionsOf(jobs, folder);
  expect([...actions.keys()]).toEqual(['./.github/actions/sign-in']);
  expect([...actions.values()].map(({ action }) => inputsBehind(action.runs.steps))).toEqual([
    new Map([['role', 'role-to-assume']]),
  ]);
});
