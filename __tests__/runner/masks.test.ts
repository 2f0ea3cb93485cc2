import { maskIdentity, maskAccountsIn, maskInputs, withoutAccounts } from '../../src/runner/masks';
import type { Step } from '../../src/runner/step';

/** What is masked of a step with this environment, in order. */
function masksOf(env: NodeJS.ProcessEnv, mask: (step: Step) => void = maskInputs): string[] {
  const masked: string[] = [];
  mask({ env, runner: { mask: (secret: string) => masked.push(secret) } } as unknown as Step);
  return masked;
}

test.each([
  'INPUT_AWS-ACCESS-KEY-ID',
  'INPUT_AWS-SECRET-ACCESS-KEY',
  'INPUT_AWS-SESSION-TOKEN',
  'INPUT_MFA-CODE',
  'INPUT_MFA-SECRET',
  'INPUT_GITHUB-TOKEN',
  'ACTIONS_ID_TOKEN_REQUEST_TOKEN',
])('%s is masked, without the space around it', (name) => {
  expect(masksOf({ [name]: ' a secret EXAMPLE \n' })).toEqual(['a secret EXAMPLE']);
});

test.each([
  { 'INPUT_AWS-ACCESS-KEY-ID': 'test', 'INPUT_AWS-SECRET-ACCESS-KEY': 'test', 'INPUT_AWS-SESSION-TOKEN': 'test' },
  { 'INPUT_AWS-ACCESS-KEY-ID': 'testing', 'INPUT_AWS-SECRET-ACCESS-KEY': 'testing' },
  { 'INPUT_AWS-ACCESS-KEY-ID': '000000000000' },
  { 'INPUT_GITHUB-TOKEN': 'none', 'INPUT_MFA-SECRET': 'no', 'INPUT_MFA-CODE': '1' },
])('what is too short for a secret is not: %j', (env) => {
  expect(masksOf(env)).toEqual([]);
});

test('of a seed, what is around it is not all that is masked', () => {
  const text = 'secret=jbswy3dpehpk3pxp';
  expect(masksOf({ 'INPUT_MFA-SECRET': text })).toEqual([text, 'jbswy3dpehpk3pxp', 'JBSWY3DPEHPK3PXP']);
});

test.each(['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'])(
  '%s of the job is left to whoever uses it',
  (name) => {
    expect(masksOf({ [name]: 'AKIAIOSFODNN7EXAMPLE' })).toEqual([]);
  },
);

test.each([
  ...['INPUT_HTTP-PROXY', 'HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'all_proxy'],
  ...['INPUT_STS-ENDPOINT', 'INPUT_IAM-ENDPOINT', 'AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_STS', 'AWS_ENDPOINT_URL_IAM'],
])('the password in %s is masked, as it stands there and as it is meant', (name) => {
  expect(masksOf({ [name]: 'http://mona:a%2Fb@proxy.example:3128' })).toEqual(['a%2Fb', 'a/b']);
});

const PRIVATE_KEY = [
  '-----BEGIN PRIVATE KEY-----',
  'first+line+of+a+key+EXAMPLE',
  'last+lineEXAMPLE=',
  '-----END PRIVATE KEY-----',
];
const KEY_LINES = ['first+line+of+a+key+EXAMPLE', 'last+lineEXAMPLE='];
const IN_BASE64 = Buffer.from(PRIVATE_KEY.join('\n')).toString('base64');

test.each<[what: string, env: NodeJS.ProcessEnv, masks: string[]]>([
  ['in lines', { 'INPUT_CERTIFICATE-PRIVATE-KEY': PRIVATE_KEY.join('\n') }, KEY_LINES],
  ['with written line breaks', { 'INPUT_CERTIFICATE-PRIVATE-KEY': PRIVATE_KEY.join('\\n') }, KEY_LINES],
  ['without its end', { 'INPUT_CERTIFICATE-PRIVATE-KEY': PRIVATE_KEY.slice(0, 3).join('\r\n') }, KEY_LINES],
  ['in base64', { 'INPUT_CERTIFICATE-PRIVATE-KEY': IN_BASE64 }, [...KEY_LINES, IN_BASE64]],
  [
    'next to a certificate',
    {
      INPUT_CERTIFICATE: `-----BEGIN CERTIFICATE-----\nno+secret+at+all\n-----END CERTIFICATE-----\n${PRIVATE_KEY.join('\n')}`,
    },
    KEY_LINES,
  ],
  ['that is none', { 'INPUT_CERTIFICATE-PRIVATE-KEY': 'what somebody pasted' }, []],
])('the lines of a private key are masked %s', (_, env, masks) => {
  expect(masksOf(env)).toEqual(masks);
});

test('what is empty, without a password, no URL or no secret is not', () => {
  expect(
    masksOf({
      'INPUT_MFA-SECRET': '',
      HTTP_PROXY: 'http://proxy.example:3128',
      HTTPS_PROXY: 'proxy',
      ALL_PROXY: '',
      'INPUT_ROLE-TO-ASSUME': 'deploy',
      AWS_REGION: 'eu-central-1',
    }),
  ).toEqual([]);
});

test('accounts are masked once, and nothing that only looks like one', () => {
  const text = 'arn:aws:iam::123456789012:role/a, 111122223333 and 123456789012; 1234567890123 and a123456789012';
  const accountsIn = (step: Step) => {
    maskAccountsIn(text, step);
  };
  expect(masksOf({}, accountsIn)).toEqual(['123456789012', '111122223333']);
});

const OTHER_ACCOUNT = 'RGW33567154695143645';

test.each([
  [
    `arn:aws:sts::${OTHER_ACCOUNT}:assumed-role/a/b`,
    OTHER_ACCOUNT,
    [OTHER_ACCOUNT, `arn:aws:sts::${OTHER_ACCOUNT}:assumed-role/a/b`],
  ],
  ['arn:xxx:xxx:xxx:xxxx', OTHER_ACCOUNT, [OTHER_ACCOUNT, 'arn:xxx:xxx:xxx:xxxx']],
  // Whoever hides these hides half of the log.
  ['arn:aws:iam::1:user/ci', '1', ['arn:aws:iam::1:user/ci']],
  ['arn:aws:iam::acme:user/ci', 'acme', ['arn:aws:iam::acme:user/ci']],
  [undefined, undefined, []],
])('the account and the ARN of %s, %s', (arn, account, masked) => {
  const mask = (step: Step) => {
    maskIdentity({ arn, account }, step);
  };
  expect([...new Set(masksOf({}, mask))]).toEqual(masked);
});

test('another vendor’s account is hidden in a text wherever an ARN tells that it is one', () => {
  const text = `| \`arn:aws:iam::${OTHER_ACCOUNT}:user/ci\` | ${OTHER_ACCOUNT} | arn:aws:iam::aws:policy/ReadOnlyAccess |`;
  expect(withoutAccounts(text)).toBe('| `arn:aws:iam::***:user/ci` | *** | arn:aws:iam::aws:policy/ReadOnlyAccess |');
});
