import { configuredEndpoint } from '../../src/aws/connection';
import { useCleanEnvironment } from './environment';

useCleanEnvironment();

const GIVEN = 'https://given.example';
const VARIABLES = { AWS_ENDPOINT_URL_STS: 'https://sts.example', AWS_ENDPOINT_URL: 'https://all.example' };

test.each<[what: string, given: string | undefined, env: NodeJS.ProcessEnv, href: string | undefined]>([
  ['nothing says so', undefined, {}, undefined],
  ['the input, over all variables', GIVEN, VARIABLES, 'https://given.example/'],
  ['the variable of the service, over that of all', undefined, VARIABLES, 'https://sts.example/'],
  ['the variable of all services', undefined, { AWS_ENDPOINT_URL: 'https://all.example' }, 'https://all.example/'],
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
    'https://sts.example/',
  ],
  [
    'the input, where variables are to be ignored',
    GIVEN,
    { ...VARIABLES, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' },
    'https://given.example/',
  ],
])('the endpoint of STS: %s', (_, given, env, href) => {
  Object.assign(process.env, env);
  expect(configuredEndpoint(given, 'STS')?.href).toBe(href);
});
