import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ActionError } from '../../src/errors/action-error';
import { DELIVERED, KEYS, read, ROLE, SETTINGS } from './reading';

/** What is read from inputs that are right, to the last part, and where exactly they begin to be wrong. */
const POLICY = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
const SEED = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
const CREDENTIALS = {
  accessKeyId: KEYS['aws-access-key-id'],
  secretAccessKey: KEYS['aws-secret-access-key'],
};

const NO_CREDENTIAL = 'has a character in it that no credential has: a control character, or one beyond ASCII';

type Inputs = Readonly<Record<string, string>>;

async function requestOf(inputs: Inputs, env?: Inputs): Promise<object> {
  return (await read(inputs, env)).request;
}

/** Lines of what is wrong, none when nothing is. */
async function wrongWith(inputs: Inputs, env?: Inputs): Promise<string[]> {
  try {
    await read(inputs, env);
  } catch (error) {
    if (!(error instanceof ActionError) || error.code !== 'invalid-input') throw error;
    const [, cause = ''] = /Cause: ?([^]*)\nFix: /.exec(error.message) ?? [];
    return cause.split('\n- ').filter(Boolean);
  }
  return [];
}

const source = { from: 'given keys', credentials: CREDENTIALS };
const identity = { source, chain: undefined };

describe('a whole request', () => {
  test('of a session with MFA, by a seed', async () => {
    const request = await requestOf({
      ...KEYS,
      'mfa-secret': ` ${SEED.toLowerCase()} `,
      'role-duration-seconds': '129600',
    });
    expect(request).toEqual({
      mode: 'session-token',
      ...DELIVERED,
      identity,
      duration: 129_600,
      mfa: { serial: undefined, code: { from: 'seed', seed: { base32: SEED, period: 30, algorithm: 'SHA1' } } },
    });
  });

  test.each(['123456', '123 456', ' 123\u00A0456\n'])('of a session with MFA, by a code: %j', async (code) => {
    const request = await requestOf({ ...KEYS, 'mfa-serial': 'GAHT12345678', 'mfa-code': code });
    expect(request).toEqual({
      mode: 'session-token',
      ...DELIVERED,
      identity,
      duration: undefined,
      mfa: { serial: 'GAHT12345678', code: { from: 'input', code: '123456' } },
    });
  });

  test('of a federated session', async () => {
    const request = await requestOf({
      ...KEYS,
      'aws-session-token': 'AQoDYXdzEJrEXAMPLETOKEN',
      'federated-user-name': 'nightly',
      'inline-session-policy': '{"Version": "2012-10-17"}',
      'managed-session-policies': ` ${POLICY} \n\n${POLICY}2`,
      'custom-tags': '{"team": "platform", "size": 2, "on": true}',
      'role-duration-seconds': '900',
    });
    expect(request).toEqual({
      mode: 'federation-token',
      ...DELIVERED,
      identity: {
        source: { from: 'given keys', credentials: { ...CREDENTIALS, sessionToken: 'AQoDYXdzEJrEXAMPLETOKEN' } },
      },
      name: 'nightly',
      duration: 900,
      policies: { inline: '{"Version": "2012-10-17"}', managed: [POLICY, `${POLICY}2`] },
      tags: [
        { key: 'team', value: 'platform' },
        { key: 'size', value: '2' },
        { key: 'on', value: 'true' },
      ],
    });
  });

  test('of a federated session that may do nothing', async () => {
    expect(await requestOf({ ...KEYS, 'federated-user-name': 'nightly' })).toMatchObject({
      policies: { managed: [] },
      tags: [],
    });
    expect(Object.keys((await read({ ...KEYS, 'federated-user-name': 'nightly' })).request)).toHaveLength(
      Object.keys(DELIVERED).length + 6,
    );
  });

  test('to verify', async () => {
    const request = await requestOf({
      ...KEYS,
      mode: 'verify',
      'expect-arn': 'arn:*',
      'expect-allowed': 's3:GetObject',
    });
    expect(request).toEqual({
      mode: 'verify',
      ...SETTINGS,
      identity,
      expectArn: 'arn:*',
      expectations: [{ expected: 'allowed', action: 's3:GetObject', resource: '*' }],
    });
  });

  test('of keys that are exported', async () => {
    expect(await requestOf(KEYS)).toEqual({ mode: 'access-keys', ...DELIVERED, identity, isLogOut: false });
  });

  test('of a role with everything that a signed request can carry', async () => {
    const request = await requestOf(
      {
        ...KEYS,
        'role-to-assume': ROLE,
        'role-session-name': 'a-session',
        'role-external-id': 'https://ours:1/+=,.@-_',
        'source-identity': 'actor',
        'custom-tags': '{"team": "platform"}',
        'transitive-tag-keys': 'team\nActor\nUnknown',
        'mfa-code': '000000',
      },
      { GITHUB_ACTOR: 'dependabot[bot]' },
    );
    expect(request).toMatchObject({
      mode: 'assume-role',
      identity: {
        source,
        session: { sessionName: 'a-session', duration: 3600, policies: { managed: [] }, plainCharacters: false },
        signed: {
          externalId: 'https://ours:1/+=,.@-_',
          sourceIdentity: 'dependabot-bot-',
          transitiveTagKeys: ['team', 'Actor'],
          tags: expect.arrayContaining([{ key: 'team', value: 'platform' }]) as unknown[],
        },
        mfa: { serial: undefined, code: { from: 'input', code: '000000' } },
      },
    });
    const skipped = await requestOf({
      ...KEYS,
      'role-to-assume': ROLE,
      'role-skip-session-tagging': 'true',
      'transitive-tag-keys': 'Actor',
    });
    expect(skipped).toMatchObject({ identity: { signed: { tags: [], transitiveTagKeys: [] } } });
  });

  test('with the token of a file in the workspace', async () => {
    const workspace = mkdtempSync(join(tmpdir(), 'workspace-'));
    try {
      writeFileSync(join(workspace, 'token'), ' e30.e30.c2ln\n');
      const inputs = { 'role-to-assume': ROLE, 'web-identity-token-file': 'token' };
      const env = { GITHUB_WORKSPACE: workspace };
      expect(await read(inputs, env)).toMatchObject({
        request: { identity: { source: { from: 'token file', path: 'token', token: 'e30.e30.c2ln' } } },
        warnings: [],
      });
      expect((await read({ ...inputs, ...KEYS }, env)).warnings).toEqual([
        'web-identity-token-file is given: the access keys are not used.',
      ]);
      expect((await read({ ...inputs, 'role-external-id': 'ours', 'source-identity': 'me' }, env)).warnings).toEqual([
        expect.stringMatching(/^role-external-id is not used/),
        expect.stringMatching(/^source-identity is not used/),
      ]);
      expect((await read({ ...inputs, 'custom-tags': '{}' }, env)).warnings).toEqual([
        expect.stringMatching(/^custom-tags and transitive-tag-keys are not used/),
      ]);
      const chain = { ...inputs, 'role-to-assume': `${ROLE}\n${ROLE}2`, 'role-external-id': 'ours' };
      expect((await read(chain, env)).warnings).toEqual([]);
      expect(await wrongWith({ ...inputs, 'mfa-code': '123456' }, env)).toEqual([
        "mfa-code: proves MFA with a user's access keys, and the role is assumed with a web identity",
      ]);
    } finally {
      rmSync(workspace, { recursive: true });
    }
  });

  test('with endpoints, a proxy and limits of their own', async () => {
    const request = await requestOf({
      ...KEYS,
      'sts-endpoint': 'https://sts.example.com',
      'iam-endpoint': 'http://127.0.0.1:1',
      'use-fips-endpoint': 'false',
      'http-proxy': 'proxy:3128',
      'no-proxy': '*',
      'action-timeout-s': '86400',
      'retry-max-attempts': '100',
      'allowed-account-ids': ' 123456789012,,111122223333 ',
      'mask-aws-account-id': 'TRUE',
    });
    expect(request).toMatchObject({
      connection: {
        region: 'eu-central-1',
        stsEndpoint: 'https://sts.example.com',
        iamEndpoint: 'http://127.0.0.1:1',
        useFipsEndpoint: false,
        proxy: { httpProxy: 'proxy:3128', noProxy: '*' },
      },
      timeLimit: 86_400,
      retry: { maxAttempts: 100 },
      allowedAccounts: ['123456789012', '111122223333'],
      maskAccountId: true,
    });
    expect(
      await requestOf({ ...KEYS, 'action-timeout-s': '0', 'disable-retry': 'true', 'retry-max-attempts': '9' }),
    ).toMatchObject({
      timeLimit: undefined,
      retry: { maxAttempts: 1 },
    });
  });
});

const assume = { ...KEYS, 'role-to-assume': ROLE };
const federate = { ...KEYS, 'federated-user-name': 'nightly' };
const prove = { ...KEYS, mode: 'session-token' };
const tags = (count: number) =>
  JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, index) => [`t${index}`, ''])));
const policies = (count: number) => Array.from({ length: count }, (_, index) => `${POLICY}${index}`).join('\n');

test.each([
  ['3600s', '; did you mean 3600?'],
  ['15m', '; did you mean 900?'],
  ['1d', ''],
  ['1 h', ''],
])('of a duration with a unit, %s, the seconds are said if they are allowed', async (text, meant) => {
  const found = await wrongWith({ ...assume, 'role-duration-seconds': text });
  expect(found).toEqual([
    `role-duration-seconds: "${text}" is not a whole number of seconds from 900 to 43200${meant}`,
  ]);
});

describe('the last value that is right, and the first that is wrong', () => {
  test.each<[string, Inputs, string, string, string]>([
    ['role-duration-seconds', assume, '900', '899', '"899" is not a whole number of seconds from 900 to 43200'],
    ['role-duration-seconds', assume, '43200', '43201', '"43201" is not a whole number of seconds from 900 to 43200'],
    [
      'role-duration-seconds',
      federate,
      '129600',
      '129601',
      '"129601" is not a whole number of seconds from 900 to 129600',
    ],
    ['role-session-name', assume, 'ab', 'a', '"a" is not 2 to 64 letters, digits or characters of +=,.@_-'],
    ['role-session-name', assume, 's'.repeat(64), 's'.repeat(65), `"${'s'.repeat(65)}" is not 2 to 64 letters`],
    ['role-external-id', assume, 'ab', ' a ', '"a" is not 2 to 1,224 letters'],
    ['role-external-id', assume, 'e'.repeat(1224), 'e'.repeat(1225), 'is not 2 to 1,224 letters'],
    ['role-external-id', assume, 'a:b', 'a b', '"a b" is not 2 to 1,224 letters'],
    ['source-identity', assume, 'ab', 'a!', '"a!" is not actor, or 2 to 64 letters'],
    ['federated-user-name', KEYS, 'ab', 'a', '"a" is not 2 to 32 letters, digits or characters of +=,.@_-'],
    ['federated-user-name', KEYS, 'n'.repeat(32), 'n'.repeat(33), 'is not 2 to 32 letters'],
    ['federated-user-name', KEYS, 'a=b', 'a/b', '"a/b" is not 2 to 32 letters'],
    ['mfa-code', prove, '012345', '01234', 'is not a code of 6 digits'],
    ['mfa-code', prove, '000000', '0000000', 'is not a code of 6 digits'],
    ['mfa-code', prove, '999999', '99999a', 'is not a code of 6 digits'],
    [
      'inline-session-policy',
      assume,
      `{"a":"${'x'.repeat(2040)}"}`,
      `{"a":"${'x'.repeat(2041)}"}`,
      'has 2049 characters; AWS takes 2048',
    ],
    ['inline-session-policy', assume, '{}', '[]', 'is not a JSON object, as an IAM policy is'],
    [
      'inline-session-policy',
      assume,
      '{}',
      '{\n  "Version": "2012-10-17",\n}',
      'is; at line 2, column 26, it is not JSON: this comma is one too many, as no entry follows before the }',
    ],
    ['custom-tags', assume, '{}', '{team: "a"}', 'like {"team": "platform"}; at line 1, column 2, it is not JSON'],
    ['inline-session-policy', assume, '{"a": 1}', 'null', 'is not a JSON object'],
    ['inline-session-policy', assume, '{"a": []}', '"{}"', 'is not a JSON object'],
    ['managed-session-policies', assume, policies(10), policies(11), 'names 11 policies; AWS takes 10'],
    ['managed-session-policies', assume, POLICY, `${POLICY} ${POLICY}`, 'is not the ARN of a policy; one ARN a line'],
    ['managed-session-policies', assume, POLICY, `x${POLICY}`, 'is not the ARN of a policy'],
    [
      'custom-tags',
      federate,
      `{"${'k'.repeat(128)}": ""}`,
      `{"${'k'.repeat(129)}": ""}`,
      'must have 1 to 128 characters',
    ],
    ['custom-tags', federate, '{"a": ""}', '{"": ""}', '"" must have 1 to 128 characters'],
    [
      'custom-tags',
      federate,
      `{"a": "${'v'.repeat(256)}"}`,
      `{"a": "${'v'.repeat(257)}"}`,
      '"a" has a value over 256 characters',
    ],
    [
      'custom-tags',
      federate,
      '{"a b": "é 1"}',
      '{"a!": ""}',
      '"a!" may hold letters, digits, spaces and _.:/=+-@ only',
    ],
    ['custom-tags', federate, '{"a": "b@c"}', '{"a": "b!c"}', '"a" has a value that may hold letters'],
    ['custom-tags', federate, '{"a": 1}', '{"a": null}', '"a" must be a text, a number or a boolean'],
    ['custom-tags', federate, '{"a": false}', '{"a": ["b"]}', '"a" must be a text, a number or a boolean'],
    ['custom-tags', federate, '{"a": "", "b": ""}', '{"a": "", "A": ""}', '"A" is there twice'],
    [
      'custom-tags',
      federate,
      '{"a": 10, "b": 1.5, "c": -1}',
      '{"a": 1.10}',
      '"a" is 1.10, which JSON reads as the number 1.1; it should be in quotes: "a": "1.10"',
    ],
    ['custom-tags', federate, '{"a": "1.0"}', '{"a": 1.0}', '"a" is 1.0, which JSON reads as the number 1;'],
    ['custom-tags', federate, '{"a": "1e3"}', '{"a": 1e3}', '"a" is 1e3, which JSON reads as the number 1000;'],
    ['custom-tags', federate, '{"a": 0}', '{"a": -0}', '"a" is -0, which JSON reads as the number 0;'],
    ['custom-tags', federate, '{"a": 9007199254740991}', '{"a": 12345678901234567}', '"a": "12345678901234567"'],
    [
      'custom-tags',
      federate,
      '{"a": "1.0", "b": "1.0"}',
      '{"a": "1", "a": "2"}',
      '"a" is there twice: JSON takes the last of them',
    ],
    ['custom-tags', federate, '{"actors": ""}', '{"actor": ""}', '"actor" is a tag that this action sets itself'],
    ['custom-tags', federate, '{}', '[]', 'is not a JSON object of keys and values'],
    ['retry-max-attempts', KEYS, '1', '0', '"0" is not a whole number of attempts, 1 or more'],
    ['retry-max-attempts', KEYS, '1000', '1e3', '"1e3" is not a whole number of attempts, 1 or more'],
    ['action-timeout-s', KEYS, '0', '-1', '"-1" is not a whole number of seconds from 0 to 2147483'],
    ['action-timeout-s', KEYS, '2147483', '2147484', 'is not a whole number of seconds from 0 to 2147483'],
    ['allowed-account-ids', KEYS, '000000000000', '00000000000', '"00000000000" is not an account ID of 12 digits'],
    ['allowed-account-ids', KEYS, '123456789012', '1234567890123', 'is not an account ID of 12 digits'],
    [
      'aws-region',
      KEYS,
      'us-iso-east-1',
      'EU-central-1',
      '"EU-central-1" is not a region; it should look like eu-central-1',
    ],
    ['mask-aws-account-id', KEYS, 'False', 'no', '"no" is neither true nor false'],
    ['sts-endpoint', KEYS, 'http://x', 'ftp://x', '"ftp://x" is not a URL that starts with https:// or http://'],
  ])('%s', async (name, others, right, wrong, why) => {
    expect(await wrongWith({ ...others, [name]: right })).toEqual([]);
    const found = await wrongWith({ ...others, [name]: wrong });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(new RegExp(`^${name}: `));
    expect(found[0]).toContain(why);
  });

  test('tags, as many as AWS takes together with those of the job', async () => {
    const env = { GITHUB_REPOSITORY: 'octo/app', GITHUB_ACTOR: 'mona', GITHUB_SHA: '0'.repeat(40) };
    const { signed } = ((await requestOf(assume, env)) as { identity: { signed: { tags: unknown[] } } }).identity;
    const room = 50 - signed.tags.length;
    expect(await wrongWith({ ...assume, 'custom-tags': tags(room) }, env)).toEqual([]);
    expect(await wrongWith({ ...assume, 'custom-tags': tags(room + 1) }, env)).toEqual([
      `custom-tags: has ${room + 1} tags; next to the ${signed.tags.length} that describe the job, AWS takes ${room}`,
    ]);
  });

  test('an actor of two letters', async () => {
    const inputs = { ...assume, 'source-identity': 'actor' };
    expect(await requestOf(inputs, { GITHUB_ACTOR: 'mo' })).toMatchObject({
      identity: { signed: { sourceIdentity: 'mo' } },
    });
    expect(await requestOf(inputs, { GITHUB_ACTOR: 'm'.repeat(70) })).toMatchObject({
      identity: { signed: { sourceIdentity: 'm'.repeat(64) } },
    });
    expect(await wrongWith(inputs, { GITHUB_ACTOR: 'm' })).toEqual([
      'source-identity: is actor, and GITHUB_ACTOR is "m"; AWS takes 2 characters or more',
    ]);
  });
});

describe('what does not go together', () => {
  test.each<[string, Inputs, string[]]>([
    [
      'a serial and nothing to prove it with',
      { ...prove, 'mfa-serial': 'GAHT12345678' },
      [
        'mfa-secret: is missing, and so is mfa-code: one of them is needed together with mfa-serial. If it comes from a secret: it is not set or not open to this workflow',
      ],
    ],
    [
      'a code and a seed',
      { ...prove, 'mfa-code': '123456', 'mfa-secret': SEED },
      ['mfa-secret: is given together with mfa-code; it should be one of them'],
    ],
    [
      'a seed that is none',
      { ...prove, 'mfa-secret': 'short' },
      [expect.stringMatching(/^mfa-secret: is not a seed in base32/) as string],
    ],
    [
      'a federation without a name',
      { ...KEYS, mode: 'federation-token' },
      ['federated-user-name: is missing; it should be 2 to 32 letters, digits or characters of +=,.@_-'],
    ],
    [
      'MFA, and asking several times',
      { ...assume, 'mfa-code': '123456', 'special-characters-workaround': 'true' },
      ['special-characters-workaround: asks several times, and a code of an MFA device is good once'],
    ],
    [
      'a role and the mode of keys',
      { ...assume, mode: 'access-keys' },
      [
        'role-to-assume: is for assume-role, verify, provision, rotate and deprovision, and the mode is access-keys, which exports credentials as they are',
      ],
    ],
    [
      'MFA and the mode of keys',
      { ...KEYS, mode: 'access-keys', 'mfa-code': '123456' },
      [
        'mfa-code: is for assume-role, session-token, verify, provision, rotate and deprovision, and the mode is access-keys',
      ],
    ],
    [
      'keys with a space in them',
      { 'aws-access-key-id': 'A B', 'aws-secret-access-key': 'C D' },
      ['aws-access-key-id: has white space in it', 'aws-secret-access-key: has white space in it'],
    ],
    [
      'keys and a token with line breaks and other characters that no header can hold',
      {
        'aws-access-key-id': 'AKIAIOSFODNN7EXAMPLE\u200B',
        'aws-secret-access-key': 'wJalrXUtnFEMI/K7MDENG\u0007bPxRfiCYEXAMPLEKEY',
        'aws-session-token': 'AQoDYXdzEJr\r\nEXAMPLE',
      },
      [
        `aws-access-key-id: ${NO_CREDENTIAL}`,
        `aws-secret-access-key: ${NO_CREDENTIAL}`,
        'aws-session-token: has white space in it',
      ],
    ],
    [
      'half a key',
      { 'aws-access-key-id': 'AKIAIOSFODNN7EXAMPLE' },
      [
        'aws-secret-access-key: is missing next to aws-access-key-id; if it comes from a secret: it is not set or not open to this workflow',
      ],
    ],
  ])('%s', async (_, inputs, wrong) => {
    expect(await wrongWith(inputs)).toEqual(wrong);
  });

  test('the identity that is expected is that of every mode, and of one identity', async () => {
    const expected = { 'expect-arn': 'arn:aws:sts::123456789012:assumed-role/deploy/*' };
    const { request } = await read({ ...KEYS, ...expected });
    expect(request).toMatchObject({ mode: 'access-keys', expectArn: expected['expect-arn'] });
    const logOut = await read({ ...expected, 'unset-current-credentials': 'true' });
    expect(logOut.request).toMatchObject({ isLogOut: false });
    expect(await wrongWith({ ...KEYS, ...expected, roles: `deploy: ${ROLE}` })).toEqual([
      'expect-arn: is for one identity, and roles asks for several: the ARN of each role is given there',
    ]);
  });

  test('what shapes a role session, without a role, does nothing, as in the compatible action', async () => {
    expect(await requestOf({ ...KEYS, 'role-session-name': 'a-name', 'role-external-id': 'ours' })).toMatchObject({
      mode: 'access-keys',
    });
    const { warnings } = await read({ ...KEYS, 'inline-session-policy': '{}', 'role-duration-seconds': '900' });
    expect(warnings).toEqual([
      'inline-session-policy is not used: it limits the session of a role, and none is assumed.',
    ]);
  });

  test.each([
    ['inline-session-policy', '{}'],
    ['custom-tags', '{}'],
    ['role-session-name', 'a-name'],
    ['role-duration-seconds', '900'],
    ['special-characters-workaround', 'true'],
    ['web-identity-token-file', 'token'],
  ])('but %s is wrong in a mode that is asked for by name, and takes no role', async (name, value) => {
    const [said = ''] = await wrongWith({ ...KEYS, mode: 'access-keys', [name]: value });
    expect(said).toMatch(new RegExp(`^${name}: is for assume-role.* and the mode is access-keys`));
  });

  test('a secret without its key is passed over, and said to be', async () => {
    const { request, warnings } = await read({ 'aws-secret-access-key': 'x' });
    expect(request).toMatchObject({ identity: { source: { from: 'default chain' } } });
    expect(warnings).toEqual([expect.stringContaining('is given without aws-access-key-id, and not used')]);
  });
});
