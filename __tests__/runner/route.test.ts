import { returnToRoute, routeToKeep } from '../../src/runner/route';

const ROUTE = {
  'INPUT_AWS-REGION': 'eu-central-1',
  'INPUT_HTTP-PROXY': 'http://mona:pass@proxy.example:3128',
  AWS_REGION: 'eu-west-1',
  AWS_ENDPOINT_URL_IAM: 'https://iam.example',
  AWS_CA_BUNDLE: '/ca.pem',
  https_proxy: 'http://proxy.example:3128',
  NODE_USE_SYSTEM_CA: '',
};
const OTHERS = {
  'INPUT_GITHUB-TOKEN': 'secret',
  'INPUT_AWS-SECRET-ACCESS-KEY': 'secret',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_PROFILE: 'dev',
  MY_AWS_REGION: 'secret',
};

test('what decides where calls go is kept, and no secret besides', () => {
  expect(routeToKeep({ ...ROUTE, ...OTHERS, NO_PROXY: undefined })).toStrictEqual(ROUTE);
});

test('it comes back: what decides now and did not then is gone, the rest stays', () => {
  const env = { ...OTHERS, AWS_REGION: 'us-east-1', AWS_USE_FIPS_ENDPOINT: 'true', NO_PROXY: '*', PATH: '/bin' };
  returnToRoute(ROUTE, env);
  expect(env).toStrictEqual({ ...OTHERS, ...ROUTE, PATH: '/bin' });
});
