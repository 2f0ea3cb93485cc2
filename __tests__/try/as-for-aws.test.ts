import { asForAws } from '../../try/as-for-aws';

const ENDPOINT = { AWS_ENDPOINT_URL: 'http://127.0.0.1:4566' };
const OIDC = { ACTIONS_ID_TOKEN_REQUEST_URL: 'http://127.0.0.1:4566', ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'token' };

test.each([
  ['a role of an account with 11 digits', { 'role-to-assume': 'arn:aws:iam::12345678901:role/deploy' }],
  [
    'a session that is too long for AWS',
    { 'role-to-assume': 'arn:aws:iam::123456789012:role/deploy', 'role-duration-seconds': '50000' },
  ],
  [
    'a document with half an account',
    { mode: 'provision', identities: 'roles: { deploy: { trust: { account: "12345" } } }' },
  ],
])('%s is refused as on GitHub, before any call', async (_, inputs) => {
  expect(await asForAws({ 'aws-region': 'eu-central-1', ...inputs }, { ...ENDPOINT, ...OIDC })).toEqual({
    AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true',
  });
});

test('what is right for AWS calls the local one', async () => {
  const inputs = { 'aws-region': 'eu-central-1', 'role-to-assume': 'arn:aws:iam::123456789012:role/deploy' };
  expect(await asForAws(inputs, { ...ENDPOINT, ...OIDC })).toEqual({});
});

test('an endpoint that the step itself names has the forms of its vendor', async () => {
  const inputs = { 'aws-region': 'local', 'sts-endpoint': 'http://127.0.0.1:9000', 'role-to-assume': 'arn:x:y:z' };
  expect(await asForAws(inputs, { ...ENDPOINT, ...OIDC })).toEqual({});
});
