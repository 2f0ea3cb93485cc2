import fc from 'fast-check';
import { readActionMetadata } from '../../sandbox/runner/action-metadata';
import pem from '../roles-anywhere/pem-inputs.json';
import { documentText } from './documents';
import { anyText, mostly } from './texts';

/** What a step is given: inputs by name, and the variables of the job around it. */
export interface Given {
  readonly inputs: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
}

/** Every input of the action. */
const NAMES = Object.keys(readActionMetadata(`${__dirname}/../..`).inputs);

export const SECRET_INPUTS = [
  'aws-secret-access-key',
  'aws-session-token',
  'mfa-secret',
  'github-token',
  'terraform-token',
] as const;

const account = fc.constantFrom('123456789012', '111122223333', '000000000000');
const partition = fc.constantFrom('aws', 'aws', 'aws', 'aws-cn', 'aws-us-gov');
const word = fc.stringMatching(/^[\w+=,.@-]{2,30}$/);
const roleName = fc.oneof(fc.constant('deploy'), word);
const roleArn = fc
  .tuple(partition, account, fc.constantFrom('', 'team/', 'a/b/'), roleName)
  .map(([aws, id, path, name]) => `arn:${aws}:iam::${id}:role/${path}${name}`);
const role = fc.oneof({ weight: 3, arbitrary: mostly(roleArn) }, roleName);
const lines = (line: fc.Arbitrary<string>, maxLength = 4) =>
  fc.array(mostly(line), { minLength: 1, maxLength }).map((all) => all.join('\n'));
const flag = fc.constantFrom('true', 'false', 'True', 'FALSE');
const number = (max: number) =>
  fc.oneof(fc.nat(max).map(String), fc.constantFrom('1e3', '0x384', '900.5', '0900', '-900'));
const policyArn = word.map((name) => `arn:aws:iam::aws:policy/${name}`);
const json = (value: fc.Arbitrary<unknown>) => value.map((each) => JSON.stringify(each));
const action = fc.constantFrom('s3:GetObject', 's3:*', 'iam:CreateUser', 'sts:AssumeRole');
const resource = fc.constantFrom('arn:aws:s3:::bucket/*', 'arn:aws:iam::123456789012:user/a', '*');
const expectation = fc.oneof(
  action,
  fc.tuple(action, fc.constantFrom(' on ', ' ON ', '  on   '), resource).map((parts) => parts.join('')),
);
const secret = fc.stringMatching(/^[A-Za-z0-9/+]{40}$/);
const url = fc.constantFrom('http://127.0.0.1:1', 'http://127.0.0.1:1/', 'https://127.0.0.1:1', 'http://[::1]:1/x?y#z');
const profile = fc.stringMatching(/^[a-z][\w.-]{0,20}$/);

/** The ARN of something of IAM Roles Anywhere. */
function anywhereArn(kind: string): fc.Arbitrary<string> {
  return fc
    .tuple(partition, fc.constantFrom('eu-central-1', 'us-east-1'), account)
    .map(
      ([aws, region, id]) => `arn:${aws}:rolesanywhere:${region}:${id}:${kind}/11111111-2222-3333-4444-555555555555`,
    );
}

/** What is right, more or less, for each input that is not a text of its own kind or a boolean. */
const GRAMMAR: Readonly<Record<string, fc.Arbitrary<string>>> = {
  mode: fc.constantFrom(
    ...['assume-role', 'session-token', 'federation-token', 'access-keys'],
    ...['provision', 'rotate', 'deprovision', 'verify'],
  ),
  'aws-region': fc.constantFrom('eu-central-1', 'us-east-1', 'cn-north-1', 'us-gov-west-1', 'nowhere-9'),
  'role-to-assume': lines(role, 3),
  roles: fc
    .array(
      fc.tuple(
        mostly(profile),
        fc.oneof(
          role,
          fc.array(role, { maxLength: 3 }).map((chain) => `[${chain.join(', ')}]`),
        ),
      ),
      {
        minLength: 1,
        maxLength: 4,
      },
    )
    .map((all) => all.map(([name, chain]) => `${name}: ${chain}`).join('\n')),
  'source-identity': fc.oneof(fc.constant('actor'), word),
  'role-duration-seconds': number(200_000),
  'role-session-name': word,
  'role-external-id': fc.stringMatching(/^[\w+=,.@:/-]{2,40}$/),
  'transitive-tag-keys': lines(fc.constantFrom('Repository', 'Actor', 'team')),
  'custom-tags': json(
    fc.dictionary(mostly(word), fc.oneof(word, fc.integer(), fc.boolean(), fc.constant(null)), { maxKeys: 4 }),
  ),
  'inline-session-policy': json(
    fc.record({
      Version: fc.constant('2012-10-17'),
      Statement: fc.array(fc.anything({ maxDepth: 2 }), { maxLength: 2 }),
    }),
  ),
  'managed-session-policies': lines(policyArn, 12),
  'mfa-serial': fc.oneof(fc.constant('arn:aws:iam::123456789012:mfa/ci'), fc.stringMatching(/^[A-Z0-9]{9,20}$/)),
  'mfa-code': fc.stringMatching(/^\d{6}$/),
  'mfa-secret': fc.oneof(
    fc.stringMatching(/^[A-Z2-7]{32}$/),
    fc
      .tuple(fc.stringMatching(/^[A-Z2-7]{32}$/), number(100), fc.constantFrom('SHA1', 'sha256', 'MD5'), number(9))
      .map(
        ([seed, period, hash, digits]) =>
          `otpauth://totp/AWS:ci?secret=${seed}&period=${period}&algorithm=${hash}&digits=${digits}`,
      ),
  ),
  'federated-user-name': word,
  'expect-arn': roleArn,
  'expect-allowed': lines(expectation),
  'expect-denied': lines(expectation),
  identities: documentText,
  'github-token': secret.map((text) => `ghs_${text.replaceAll(/[/+]/g, 'x')}`),
  'terraform-token': secret.map((text) => `${text.replaceAll(/[/+]/g, 'x')}.atlasv1.x`),
  audience: fc.webUrl(),
  'web-identity-token-file': fc.constantFrom(
    'token',
    'missing',
    '.',
    '/dev/zero',
    '/dev/null',
    '/proc/kmsg',
    'link',
    'huge',
  ),
  certificate: fc.constantFrom(...pem.inputs.map(({ certificate }) => certificate)),
  'certificate-private-key': fc.constantFrom(...pem.inputs.map(({ privateKey }) => privateKey)),
  'trust-anchor-arn': anywhereArn('trust-anchor'),
  'roles-anywhere-profile-arn': anywhereArn('profile'),
  'aws-access-key-id': fc.constant('AKIAIOSFODNN7EXAMPLE'),
  'aws-secret-access-key': secret,
  'aws-session-token': secret,
  'allowed-account-ids': fc.array(mostly(account), { maxLength: 3 }).map((ids) => ids.join(', ')),
  'aws-profile': profile,
  'profile-output': fc.constantFrom('json', 'table', 'xml'),
  'retry-max-attempts': number(120),
  'action-timeout-s': number(90_000),
  'http-proxy': fc
    .tuple(
      secret.map((text) => text.replaceAll(/[/+]/g, 'x')),
      url,
    )
    .map(([password, proxy]) => proxy.replace('://', `://u:${password}@`)),
  'no-proxy': fc.constantFrom('*', 'localhost,127.0.0.1', '.example.com', ',,'),
  'sts-endpoint': url,
  'iam-endpoint': url,
};

const variables = fc.record(
  {
    GITHUB_REPOSITORY: fc.oneof({ weight: 5, arbitrary: fc.constant('octo/app') }, anyText),
    GITHUB_ACTOR: fc.oneof(fc.constantFrom('octocat', 'dependabot[bot]', 'a'), anyText),
    GITHUB_REF: fc.oneof(fc.constant('refs/heads/main'), anyText),
    GITHUB_WORKFLOW: anyText,
    GITHUB_SERVER_URL: fc.oneof(fc.constant('https://github.com'), anyText),
    TFE_ADDRESS: fc.constantFrom(
      'http://127.0.0.1:1',
      '127.0.0.1:1',
      'ftp://127.0.0.1',
      '%',
      'https://u:pass@127.0.0.1:1',
    ),
    ACTIONS_ID_TOKEN_REQUEST_URL: fc.oneof(fc.constant('http://127.0.0.1:1/?v=2'), anyText),
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: secret,
    AWS_REGION: fc.constantFrom('eu-central-1', ''),
    ROLE_TO_ASSUME: role,
    HTTPS_PROXY: fc.oneof(fc.constantFrom('http://127.0.0.1:1', 'socks5://127.0.0.1:1', '%'), anyText),
  },
  { requiredKeys: [] },
);

function valueOf(name: string): fc.Arbitrary<string> {
  return mostly(GRAMMAR[name] ?? flag);
}

/** Inputs of which any may be given, and a few are. */
export const given: fc.Arbitrary<Given> = fc
  .tuple(
    fc.record({ 'aws-region': valueOf('aws-region') }, { requiredKeys: [] }),
    fc.subarray(NAMES, { minLength: 0, maxLength: 8 }),
    fc.record(Object.fromEntries(NAMES.map((name) => [name, valueOf(name)]))),
    variables,
  )
  .map(([region, names, values, env]) => ({
    inputs: { ...region, ...Object.fromEntries(names.map((name) => [name, values[name] ?? ''])) },
    env,
  }));

/** A secret under a name that is an input's but for a letter. */
export const misspelt: fc.Arbitrary<{ readonly name: string; readonly value: string }> = fc
  .tuple(fc.constantFrom(...NAMES), fc.nat(), fc.constantFrom('', '_', 'x', '\n'), secret)
  .map(([name, at, letter, value]) => {
    const position = at % name.length;
    return { name: `${name.slice(0, position)}${letter}${name.slice(position + 1)}`, value };
  })
  .filter(({ name }) => !NAMES.includes(name));

/** Inputs of which each is right, for a step that would assume a role or verify keys, as AWS knows them or not. */
export const soundInputs: fc.Arbitrary<Given> = fc
  .tuple(
    fc.constantFrom('assume-role', 'access-keys', 'verify'),
    fc.constantFrom('deploy', 'arn:aws:iam::123456789012:role/deploy', 'arn:aws:iam::111122223333:role/unknown'),
    fc.constantFrom('wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYWRONGKEYxx'),
    fc.record(
      {
        'role-session-name': word,
        'role-skip-session-tagging': flag,
        'mask-aws-account-id': flag,
        'output-credentials': flag,
        'disable-retry': flag,
        'aws-profile': profile,
        'unset-current-credentials': flag,
        'allowed-account-ids': account,
      },
      { requiredKeys: [] },
    ),
  )
  .map(([mode, role, secretAccessKey, more]) => ({
    inputs: {
      mode,
      'aws-region': 'eu-central-1',
      'aws-access-key-id': 'AKIAIOSFODNN7EXAMPLE',
      'aws-secret-access-key': secretAccessKey,
      ...(mode === 'assume-role' && { 'role-to-assume': role }),
      ...more,
    },
    env: {},
  }));

/** One input that is wrong whatever else is given, and what the step is asked for together with it. */
export const wrongInput: fc.Arbitrary<{ readonly name: string; readonly value: string }> = fc.oneof(
  ...Object.entries<fc.Arbitrary<string>>({
    'aws-region': fc.stringMatching(/^[a-z]{2}-[a-z]+_[0-9]$/),
    'role-to-assume': account.map((id) => `arn:aws:iam::${id}:role/de ploy`),
    'role-duration-seconds': fc.constantFrom('1e3', '0x384', '0', 'NaN', '3600s', '-3600', '3600.0', '٣٦٠٠'),
    'role-session-name': word.map((name) => `${name} ${name}`),
    'source-identity': word.map((name) => `${name}\n${name}`),
    'custom-tags': fc.constantFrom('[]', 'null', '{"a": {}}', '{"aws:a": 1', '{"a": "\\u0000"}'),
    'inline-session-policy': fc.constantFrom('[]', '"x"', '{"Version"', '1'),
    // What is right for another vendor is none of AWS's.
    'managed-session-policies': word.map((name) => `${name} ${name}`),
    'mfa-code': fc.constantFrom('12345', '1234567', '12345a', '１２３４５６'),
    'aws-profile': fc.constantFrom('a b', '[x]', '__proto__', 'a*', '#x', 'a\u0001'),
    'retry-max-attempts': fc.constantFrom('0', '-1', '1e1', 'many'),
    'action-timeout-s': fc.constantFrom('-1', '1e9', '1.5'),
    'mask-aws-account-id': fc.constantFrom('yes', '1', 'tRUE'),
    'sts-endpoint': fc.constantFrom('ftp://x', 'sts.example.com', 'javascript:1'),
    'http-proxy': fc.constantFrom('socks5://x', 'http://u:%@x', 'http://'),
    'web-identity-token-file': fc.constantFrom(
      'missing',
      '.',
      '/dev/zero',
      '/dev/null',
      '/dev/full',
      '/proc/kmsg',
      'huge',
    ),
    mode: fc.constantFrom('assume', 'Provision', 'toString', '__proto__'),
  }).map(([name, values]) => values.map((value) => ({ name, value }))),
);
