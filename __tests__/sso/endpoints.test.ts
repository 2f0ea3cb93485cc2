import { ssoEndpoint } from '../../src/sso/endpoints';
import { useCleanEnvironment } from '../aws/environment';

useCleanEnvironment();

/** The rules in AWS's SDK, which it carries for the sign-ins of profiles. */
const { SSOClient } = jest.requireActual<Record<'SSOClient', ClientClass>>('@aws-sdk/nested-clients/sso');
const { SSOOIDCClient } = jest.requireActual<Record<'SSOOIDCClient', ClientClass>>('@aws-sdk/nested-clients/sso-oidc');

type ClientClass = new (settings: { readonly region: string }) => {
  readonly config: {
    readonly endpointProvider: (parameters: {
      readonly Region: string;
      readonly UseFIPS: boolean;
      readonly UseDualStack: boolean;
    }) => { readonly url: URL };
  };
};

const RULES = {
  SSO: new SSOClient({ region: 'eu-west-1' }).config.endpointProvider,
  SSO_OIDC: new SSOOIDCClient({ region: 'eu-west-1' }).config.endpointProvider,
};

const REGIONS = ['eu-west-1', 'us-east-1', 'us-gov-west-1', 'cn-north-1', 'eusc-de-east-1', 'us-iso-east-1'];

test.each(REGIONS)('the endpoints in %s are those of the SDK', (region) => {
  for (const service of ['SSO', 'SSO_OIDC'] as const) {
    for (const [fips, dualStack] of [
      [false, false],
      [true, false],
      [false, true],
      [true, true],
    ] as const) {
      process.env.AWS_USE_DUALSTACK_ENDPOINT = String(dualStack);
      const expected = RULES[service]({ Region: region, UseFIPS: fips, UseDualStack: dualStack }).url.href;
      expect(ssoEndpoint(service, { region, useFipsEndpoint: fips }).href).toBe(expected);
      process.env.AWS_USE_FIPS_ENDPOINT = String(fips);
      expect(ssoEndpoint(service, { region, useFipsEndpoint: undefined }).href).toBe(expected);
    }
  }
});

test('a variable names another', () => {
  process.env.AWS_ENDPOINT_URL_SSO = 'https://portal.example.com';
  process.env.AWS_ENDPOINT_URL_SSO_OIDC = 'https://oidc.example.com';
  const choice = { region: 'eu-west-1', useFipsEndpoint: undefined };
  expect(ssoEndpoint('SSO', choice).href).toBe('https://portal.example.com/');
  expect(ssoEndpoint('SSO_OIDC', choice).href).toBe('https://oidc.example.com/');
});
