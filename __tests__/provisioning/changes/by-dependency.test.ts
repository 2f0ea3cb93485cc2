import { byDependency } from '../../../src/provisioning/changes/by-dependency';
import type { Change } from '../../../src/provisioning/changes/change';
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

test.each<[what: string, changes: Change[], phases: string[][]]>([
  ['nothing', [], []],
  ['roles that trust others', [made('a', 'z'), made('b')], [['a', 'b']]],
  ['a chain, declared backwards', [made('c', 'b'), made('b', 'a'), made('a')], [['a'], ['b'], ['c']]],
  ['two that trust one', [made('b', 'a'), made('a'), made('c', 'a')], [['a'], ['b', 'c']]],
  ['a role that is there, and is to trust a new one', [changed('old', 'new'), made('new')], [['new'], ['old']]],
  ['a new role that trusts one that is there', [made('new', 'old'), changed('old')], [['new', 'old']]],
  ['a role that trusts itself', [made('a', 'a')], [['a']]],
  ['a role whose name begins like that of another', [made('ab'), made('b', 'ab'), made('a')], [['ab', 'a'], ['b']]],
  ['a circle, and a role outside it', [made('a', 'b'), made('b', 'a'), made('c')], [['c'], ['a', 'b']]],
])('%s', (_, changes, phases) => {
  expect(byDependency(changes).map((phase) => phase.map(({ name }) => name))).toEqual(phases);
});
