import { readText } from '../docs/pages';
import { KEYS, OIDC, OTHER, problemsOf, read, ROLE } from './reading';

/**
 * What public workflows give to `aws-actions/configure-aws-credentials`, by kind, and with which some version of it
 * succeeds. Each succeeds here too; or docs/migrating.md says that it does not.
 */
const assume = { 'role-to-assume': ROLE };
const keys = { ...KEYS, ...assume };
const MANY_TAGS = JSON.stringify(Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`t${index}`, ''])));

describe('succeeds here, too', () => {
  test.each<[what: string, inputs: Record<string, string>, env?: Record<string, string>]>([
    ['white space around values', { ...KEYS, 'aws-region': ' us-east-1\n', 'role-to-assume': `${ROLE} ` }, {}],
    ['empty inputs', { ...assume, 'aws-access-key-id': '', 'role-duration-seconds': '', 'allowed-account-ids': '' }],
    ['booleans as YAML writes them', { ...assume, 'mask-aws-account-id': 'True', 'role-chaining': 'FALSE' }],
    ['an external ID that OIDC does not use', { ...assume, 'role-external-id': 'prod (eu)' }],
    ['an external ID of one letter that OIDC does not use', { ...assume, 'role-external-id': 'x' }],
    ['tags that OIDC does not use', { ...assume, 'custom-tags': '{"repository":"x","team":"a","Team":"b"}' }],
    [
      'tags that are skipped',
      { ...keys, 'role-skip-session-tagging': 'true', 'custom-tags': '{"repository":"x"}' },
      {},
    ],
    ['tags that JSON alters and OIDC does not use', { ...assume, 'custom-tags': '{"a":1.10,"b":"1","b":"2"}' }],
    ['more tags than AWS takes that OIDC does not use', { ...assume, 'custom-tags': MANY_TAGS }],
    [
      'more tags than AWS takes that are skipped',
      { ...keys, 'role-skip-session-tagging': 'true', 'custom-tags': MANY_TAGS },
      {},
    ],
    ['broken tags without a role', { ...KEYS, 'custom-tags': 'team=platform' }, {}],
    ['a session name without a role', { ...KEYS, 'role-session-name': 'x' }, {}],
    ['a secret key whose ID is empty', { ...assume, 'aws-secret-access-key': 'x' }],
    ['many attempts', { ...assume, 'retry-max-attempts': '500' }],
    ['a long time limit', { ...assume, 'action-timeout-s': '100000' }],
    ['a list of accounts', { ...assume, 'allowed-account-ids': '123456789012, 111122223333,' }],
    ['unknown inputs', { ...assume, 'token-format': 'aws4', 'duration-seconds': '3600', aws_region: 'us-east-1' }],
    ['what version 6.3 adds', { ...assume, 'translate-env-variables': 'false' }],
    ['all from variables', { 'aws-region': '' }, { AWS_REGION: 'us-east-1', ROLE_TO_ASSUME: ROLE, ...OIDC }],
    ['overwriting, and no profile', { ...assume, 'overwrite-aws-profile': 'true' }],
    [
      'a session policy over several lines',
      { ...assume, 'inline-session-policy': '{\n  "Version": "2012-10-17",\n  "Statement": []\n}\n' },
    ],
    [
      'several managed policies',
      {
        ...assume,
        'managed-session-policies': 'arn:aws:iam::aws:policy/ReadOnlyAccess\narn:aws:iam::aws:policy/PowerUserAccess\n',
      },
    ],
    [
      'keys for a role of another account',
      { ...KEYS, 'role-to-assume': OTHER, 'allowed-account-ids': '111122223333' },
      {},
    ],
  ])('%s', async (_, inputs, env = OIDC) => {
    expect(await problemsOf(inputs, env)).toBe('none');
  });
});

const TAKEN = 'configure-aws-credentials up to version 4 took it for false';

describe('fails here, and docs/migrating.md says so', () => {
  test.each<[what: string, inputs: Record<string, string>, env: Record<string, string>, said: string, page: RegExp]>([
    [
      'no',
      { ...keys, 'mask-aws-account-id': 'no' },
      {},
      `"no" is neither true nor false; ${TAKEN}. Did you mean false?`,
      /`no`/,
    ],
    [
      'yes',
      { ...keys, 'role-chaining': 'yes' },
      {},
      `"yes" is neither true nor false; ${TAKEN}. Did you mean true?`,
      /`yes`/,
    ],
    [
      '0',
      { ...keys, 'output-credentials': '0' },
      {},
      `"0" is neither true nor false; ${TAKEN}. Did you mean false?`,
      /`no`/,
    ],
    [
      'quotes in quotes',
      { ...keys, 'disable-retry': "'false'" },
      {},
      `"'false'" is neither true nor false; ${TAKEN}. Did you mean false?`,
      /`no`/,
    ],
    [
      'tRUE',
      { ...keys, 'mask-aws-account-id': 'tRUE' },
      {},
      '"tRUE" is neither true nor false. Did you mean true?',
      /`tRUE`/,
    ],
    ['maybe', { ...keys, 'disable-retry': 'maybe' }, {}, `"maybe" is neither true nor false; ${TAKEN}`, /`no`/],
    [
      'use-existing-credentials: yes',
      { ...KEYS, 'use-existing-credentials': 'yes' },
      {},
      '"yes" is neither',
      /`use-existing-credentials`/,
    ],
    ['a number with a unit', { ...keys, 'role-duration-seconds': '3600s' }, {}, 'is not a whole number', /`3600s`/],
    ['a zero', { ...keys, 'role-duration-seconds': '0' }, {}, 'is not a whole number', /`0`/],
    [
      'no attempts',
      { ...keys, 'retry-max-attempts': '0' },
      {},
      '"0" is not a whole number of attempts, 1 or more',
      /`retry-max-attempts`/,
    ],
    ['a negative time limit', { ...keys, 'action-timeout-s': '-5' }, {}, 'is not a whole number', /`action-timeout-s`/],
    [
      'an entry that is no account',
      { ...keys, 'allowed-account-ids': '123456789012,prod' },
      {},
      '"prod" is not an account ID',
      /`allowed-account-ids`/,
    ],
    [
      'an account that is not in the list',
      { ...assume, 'allowed-account-ids': ',111122223333' },
      OIDC,
      'is in none of the allowed-account-ids',
      /`allowed-account-ids`/,
    ],
    [
      'a name with a token file',
      { 'role-to-assume': 'deploy', 'web-identity-token-file': 'token' },
      {},
      'it should be the whole ARN',
      /`web-identity-token-file`/,
    ],
    [
      'a variable that stands in',
      assume,
      { ...OIDC, ROLE_SESSION_NAME: 'a b' },
      'role-session-name (from ROLE_SESSION_NAME): "a b" is not',
      /`ROLE_SESSION_NAME`/,
    ],
    [
      'a boolean of a variable',
      assume,
      { ...OIDC, DISABLE_RETRY: '1' },
      'disable-retry (from DISABLE_RETRY): "1" is neither',
      /`DISABLE_RETRY`/,
    ],
    [
      'quotes in the name of a profile',
      { ...keys, 'aws-profile': "o'brien" },
      {},
      'aws-profile: "o\'brien" must not',
      /`aws-profile`/,
    ],
    ['SOCKS', { ...keys, 'http-proxy': 'socks5://proxy:1080' }, {}, 'SOCKS is not supported', /`socks5:\/\/`/],
    ['SOCKS in a variable', keys, { HTTPS_PROXY: 'socks5://proxy:1080' }, 'SOCKS is not supported', /HTTPS_PROXY: ''/],
    [
      'a misspelt guard',
      { ...assume, 'alowed-account-ids': '1' },
      OIDC,
      'did you mean allowed-account-ids?',
      /misspelt/,
    ],
  ])('%s', async (_, inputs, env, said, page) => {
    expect(await problemsOf(inputs, env)).toContain(said);
    expect(page.test(readText('docs/migrating.md'))).toBe(true);
  });
});

test('version 6.3: with translate-env-variables false, no variable stands in for an input', async () => {
  const env = { ...OIDC, ROLE_SESSION_NAME: 'a b', AUDIENCE: 'my-api', MASK_AWS_ACCOUNT_ID: 'true' };
  const { request } = await read({ ...assume, 'translate-env-variables': 'false' }, env);
  expect(request).toMatchObject({
    maskAccountId: false,
    identity: {
      session: { sessionName: 'GitHubActions' },
      source: { audiences: ['sts.amazonaws.com', 'sts.amazonaws.com.cn'] },
    },
  });
  const inputs = { ...assume, 'aws-region': '', 'translate-env-variables': 'false' };
  expect(await problemsOf(inputs, { ...env, AWS_REGION: 'us-east-1' })).toContain('aws-region: is missing');
  expect(await problemsOf({ ...assume, 'translate-env-variables': 'no' }, OIDC)).toContain(
    'translate-env-variables: "no" is neither true nor false. Did you mean false?',
  );
});

test('a problem in a variable is corrected there', async () => {
  expect(await problemsOf(assume, { ...OIDC, DISABLE_RETRY: '1' })).toContain(
    'Fix: Correct it under "with:" of this step, or in the variable that is named.',
  );
});

test('what OIDC does not use is said, and what a chain uses is checked', async () => {
  const odd = { 'role-external-id': 'x', 'custom-tags': '{"repository":"x"}' };
  expect((await read({ ...assume, ...odd }, OIDC)).warnings).toEqual([
    expect.stringMatching(/^custom-tags and transitive-tag-keys are not used/),
    expect.stringMatching(/^role-external-id is not used/),
  ]);
  const chain = await problemsOf({ 'role-to-assume': `${ROLE}\n${OTHER}`, ...odd }, OIDC);
  expect(chain).toContain('role-external-id: "x" is not 2 to 1,224');
  expect(chain).toContain('custom-tags: "repository" is a tag that this action sets itself');
  const many = await problemsOf({ roles: `a: ${ROLE}\nb: [${ROLE}, ${OTHER}]`, ...odd }, OIDC);
  expect(many).toContain('role-external-id: "x" is not 2 to 1,224');
  expect(await problemsOf({ roles: `a: ${ROLE}`, ...odd }, OIDC)).toBe('none');
});
