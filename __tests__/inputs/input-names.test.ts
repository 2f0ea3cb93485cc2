import { INPUTS, unknownNames } from '../../src/inputs/input-names';
import { Inputs } from '../../src/inputs/inputs';
import { KEYS, OIDC, problemsOf, ROLE } from './reading';

const identities = { ...KEYS, identities: 'users: {ci: {}}' };
const repository = { GITHUB_REPOSITORY: 'octo/app' };

test('every input is read in some mode', async () => {
  const text = jest.spyOn(Inputs.prototype, 'text');
  for (const [inputs, env] of [
    [{ 'role-to-assume': ROLE }, OIDC],
    [{ ...KEYS, roles: `deploy: ${ROLE}` }],
    [{ ...KEYS, mode: 'session-token' }],
    [{ ...KEYS, 'federated-user-name': 'nightly' }],
    [{ mode: 'verify' }],
    [{ ...identities, mode: 'provision' }, repository],
    [{ ...identities, mode: 'rotate' }, repository],
  ] as const) {
    expect(await problemsOf(inputs, env)).toBe('none');
  }
  const read = new Set(text.mock.calls.map(([name]) => name));
  expect(INPUTS.filter((name) => !read.has(name))).toEqual([]);
});

test('what a runner passes on and is no input is unknown, if it says anything', () => {
  const env = {
    'INPUT_AWS-REGION': 'eu-central-1',
    'INPUT_ALOWED-ACCOUNT-IDS': '1',
    INPUT_ALLOWED_ACCOUNT_IDS: '1',
    'INPUT_DRY-RUM': ' ',
    INPUT_: 'x',
    'INPUT_Dry-Rum': 'true',
    'MY_INPUT_DRY-RUM': 'true',
  };
  expect(unknownNames(env)).toEqual(['alowed-account-ids', 'allowed_account_ids']);
});
