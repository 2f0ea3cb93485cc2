import { callsAws, configuredEndpoint, regionalEndpoint } from '../../src/aws/endpoint';
import { useCleanEnvironment } from './environment';

useCleanEnvironment();

const GIVEN = 'https://given.example';
const VARIABLES = { AWS_ENDPOINT_URL_STS: 'https://sts.example', AWS_ENDPOINT_URL: 'https://all.example' };

test.each<[what: string, given: string | undefined, env: NodeJS.ProcessEnv, url: string | undefined]>([
  ['nothing says so', undefined, {}, undefined],
  ['the input, over all variables', GIVEN, VARIABLES, 'https://given.example'],
  ['the variable of the service, over that of all', undefined, VARIABLES, 'https://sts.example'],
  ['the variable of all services', undefined, { AWS_ENDPOINT_URL: 'https://all.example' }, 'https://all.example'],
  ['the variable of another service', undefined, { AWS_ENDPOINT_URL_IAM: 'https://iam.example' }, undefined],
  ['an empty variable', undefined, { AWS_ENDPOINT_URL_STS: '' }, undefined],
  [
    'variables that are to be ignored',
    undefined,
    { ...VARIABLES, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' },
    undefined,
  ],
  [
    'variables that are not',
    undefined,
    { ...VARIABLES, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'false' },
    'https://sts.example',
  ],
  [
    'the input, where variables are to be ignored',
    GIVEN,
    { ...VARIABLES, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' },
    'https://given.example',
  ],
])('the endpoint of STS: %s', (_, given, env, url) => {
  Object.assign(process.env, env);
  expect(configuredEndpoint(given, 'STS')).toBe(url);
});

test.each([
  'https://sts.amazonaws.com',
  'https://sts.eu-west-1.amazonaws.com/',
  'https://STS.eu-west-1.AMAZONAWS.com.:443',
  'http://sts.eu-west-1.amazonaws.com',
  'https://sts-fips.us-east-1.amazonaws.com',
  'https://sts.us-gov-west-1.amazonaws.com',
  'https://sts.eu-west-1.api.aws',
  'https://vpce-0a1b2c3d4e5f-6a7b8c9d.sts.eu-west-1.vpce.amazonaws.com',
  'https://sts.cn-north-1.amazonaws.com.cn',
  'https://sts.cn-north-1.api.amazonwebservices.com.cn',
  'https://sts.us-iso-east-1.c2s.ic.gov',
  'https://sts.us-isob-east-1.sc2s.sgov.gov',
  'https://sts.eu-isoe-west-1.cloud.adc-e.uk',
  'https://sts.us-isof-south-1.csp.hci.ic.gov',
  'https://sts.eusc-de-east-1.amazonaws.eu',
])('%s is of AWS', (endpoint) => {
  expect(callsAws(endpoint, 'STS')).toBe(true);
  expect(callsAws(undefined, 'STS', { AWS_ENDPOINT_URL_STS: endpoint })).toBe(true);
  expect(callsAws(endpoint.replace(/sts/i, 'iam'), 'IAM')).toBe(true);
});

test.each([
  'http://127.0.0.1:9000',
  'http://[::1]:9000',
  'https://localhost.localstack.cloud:4566',
  'https://sts.example.com',
  'https://amazonaws.com',
  'https://sts.amazonaws.com.example.org',
  'https://sts.notamazonaws.com',
  'https://minio-123.eu-west-1.elb.amazonaws.com',
  'https://ec2-3-4-5-6.eu-west-1.compute.amazonaws.com:9000',
  'not a URL',
])('%s is not', (endpoint) => {
  expect(callsAws(endpoint, 'STS')).toBe(false);
  expect(callsAws(undefined, 'IAM', { AWS_ENDPOINT_URL: endpoint })).toBe(false);
});

test.each([
  ['nothing', {}, true],
  ['an empty variable', { AWS_ENDPOINT_URL: '' }, true],
  ['the variable of another service', { AWS_ENDPOINT_URL_IAM: 'http://localhost' }, true],
  [
    'a variable that is to be ignored',
    { AWS_ENDPOINT_URL: 'http://a', AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' },
    true,
  ],
  [
    "the service's own variable before that of all",
    { AWS_ENDPOINT_URL_STS: 'https://sts.amazonaws.com', AWS_ENDPOINT_URL: 'http://a' },
    true,
  ],
  ['that of all', { AWS_ENDPOINT_URL: 'http://a' }, false],
  ["that of all, as the service's own is empty", { AWS_ENDPOINT_URL_STS: '', AWS_ENDPOINT_URL: 'http://a' }, false],
])('with %s given, STS is of AWS: %s', (_, env, expected) => {
  expect(callsAws(undefined, 'STS', env)).toBe(expected);
});

test.each<[region: string, fips: boolean, dualStack: boolean, host: string]>([
  ['eu-west-1', false, false, 'rolesanywhere.eu-west-1.amazonaws.com'],
  ['us-east-1', true, false, 'rolesanywhere-fips.us-east-1.amazonaws.com'],
  ['eu-west-1', false, true, 'rolesanywhere.eu-west-1.api.aws'],
  ['us-gov-west-1', true, true, 'rolesanywhere-fips.us-gov-west-1.api.aws'],
  ['cn-north-1', false, false, 'rolesanywhere.cn-north-1.amazonaws.com.cn'],
  ['eusc-de-east-1', false, false, 'rolesanywhere.eusc-de-east-1.amazonaws.eu'],
  ['us-isof-south-1', false, false, 'rolesanywhere.us-isof-south-1.csp.hci.ic.gov'],
])("AWS's own endpoint in %s (FIPS %s, dual-stack %s) is %s", (region, fips, dualStack, host) => {
  expect(regionalEndpoint('rolesanywhere', region, { fips, dualStack }).href).toBe(`https://${host}/`);
});
