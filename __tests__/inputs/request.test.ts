import { isProof, profilesIn, rolesIn, type RoleSource } from '../../src/inputs/request';
import { KEYS, OIDC, OTHER, read, ROLE } from './reading';

type Given = Readonly<Record<string, string>>;

const CHAIN = { 'role-to-assume': `${ROLE}\n${OTHER}` };
const MANY = { roles: `a: ${ROLE}\nb: [${ROLE}, ${OTHER}]` };

test.each<[what: string, inputs: Given, profiles: object | undefined, roles: string[]]>([
  ['keys', KEYS, undefined, []],
  ['keys to a profile', { ...KEYS, 'aws-profile': 'ci' }, { names: ['ci'], overwrite: false, location: 'home' }, []],
  ['a chain', CHAIN, undefined, [ROLE, OTHER]],
  [
    'a chain to a profile',
    { ...CHAIN, 'aws-profile': 'ci', 'overwrite-aws-profile': 'true', 'refresh-credentials': 'true' },
    { names: ['ci'], overwrite: true, refresh: true },
    [ROLE, OTHER],
  ],
  ['many roles', MANY, { names: ['a', 'b'], overwrite: false, refresh: false }, [ROLE, ROLE, OTHER]],
  ['a verification', { mode: 'verify' }, undefined, []],
])('the profiles and roles in a request of %s', async (_, inputs, profiles, roles) => {
  const { request } = await read(inputs, OIDC);
  expect(profilesIn(request)).toEqual(profiles && (expect.objectContaining(profiles) as object));
  expect(rolesIn(request).map((role) => ('arn' in role ? role.arn : role.pathAndName))).toEqual(roles);
});

test.each<[from: RoleSource['source']['from'], expected: boolean]>([
  ['given keys', false],
  ['default chain', false],
  ['github token', true],
  ['token file', true],
])('whether %s is no credentials, and assumes a first role', (from, expected) => {
  expect(isProof({ from } as RoleSource['source'])).toBe(expected);
});
