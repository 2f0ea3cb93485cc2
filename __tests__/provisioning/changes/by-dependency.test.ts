import { byDependency } from '../../../src/provisioning/changes/by-dependency';
import type { Change } from '../../../src/provisioning/changes/change';
import { ACCOUNT } from '../../scenarios/scenario';
import { arn, plannedChange } from '../declared';

const arnOf = (name: string) => arn(`role/${name}`);

function made(name: string, ...trusted: readonly string[]): Change {
  const input = { RoleName: name, AssumeRolePolicyDocument: 'trust' };
  return plannedChange({
    action: 'create',
    kind: 'role',
    name,
    stages: [[{ operation: 'CreateRole', input, refersTo: trusted.map(arnOf) }]],
    creates: { kind: 'role', name, arn: arnOf(name) },
  });
}

function changed(name: string, ...trusted: readonly string[]): Change {
  const input = { RoleName: name, PolicyDocument: 'trust' };
  const call = { operation: 'UpdateAssumeRolePolicy', input, refersTo: trusted.map(arnOf) } as const;
  return plannedChange({ action: 'change', kind: 'role', name, stages: [[call]] });
}

const independent = (change: Change): Change => ({ ...change, stages: [] });

test('a session of a role that is made is one of those that others wait for', () => {
  const session = `arn:aws:sts::${ACCOUNT}:assumed-role/d2/session`;
  const input = { RoleName: 'd1', AssumeRolePolicyDocument: 'trust' };
  const trusting = { ...made('d1'), stages: [[{ operation: 'CreateRole', input, refersTo: [session] } as const]] };
  const role = { ...made('d2'), creates: { kind: 'role', name: 'd2', arn: arnOf('path/d2') } as const };
  const others = { ...made('d'), creates: { kind: 'role', name: 'd', arn: arnOf('d') } as const };
  const phases = byDependency([trusting, role, others], independent);
  expect(phases.map((phase) => phase.map(({ name }) => name))).toEqual([['d2', 'd'], ['d1']]);
});

test('what is in a circle and cannot be made independent is left to AWS', () => {
  const phases = byDependency([made('a', 'b'), made('b', 'a')], (change) => change);
  expect(phases.map((phase) => phase.map(({ name }) => name))).toEqual([['a', 'b']]);
});

test.each<[what: string, changes: Change[], phases: string[][]]>([
  ['nothing', [], []],
  ['roles that trust others', [made('a', 'z'), made('b')], [['a', 'b']]],
  ['a chain, declared backwards', [made('c', 'b'), made('b', 'a'), made('a')], [['a'], ['b'], ['c']]],
  ['two that trust one', [made('b', 'a'), made('a'), made('c', 'a')], [['a'], ['b', 'c']]],
  ['a role that is there, and is to trust a new one', [changed('old', 'new'), made('new')], [['new'], ['old']]],
  ['a new role that trusts one that is there', [made('new', 'old'), changed('old')], [['new', 'old']]],
  ['a role that trusts itself', [made('a', 'a')], [['a']]],
  ['a role whose name begins like that of another', [made('ab'), made('b', 'ab'), made('a')], [['ab', 'a'], ['b']]],
  ['a circle, and a role outside it', [made('a', 'b'), made('b', 'a'), made('c')], [['c'], ['a'], ['b']]],
  [
    'a role before a circle',
    [made('d', 'a'), made('a', 'b'), made('b', 'c'), made('c', 'a')],
    [['a'], ['d', 'c'], ['b']],
  ],
  ['a role in a circle with itself and another', [made('a', 'a', 'b'), made('b', 'a')], [['a'], ['b']]],
  ['one that is there and trusts itself', [changed('old', 'old')], [['old']]],
])('%s', (_, changes, phases) => {
  expect(byDependency(changes, independent).map((phase) => phase.map(({ name }) => name))).toEqual(phases);
});
