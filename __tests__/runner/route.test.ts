import { INPUTS, variableOf } from '../../src/inputs/input-names';
import { maskInputs } from '../../src/runner/masks';
import { returnToRoute } from '../../src/runner/return-to-route';
import { routeToKeep } from '../../src/runner/route';
import type { Step } from '../../src/runner/step';

const ROUTE = {
  'INPUT_AWS-REGION': 'eu-central-1',
  'INPUT_ROLE-TO-ASSUME': 'deploy',
  ROLE_TO_ASSUME: 'other',
  MANAGED_SESSION_POLICIES: 'arn:aws:iam::aws:policy/ReadOnlyAccess',
  'INPUT_HTTP-PROXY': 'http://mona:pass@proxy.example:3128',
  AWS_REGION: 'eu-west-1',
  AWS_ENDPOINT_URL_IAM: 'https://iam.example',
  AWS_CA_BUNDLE: '/ca.pem',
  https_proxy: 'http://proxy.example:3128',
  NODE_USE_SYSTEM_CA: '',
};
const OTHERS = {
  'INPUT_GITHUB-TOKEN': 'secret',
  'INPUT_MFA-SECRET': 'secret',
  INPUT_CERTIFICATE: 'secret',
  INPUT_IDENTITIES: 'users: {}',
  'INPUT_AWS-SECRET-ACCESS-KEY': 'secret',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_PROFILE: 'dev',
  MY_AWS_REGION: 'secret',
};

test('what decides where calls go is kept, and no secret besides', () => {
  expect(routeToKeep({ ...ROUTE, ...OTHERS, NO_PROXY: undefined })).toStrictEqual(ROUTE);
});

test('no input that is masked is kept', () => {
  for (const name of INPUTS) {
    const masked: string[] = [];
    const runner = { mask: (secret: string) => void masked.push(secret) };
    const env = { [variableOf(name)]: 'ASIAsecretEXAMPLE123' };
    maskInputs({ env, runner } as unknown as Step);
    if (masked.length > 0) expect([name, routeToKeep(env)]).toEqual([name, {}]);
  }
});

test('it comes back: what decides now and did not then is gone, the rest stays', () => {
  const env = {
    ...OTHERS,
    AWS_REGION: 'us-east-1',
    AWS_USE_FIPS_ENDPOINT: 'true',
    'INPUT_SSO-REGION': 'x',
    NO_PROXY: '*',
    PATH: '/bin',
  };
  returnToRoute(ROUTE, env);
  expect(env).toStrictEqual({ ...OTHERS, ...ROUTE, PATH: '/bin' });
});
