import { breakAtEveryCall, type Breakage, type Procedure } from './crash';

const identities = `
users:
  deployer:
    access-key:
      max-age: 90d
      deliver: [{ github-secrets: { prefix: DEPLOY_ } }]
`;

const rotation: Procedure = {
  mode: 'rotate',
  identities,
  inputs: { 'rotate-now': 'true' },
  provisioned: true,
  secrets: 'DEPLOY_',
};

describe.each([
  ['the old key has its grace', rotation],
  ['the old key is deleted', { ...rotation, inputs: { 'rotate-now': 'true', 'delete-old-keys': 'true' } }],
])('a rotation in which %s, broken off at every call', (_, procedure) => {
  test.each<Breakage>(['refused', 'answer lost', 'killed', 'machine lost'])('%s', async (breakage) => {
    expect(await breakAtEveryCall(procedure, breakage)).toEqual([]);
  });
});
