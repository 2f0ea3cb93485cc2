import { isToken, profilesIn, rolesIn, type RoleSource } from '../../src/inputs/request';
import { KEYS, OIDC, OTHER, read, ROLE } from './reading';

type Given = Readonly<Record<string, string>>;

const CHAIN = { 'role-to-assume': `${ROLE}\n${OTHER}` };
const MANY = { roles: `a: ${ROLE}\nb: [${ROLE}, ${OTHER}]` };

test.each<[what: string, inputs: Given, profiles: object[], roles: string[]]>([
  ['keys', KEYS, [], []],
  ['keys to a profile', { ...KEYS, 'aws-profile': 'ci' }, [{ name: 'ci', overwrite: false }], []],
  ['a chain', CHAIN, [], [ROLE, OTHER]],
  [
    'a chain to a profile',
    { ...CHAIN, 'aws-profile': 'ci', 'overwrite-aws-profile': 'true' },
    [{ name: 'ci', overwrite: true }],
    [ROLE, OTHER],
  ],
  [
    'many roles',
    MANY,
    [
      { name: 'a', overwrite: false },
      { name: 'b', overwrite: false },
    ],
    [ROLE, ROLE, OTHER],
  ],
  ['a verification', { mode: 'verify' }, [], []],
])('the profiles and roles in a request of %s', async (_, inputs, profiles, roles) => {
  const { request } = await read(inputs, OIDC);
  expect(profilesIn(request)).toMatchObject(profiles);
  expect(profilesIn(request)).toHaveLength(profiles.length);
  expect(rolesIn(request).map((role) => ('arn' in role ? role.arn : role.pathAndName))).toEqual(roles);
});

test.each<[from: RoleSource['source']['from'], expected: boolean]>([
  ['given keys', false],
  ['default chain', false],
  ['github token', true],
  ['token file', true],
])('whether %s assumes roles with a token', (from, expected) => {
  expect(isToken({ from } as RoleSource['source'])).toBe(expected);
});
