import { inOrder } from '../../src/provisioning/in-order';
import type { Change } from '../../src/provisioning/plan';
import { arn } from './declared';

const trust = (...trusted: readonly string[]) =>
  JSON.stringify({ Principal: { AWS: trusted.map((name) => arn(`role/${name}`)) } });

function made(name: string, ...trusted: readonly string[]): Change {
  const input = { RoleName: name, AssumeRolePolicyDocument: trust(...trusted) };
  return {
    action: 'create',
    kind: 'role',
    name,
    details: [],
    stages: [[{ operation: 'CreateRole', input }]],
    creates: { kind: 'role', name, arn: arn(`role/${name}`) },
  };
}

function changed(name: string, ...trusted: readonly string[]): Change {
  const input = { RoleName: name, PolicyDocument: trust(...trusted) };
  const stages = [[{ operation: 'UpdateAssumeRolePolicy', input } as const]];
  return { action: 'change', kind: 'role', name, details: [], stages };
}

test.each<[what: string, changes: Change[], phases: string[][]]>([
  ['nothing', [], []],
  ['roles that trust others', [made('a', 'z'), made('b')], [['a', 'b']]],
  ['a chain, declared backwards', [made('c', 'b'), made('b', 'a'), made('a')], [['a'], ['b'], ['c']]],
  ['two that trust one', [made('b', 'a'), made('a'), made('c', 'a')], [['a'], ['b', 'c']]],
  ['a role that is there, and is to trust a new one', [changed('old', 'new'), made('new')], [['new'], ['old']]],
  ['a new role that trusts one that is there', [made('new', 'old'), changed('old')], [['new', 'old']]],
  ['a role that trusts itself', [made('a', 'a')], [['a']]],
  ['a circle, and a role beside it', [made('a', 'b'), made('b', 'a'), made('c')], [['c'], ['a', 'b']]],
])('%s', (_, changes, phases) => {
  expect(inOrder(changes).map((phase) => phase.map(({ name }) => name))).toEqual(phases);
});
