import { KEYS, OIDC, problemsOf, read, ROLE } from './reading';

const assume = { 'role-to-assume': ROLE };
const removal = { mode: 'deprovision', identities: 'users: {ci: {}}' };

describe('a misspelt input that keeps the step from something, or decides what it does, fails it', () => {
  test.each<[written: string, meant: string, others?: Record<string, string>]>([
    ['alowed-account-ids', 'allowed-account-ids'],
    ['allowed-account-id', 'allowed-account-ids'],
    ['allowed-accounts', 'allowed-account-ids'],
    ['aws-allowed-account-ids', 'allowed-account-ids'],
    ['mask-account-id', 'mask-aws-account-id'],
    ['mask-aws-acount-id', 'mask-aws-account-id'],
    ['inline-sesion-policy', 'inline-session-policy'],
    ['managed-session-policy', 'managed-session-policies'],
    ['output-env-credential', 'output-env-credentials'],
    ['account-ids', 'allowed-account-ids'],
    ['aws-account-ids', 'allowed-account-ids'],
    ['expected-account-ids', 'allowed-account-ids'],
    ['mask-account', 'mask-aws-account-id'],
    ['session-policy', 'inline-session-policy'],
    ['inline-policy', 'inline-session-policy'],
    ['role-session-policy', 'inline-session-policy'],
    ['session-policies', 'managed-session-policies'],
    ['managed-policies', 'managed-session-policies'],
    ['env-credentials', 'output-env-credentials'],
    ['output-env-creds', 'output-env-credentials'],
    ['fips-endpoint', 'use-fips-endpoint'],
    ['unset-curent-credentials', 'unset-current-credentials'],
    ['translate-env-variable', 'translate-env-variables'],
    ['use-fips-endpoints', 'use-fips-endpoint'],
    ['role-to-asume', 'role-to-assume', KEYS],
    ['aws-role-to-assume', 'role-to-assume', KEYS],
    ['aws-role', 'role-to-assume', KEYS],
    ['role-arn', 'role-to-assume', KEYS],
    ['assume-role', 'role-to-assume', KEYS],
    ['aws-iam-role-arn', 'role-to-assume', KEYS],
    ['aws-roles', 'roles', KEYS],
    ['mfa-secrets', 'mfa-secret', KEYS],
    ['federated-username', 'federated-user-name', KEYS],
    ['role-to-asume', 'role-to-assume', { ...KEYS, mode: 'verify' }],
    ['role-arn', 'role-to-assume', { ...removal, ...KEYS }],
    ['expected-arn', 'expect-arn', { mode: 'verify' }],
    ['expected-arn', 'expect-arn'],
    ['expect-allow', 'expect-allowed', { mode: 'verify' }],
    ['expect-deny', 'expect-denied', { mode: 'verify' }],
    ['dry-rum', 'dry-run', { mode: 'deprovision', identities: 'users: {a: {}}' }],
    ['rotate-know', 'rotate-now', { mode: 'rotate', identities: 'users: {a: {}}' }],
    ['aws-mode', 'mode'],
    ['delete-old-key', 'delete-old-keys', { mode: 'rotate', identities: 'users: {a: {}}' }],
  ])('%s', async (written, meant, others = assume) => {
    expect(await problemsOf({ ...others, [written]: 'x' }, { ...OIDC, GITHUB_REPOSITORY: 'octo/app' })).toContain(
      `${written}: is not an input of this action; did you mean ${meant}?`,
    );
  });

  test('but not where the step is given what was meant, nor where nothing was asked', async () => {
    expect(await problemsOf({ ...assume, 'roles-to-assume': 'x', 'mfa-device': 'x' }, OIDC)).toBe('none');
    const guarded = { ...assume, 'allowed-account-ids': '123456789012' };
    expect(await problemsOf({ ...guarded, 'alowed-account-ids': '1' }, OIDC)).toBe('none');
    expect(await problemsOf({ ...assume, 'alowed-account-ids': ' ' }, OIDC)).toBe('none');
    expect(await problemsOf({ ...assume, 'dry-rum': 'true', 'expect-allow': 'x' }, OIDC)).toBe('none');
  });

  test.each([
    ['mask-account-id', 'false', 'none'],
    ['mask-account-id', 'yes', 'did you mean mask-aws-account-id?'],
    ['output-env-credential', 'true', 'none'],
    ['output-env-credential', 'false', 'did you mean output-env-credentials?'],
    ['translate-env-variable', 'TRUE', 'none'],
  ])('nor where it would change nothing: %s: %s', async (written, value, said) => {
    expect(await problemsOf({ ...assume, [written]: value }, OIDC)).toContain(said);
  });
});

test.each(['role', 'role_arn', 'assume_role', 'role_to_assume'])(
  '%s fails the step where it names a role, and no other is given',
  async (name) => {
    const said = `${name} (from INPUT_${name.toUpperCase()}): is not an input of this action; did you mean role-to-assume?`;
    expect(await problemsOf({ ...KEYS, [name]: ROLE })).toContain(said);
    expect(await problemsOf({ ...KEYS, [name]: 'admin' })).toBe('none');
    expect(await problemsOf({ ...assume, [name]: ROLE }, OIDC)).toBe('none');
  },
);

test.each(['aws-account-id', 'account-id'])(
  '%s, which is an output, does nothing, and a warning says what does',
  async (name) => {
    const { warnings } = await read({ ...assume, [name]: '123456789012' }, OIDC);
    expect(warnings).toEqual([
      `${name} is not an input of this action, and does nothing: aws-account-id is an output. To limit the accounts, set ` +
        'allowed-account-ids.',
    ]);
  },
);

describe('a guard without hyphens fails the step, and the variable is named, from which it may be', () => {
  test.each<[written: string, meant: string, others?: Record<string, string>]>([
    ['allowed_account_ids', 'allowed-account-ids'],
    ['alowed_account_ids', 'allowed-account-ids'],
    ['mask_aws_account_id', 'mask-aws-account-id'],
    ['dry_run', 'dry-run', removal],
    ['ephemereal', 'ephemeral', { ...removal, mode: 'provision' }],
  ])('%s', async (written, meant, others = assume) => {
    const variable = `INPUT_${written.toUpperCase()}`;
    expect(await problemsOf({ ...others, [written]: 'x' }, { ...OIDC, GITHUB_REPOSITORY: 'octo/app' })).toBe(
      'Could not start, as a problem was found in the inputs. Nothing was sent to AWS.\n' +
        `Cause: ${written} (from ${variable}): is not an input of this action; did you mean ${meant}?\n` +
        'Fix: Correct it under "with:" of this step, or in the variable that is named.',
    );
  });
});

test.each<[missing: string, written: string, inputs: Record<string, string>]>([
  ['aws-region', 'aws-regoin', { ...assume, 'aws-region': '' }],
  ['aws-region', 'aws_region', { ...assume, 'aws-region': '' }],
  ['role-to-assume', 'role_to_assume', { mode: 'assume-role' }],
  ['aws-secret-access-key', 'aws-secret-acces-key', { 'aws-access-key-id': 'AKIAIOSFODNN7EXAMPLE' }],
  ['mfa-secret', 'mfa-secert', { ...KEYS, ...assume, 'mfa-serial': 'GAHT12345678' }],
  ['identities', 'identites', { mode: 'provision' }],
])('where %s is missing, %s is wrong', async (missing, written, inputs) => {
  const wrong = await problemsOf({ ...inputs, [written]: 'x' }, { GITHUB_REPOSITORY: 'octo/app' });
  expect(wrong).toContain(`- ${missing}: is missing`);
  expect(wrong).toMatch(
    new RegExp(`^- ${written}(?: .*)?: is not an input of this action; did you mean ${missing}\\?$`, 'm'),
  );
});

describe('any other unknown input is named, with the one that was probably meant', () => {
  test.each([
    ['role-sesion-name', 'role-sesion-name (did you mean role-session-name?)'],
    ['duration-seconds', 'duration-seconds (did you mean role-duration-seconds?)'],
    ['aws-audience', 'aws-audience (did you mean audience?)'],
    ['role_session_name', 'role_session_name (did you mean role-session-name?)'],
    ['awsprofile', 'awsprofile (did you mean aws-profile?)'],
    ['token-format', 'token-format'],
    ['source-identiy', 'source-identiy (did you mean source-identity?)'],
    ['mask-secrets', 'mask-secrets (did you mean mfa-secret?)'],
    ['target-account-id', 'target-account-id'],
    ['aws-account', 'aws-account'],
    ['expect-allowed-actions', 'expect-allowed-actions'],
    ['x-mode', 'x-mode'],
    ['dry-rum', 'dry-rum (did you mean dry-run?)'],
  ])('%s', async (written, said) => {
    const { warnings } = await read({ ...assume, [written]: 'x' }, OIDC);
    expect(warnings).toEqual([`Not an input of this action, so it does nothing: ${said}.`]);
  });

  test('several in one warning', async () => {
    const { warnings } = await read({ ...assume, 'token-format': 'aws4', 'role-sesion-name': 'x' }, OIDC);
    expect(warnings).toEqual([
      'Not inputs of this action, so they do nothing: token-format, role-sesion-name (did you mean role-session-name?).',
    ]);
  });

  test('never with its value', async () => {
    const code = {
      ...KEYS,
      'mfa-cod': '123456',
      'mfa-secert': 'JBSWY3DPEHPK3PXP',
      'alowed-account-ids': '999988887777',
    };
    expect(await problemsOf(code)).toMatch(/mfa-cod: .*mfa-secert: .*alowed-account-ids: /s);
    expect(await problemsOf(code)).not.toMatch(/123456|JBSWY|999988887777/);
    const { warnings } = await read({ ...assume, 'aws-secret-acces-key': 'wJalrXUtnFEMI' }, OIDC);
    expect(warnings.join()).toContain('did you mean aws-secret-access-key?');
    expect(warnings.join()).not.toContain('wJalr');
  });
});

test.each<[what: string, env: Record<string, string>]>([
  [
    'of the job',
    { INPUT_NAME: 'x', INPUT_TOKEN: 'y', INPUT_ROLE: 'z', INPUT_MY_OWN: '1', INPUT_ALOWED: 'x', INPUT_: 'x' },
  ],
  ['that look like ours', { INPUT_MODES: 'fast', INPUT_ROLE_NAME: 'x', INPUT_ALLOWED: '1', INPUT_REGION: 'eu' }],
  ['that repeat an input', { INPUT_AWS_REGION: 'us-east-1', INPUT_ROLE_TO_ASSUME: 'other' }],
  ['for another mode', { INPUT_DRY_RUN: 'true', INPUT_EXPECT_ALLOWED: 'x' }],
  ['like the other input for roles', { INPUT_ROLES_TO_ASSUME: 'a,b' }],
  ['of which some letters are small', { 'INPUT_Alowed-Account-Ids': '1' }],
])('variables %s are none of our business', async (_, env) => {
  expect((await read(assume, { ...OIDC, ...env })).warnings).toEqual([]);
  if (!('INPUT_ROLE_TO_ASSUME' in env)) {
    expect((await read({ roles: `ci: ${ROLE}` }, { ...OIDC, ...env })).warnings).toEqual([]);
  }
});

test.each([
  ['a guard that is off', { INPUT_DRY_RUN: 'false' }, removal, 'dry_run (did you mean dry-run?)'],
  [
    'what takes away',
    { INPUT_ROTATE_NOW: 'true' },
    { ...removal, mode: 'rotate' },
    'rotate_now (did you mean rotate-now?)',
  ],
  ['what decides the mode', { INPUT_ROLE_TO_ASSUME: 'deploy' }, KEYS, 'role_to_assume (did you mean role-to-assume?)'],
  ['what proves MFA', { INPUT_MFA_CODE: '123456' }, { ...KEYS, ...assume }, 'mfa_code (did you mean mfa-code?)'],
])('a variable of the job that is like %s is named only', async (_, env, inputs, said) => {
  const { warnings } = await read(inputs, { GITHUB_REPOSITORY: 'octo/app', ...env });
  expect(warnings).toEqual([`Not an input of this action, so it does nothing: ${said}.`]);
});

test('the inputs of a composite action, which some runners pass on, fail no step', async () => {
  const inherited = { 'INPUT_MY-ROLE': 'x', 'INPUT_ALLOWED-ACCOUNTS': '123456789012', 'INPUT_EXPECT-ALLOW': 'x' };
  const inputs = { ...assume, 'allowed-account-ids': '123456789012' };
  expect(await problemsOf(inputs, { ...OIDC, ...inherited })).toBe('none');
});
