import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { loadExpressions } from '../../sandbox/runner/expressions';
import { Job } from '../../sandbox/runner/job';
import { shellCommand } from '../../sandbox/runner/shell';
import { evaluated, Steps } from '../../sandbox/runner/steps';
import type { WorkflowStep } from '../../sandbox/runner/workflow';

const job = new Job();
afterAll(() => {
  job.remove();
});

async function stepsOf(
  written: readonly WorkflowStep[],
): Promise<{ steps: Steps; outcomes: string[]; logs: string[] }> {
  const steps = new Steps({
    job,
    expressions: await loadExpressions(),
    contexts: { github: { run_id: '7' } },
    refusal: () => 'not here',
    useAction: () => Promise.reject(new Error('unused')),
  });
  const [outcomes, logs]: [string[], string[]] = [[], []];
  for (const step of written) {
    const { outcome, conclusion, run } = await steps.run(step);
    outcomes.push(`${outcome} ${conclusion}`);
    logs.push(...(run?.log ?? []));
  }
  return { steps, outcomes, logs };
}

test('a step leaves variables, paths and outputs to those after it', async () => {
  const { logs, steps } = await stepsOf([
    { id: 'first', run: 'echo "WHO=mona" >> "$GITHUB_ENV"; echo "id=${{ github.run_id }}" >> "$GITHUB_OUTPUT"' },
    { run: 'echo /opt/one >> "$GITHUB_PATH"; echo /opt/two >> "$GITHUB_PATH"' },
    { run: 'echo "$WHO ${{ env.WHO }} $ID ${PATH%%:/[^o]*}"', env: { ID: '${{ steps.first.outputs.id }}' } },
  ]);
  expect(logs).toEqual(['mona mona 7 /opt/two:/opt/one']);
  expect(steps.status).toBe('success');
});

test('each step of a job has a name of its own: its id, else a number after the first of its kind', async () => {
  const names: string[] = [];
  const steps = new Steps({
    job,
    expressions: await loadExpressions(),
    contexts: { github: { run_id: '7' } },
    refusal: (uses) => (uses.startsWith('octo/') ? undefined : 'not here'),
    useAction: ({ inputs: { says = '' }, env }) => {
      names.push(`${env.GITHUB_ACTION ?? ''} ${says}`);
      return job.shell('true');
    },
  });
  const says = { says: '${{ github.run_id }} ${{ github.action }}' };
  for (const step of [
    { uses: 'octo/aws/sub@v1', with: says },
    { uses: 'mona/other@v1' },
    { id: 'keys', uses: 'octo/aws/sub@v2', with: says },
    { uses: 'octo/aws/sub@v2', with: says },
  ]) {
    await steps.run(step);
  }
  const { run: shell } = await steps.run({ run: 'echo "$GITHUB_ACTION"' });
  const { run: next } = await steps.run({ run: 'echo "$GITHUB_ACTION"', env: { GITHUB_ACTION: 'mine' } });
  expect(names).toEqual(['__octo_aws_sub 7 __octo_aws_sub', 'keys 7 keys', '__octo_aws_sub_2 7 __octo_aws_sub_2']);
  expect([shell?.log, next?.log]).toEqual([['__run'], ['__run_2']]);
});

test.each<[WorkflowStep, string]>([
  [{ name: 'Build ${{ github.run_id }}' }, 'Build 7'],
  [{ name: "${{ format('one{0}two', fromJSON('\"\\n\"')) }}" }, 'one'],
  [{ run: '\n  echo ${{ github.run_id }}\n  echo next' }, 'Run echo 7'],
  [{ run: '${{\n  github.run_id\n}} build' }, 'Run 7 build'],
  [{ run: "echo ${{ fromJSON('') }}" }, "Run echo ${{ fromJSON('') }}"],
  [{ uses: 'octo/aws@v1' }, 'Run octo/aws@v1'],
])('the log calls a step by one line: %j', async (step, name) => {
  const { steps } = await stepsOf([]);
  expect(steps.nameOf(step)).toBe(name);
});

test('what stands in a workflow is evaluated, however deep', async () => {
  const contexts = { github: { run_id: '7', list: [1, 2] } };
  const written = { group: 'g-${{ github.run_id }}', labels: ['${{ github.list }}', true, null] };
  expect(evaluated(written, contexts, await loadExpressions())).toEqual({ group: 'g-7', labels: [[1, 2], true, null] });
});

test('after a failure only those run that ask for it; a failure that may be changes nothing', async () => {
  const { outcomes, logs, steps } = await stepsOf([
    { run: 'echo wrong >&2; exit 3', 'continue-on-error': true },
    { run: 'exit 1' },
    { run: 'echo never' },
    { run: 'echo cleaned', if: 'always()' },
    { uses: 'octo/other@v1', if: 'failure()' },
  ]);
  expect(outcomes).toEqual([
    'failure success',
    'failure failure',
    'skipped skipped',
    'success success',
    'skipped skipped',
  ]);
  expect(logs).toEqual(['wrong', 'cleaned']);
  expect(steps.status).toBe('failure');
});

test('a step has the folder and the shell that it names', async () => {
  mkdirSync(join(job.workspace, 'app'));
  const { logs } = await stepsOf([
    { run: 'echo "${PWD##*/} $0" | sed "s#/.*/##"', shell: 'sh', 'working-directory': 'app' },
  ]);
  expect(logs).toEqual([expect.stringMatching(/^app script-\d+\.sh$/)]);
});

test('a step that cannot start has failed, which changes nothing where it may', async () => {
  const { outcomes, steps } = await stepsOf([
    { id: 'first', run: 'pwd', 'working-directory': 'none', 'continue-on-error': true },
    { run: 'pwd', if: "steps.first.outcome == 'failure'", shell: 'fish' },
  ]);
  expect(outcomes).toEqual(['failure success', 'failure failure']);
  expect(steps.status).toBe('failure');
  expect(await steps.run({ run: 'pwd', if: 'always()', 'working-directory': 'none' })).toEqual({
    outcome: 'failure',
    conclusion: 'failure',
    reason: 'There is no folder none in the workspace',
  });
});

test('a shell is a name that GitHub knows, or a command with the place of the file', () => {
  expect(shellCommand('bash', 'x')).toEqual(['bash', '--noprofile', '--norc', '-eo', 'pipefail', 'x']);
  expect(shellCommand('perl {0}', 'x')).toEqual(['perl', 'x']);
  expect(() => shellCommand('fish', 'x')).toThrow('There is no shell "fish"');
});
