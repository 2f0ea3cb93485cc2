import type { RoleIdentity } from '../../src/inputs/request';
import { CERTIFICATE, KEYS, OIDC, OTHER, problemsOf, read, ROLE } from './reading';

const JOB = { GITHUB_REPOSITORY: 'octo/app', GITHUB_ACTOR: 'mona' };
const SEED = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
const POLICY = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
const identities = 'users: { ci: {} }';

/** Everything that makes a difference to the session of a role. */
const SESSION = {
  'role-session-name': 'ci',
  'role-duration-seconds': '900',
  'role-external-id': 'external',
  'source-identity': 'actor',
  'custom-tags': '{"team": "platform"}',
  'transitive-tag-keys': 'team',
  'managed-session-policies': POLICY,
  'inline-session-policy': '{}',
};

type Inputs = Readonly<Record<string, string>>;

async function identityOf(inputs: Inputs, env: Inputs = {}) {
  return (await read(inputs, { ...JOB, ...env })).request.identity;
}

const MODES = [
  ['verify', {}],
  ['provision', { identities }],
  ['rotate', { identities }],
  ['deprovision', { identities }],
] as const;

describe.each(MODES)('%s works as a role by the inputs of assume-role', (mode, others) => {
  test.each<[what: string, inputs: Inputs, env: Inputs, from: string]>([
    ['GitHub’s token', { 'role-to-assume': ROLE }, OIDC, 'github token'],
    ['the job’s own credentials', { 'role-to-assume': ROLE, 'role-chaining': 'true' }, OIDC, 'default chain'],
    ['keys', { ...KEYS, 'role-to-assume': ROLE }, OIDC, 'given keys'],
    ['keys with MFA', { ...KEYS, 'role-to-assume': ROLE, 'mfa-secret': SEED }, OIDC, 'given keys'],
    ['keys, by a chain', { ...KEYS, 'role-to-assume': `${ROLE}\n${OTHER}` }, {}, 'given keys'],
    ['keys, with all that a session may have', { ...KEYS, 'role-to-assume': ROLE, ...SESSION }, {}, 'given keys'],
    [
      'GitHub’s token, by a chain with all of it',
      { 'role-to-assume': `${ROLE}\n${OTHER}`, ...SESSION },
      OIDC,
      'github token',
    ],
    ['keys, the role in a variable', KEYS, { ROLE_TO_ASSUME: ROLE }, 'given keys'],
  ])('assumed with %s', async (_, inputs, env, from) => {
    const expected = await identityOf({ mode: 'assume-role', ...inputs }, env);
    expect(expected.source.from).toBe(from);
    expect(await identityOf({ mode, ...others, ...inputs }, env)).toEqual(expected);
  });

  test('by nothing else if none is named', async () => {
    expect(await identityOf({ mode, ...others, ...KEYS }, OIDC)).toEqual({
      source: {
        from: 'given keys',
        credentials: { accessKeyId: KEYS['aws-access-key-id'], secretAccessKey: KEYS['aws-secret-access-key'] },
      },
      chain: undefined,
    });
    const { source } = await identityOf({ mode, ...others }, OIDC);
    const ofJob = { from: 'default chain', tokenRuledOutBy: 'no role', mustLast: false };
    expect(source).toEqual({ ...ofJob, inputsAgainstToken: [] });
    const skipping = await identityOf({ mode, ...others, 'force-skip-oidc': 'true' }, OIDC);
    expect(skipping.source).toEqual({ ...ofJob, inputsAgainstToken: ['force-skip-oidc'] });
  });

  test.each([...Object.entries(SESSION), ['role-skip-session-tagging', 'true'], ['web-identity-token-file', 'token']])(
    '%s (%s) is for a role, and none is named',
    async (name, value) => {
      expect(await problemsOf({ mode, ...others, ...KEYS, [name]: value }, JOB)).toContain(
        `${name}: is for the session of a role, and role-to-assume names none`,
      );
    },
  );

  test('what is for a role alike is said once, with what to do', async () => {
    const said = await problemsOf({ mode, ...others, ...KEYS, ...SESSION }, JOB);
    expect(said).toContain(
      'source-identity: is for the session of a role, and role-to-assume names none; set role-to-assume, or omit this. ' +
        'The same is true of role-external-id, ',
    );
    expect(said.match(/is for the session of a role/g)).toHaveLength(1);
  });

  test('a certificate assumes a role, which is missed', async () => {
    const said = await problemsOf({ mode, ...others, ...CERTIFICATE }, JOB);
    expect(said).toMatch(/a problem was found in the inputs/);
    expect(said).toContain('role-to-assume: is missing; it should be an ARN like');
  });

  test.each([
    ['mfa-secret', SEED],
    ['mfa-code', '123456'],
    ['mfa-serial', 'GAHT12345678'],
  ])('%s proves MFA for a role, and none is named', async (name, value) => {
    expect(await problemsOf({ mode, ...others, ...KEYS, [name]: value }, JOB)).toContain(
      `${name}: proves MFA when a role is assumed, and role-to-assume names none. To work as the user, with MFA: obtain ` +
        'a session in an earlier step, by mode: session-token',
    );
  });

  test('what is wrong with the role is said as for assume-role', async () => {
    const wrong = { 'role-to-assume': `${ROLE}\n*`, 'mfa-code': '1', 'allowed-account-ids': '1' };
    const lines = async (inputs: Inputs) =>
      (await problemsOf({ ...KEYS, ...wrong, ...inputs }, JOB)).split('\n').sort();
    expect(await lines({ mode, ...others })).toEqual(await lines({ mode: 'assume-role' }));
  });

  test('a list of roles is for assume-role', async () => {
    const said = `roles: is for assume-role, and the mode is ${mode}`;
    expect(await problemsOf({ mode, ...others, ...KEYS, roles: `a: ${ROLE}` }, JOB)).toContain(said);
  });
});

test.each([
  ['session-token', "which AWS gives for an IAM user's own access keys only"],
  ['federation-token', "which AWS gives for an IAM user's own access keys only"],
  ['access-keys', 'which exports credentials as they are'],
])('%s takes no role, and says why', async (mode, why) => {
  expect(await problemsOf({ mode, ...KEYS, 'role-to-assume': ROLE, 'federated-user-name': 'ci' })).toContain(
    `role-to-assume: is for assume-role, verify, provision, rotate and deprovision, and the mode is ${mode}, ${why}`,
  );
});

test('what is for a role is wrong without one, with the word that its secret may be empty', async () => {
  const problems = (inputs: Inputs) =>
    problemsOf({ ...KEYS, 'role-to-assume': '', 'source-identity': 'ci', ...inputs });
  const said = 'the mode is access-keys, which exports credentials as they are';
  const empty = `${said}, as role-to-assume is not set, or comes from a secret or a variable that is empty`;
  expect(await problems({})).toContain(empty);
  expect(await problems({ mode: 'access-keys' })).toContain(said);
  expect(await problems({ mode: 'access-keys' })).not.toContain(empty);
});

test('a role without a mode is assumed for later steps', async () => {
  expect((await read({ ...KEYS, 'role-to-assume': ROLE })).request.mode).toBe('assume-role');
  const problems = await problemsOf({ ...KEYS, 'role-to-assume': ROLE, identities }, JOB);
  expect(problems).toContain('and no mode is given: set mode: provision, or remove identities');
});

test('the session of a role to change IAM has the job’s tags', async () => {
  const identity = (await identityOf({
    mode: 'provision',
    identities,
    ...KEYS,
    'role-to-assume': ROLE,
  })) as RoleIdentity;
  expect(identity.signed.tags).toContainEqual({ key: 'GitHub', value: 'Actions' });
});
