import { join } from 'node:path';
import type { Workflow, WorkflowJob } from '../../sandbox/runner/workflow';
import { useOf } from '../../try/actions';
import { notDoneHere, plannedJobs } from '../../try/plan';
import { rolesIn } from '../../try/roles';
import { workspaceWith } from '../identities/workspace';

const workflow: Workflow = {
  on: 'push',
  jobs: { last: { needs: ['build', 'test'] }, test: { needs: 'build' }, build: {}, other: {} },
};
const ids = (names: readonly string[]) => plannedJobs(workflow, names).map(({ id }) => id);

test('each job comes after those that it needs, which come with it', () => {
  expect(ids([])).toEqual(['build', 'test', 'last', 'other']);
  expect(ids(['test'])).toEqual(['build', 'test']);
  expect(() => ids(['deploy'])).toThrow('There is no job "deploy". The jobs are: last, test, build, other');
});

test.each([
  ['octo-org/aws-identity-action@<commit>', { kind: 'this action' }],
  ['aws-actions/configure-aws-credentials@v6', expect.objectContaining({ kind: 'this action' })],
  ['actions/checkout@v5', { kind: 'checkout' }],
  ['actions/setup-node@v5', { kind: 'skipped', reason: expect.stringContaining('an action of others') }],
  ['./.github/actions/deploy', { kind: 'local' }],
  ['docker://alpine', { kind: 'skipped', reason: expect.stringContaining('containers') }],
])('uses: %s', (uses, use) => {
  expect(useOf(uses)).toEqual(use);
});

test.each<[WorkflowJob, string[]]>([
  [{ 'runs-on': 'ubuntu-latest' }, []],
  [{ 'timeout-minutes': 5, concurrency: 'deploy' }, ['timeout-minutes: nothing is', 'concurrency: no other run']],
  [{ steps: [{ run: 'build', 'timeout-minutes': 5 }] }, ['timeout-minutes: nothing is']],
  [{ services: {}, container: 'node' }, ['services: no container', 'container: the steps run on this machine']],
  [{ 'runs-on': ['windows-2025'] }, ['runs-on: ["windows-2025"]']],
])('of %j, what is not done here is named', (job, named) => {
  expect(notDoneHere(job, {})).toEqual(named.map((each): unknown => expect.stringContaining(each)));
});

test('the concurrency of a workflow is that of its jobs', () => {
  expect(notDoneHere({}, { concurrency: 'deploy' })).toEqual([expect.stringContaining('concurrency: ')]);
});

test('the roles of a step are those of a chain, and of many', () => {
  const arn = (name: string) => `arn:aws:iam::111122223333:role/${name}`;
  const inputs = { 'role-to-assume': `${arn('entry')}\n${arn('ci/deploy')}\n`, roles: `a: ${arn('one')}\nb: [two]` };
  expect(rolesIn(inputs, '123456789012', '.').map((role) => Object.values(role).join(' '))).toEqual([
    'aws 111122223333 / entry true',
    'aws 111122223333 /ci/ deploy false',
    'aws 111122223333 / one true',
    'aws 123456789012 / two true',
  ]);
  expect(rolesIn({ 'role-to-assume': 'no role', roles: '{' }, '123456789012', '.')).toEqual([]);
  const impossible = `${arn('a|b')}\n${arn('a'.repeat(65))}\n${'a'.repeat(65)}`;
  expect(rolesIn({ 'role-to-assume': impossible }, '123456789012', '.')).toEqual([]);
});

describe('the roles of a step may be in a file', () => {
  const workspace = workspaceWith({
    'aws/roles.yml': 'a: arn:aws:iam::111122223333:role/one\nb: [arn:aws:iam::111122223333:role/ci/two, three]\n',
    'broken.yml': 'a: [',
  });
  const rolesOf = (roles: string) => rolesIn({ roles }, '123456789012', workspace).map(({ path, name }) => path + name);

  test.each(['aws/roles.yml', join(workspace, 'aws/roles.yml')])('of its workspace: %s', (path) => {
    expect(rolesOf(path)).toEqual(['/one', '/ci/two', '/three']);
  });

  test.each(['broken.yml', 'none.yml', 'aws'])('which the action refuses if it cannot be read: %s', (path) => {
    expect(rolesOf(path)).toEqual([]);
  });
});
