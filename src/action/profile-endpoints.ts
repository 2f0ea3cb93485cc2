import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import type { resolveEndpointConfig } from '@smithy/core/endpoints';
import { CERTIFICATE_INPUTS, SSO_INPUTS, variableOf } from '../inputs/input-names';
import { profileFiles } from '../profile/locations';
import { secretsInUrl } from '../runner/masks';
import type { Step } from '../runner/step';

/** Has the SDK take a profile file that is a device for an empty one: a device may have no end. */
export async function passOverDevices({ env }: Step): Promise<void> {
  const { config, credentials } = profileFiles(env, homedir());
  for (const file of [config, credentials].filter(isDevice)) {
    const { externalDataInterceptor } = await import('@smithy/core/config');
    externalDataInterceptor.interceptFile(file, '');
  }
}

/** Where nothing else is given, the SDK looks for the endpoint of a service by its name alone. */
type EndpointSettings = Parameters<typeof resolveEndpointConfig>[0];

const SERVICES = ['STS', 'IAM'] as const;
/** Next to them, where a certificate is given. */
const WITH_CERTIFICATE = ['ROLESANYWHERE'] as const;
/** And where a person signs in. */
const WITH_SIGN_IN = ['SSO', 'SSO_OIDC'] as const;

/**
 * Puts the endpoints that the job's profile names into the variables for them, in this process alone. The SDK calls them
 * by itself; as variables, they are also checked and masked, and what is called is known.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 */
export async function takeEndpointsOfProfile({ env, runner }: Step): Promise<void> {
  const { config, credentials } = profileFiles(env, homedir());
  if (![config, credentials].some(namesEndpoint)) return;
  // Loaded where there is such a profile alone, which is rare.
  const endpoints = await import('@smithy/core/endpoints');
  const profile = env.AWS_PROFILE === undefined || env.AWS_PROFILE === '' ? 'default' : env.AWS_PROFILE;
  const byCertificate = CERTIFICATE_INPUTS.some((name) => env[variableOf(name)]);
  const bySignIn = SSO_INPUTS.some((name) => env[variableOf(name)]);
  const others = [...(byCertificate ? WITH_CERTIFICATE : []), ...(bySignIn ? WITH_SIGN_IN : [])];
  for (const service of [...SERVICES, ...others]) {
    const variable = `AWS_ENDPOINT_URL_${service}`;
    const url = await endpoints
      .resolveEndpointConfig<object>({ serviceId: service } as EndpointSettings)
      .serviceConfiguredEndpoint?.();
    if (!url || [env[variable], env.AWS_ENDPOINT_URL].includes(url)) continue;
    secretsInUrl(url).forEach(runner.mask);
    env[variable] = url;
    runner.info(`${variable} is taken from endpoint_url of the profile ${profile}.`);
  }
}

function namesEndpoint(path: string): boolean {
  try {
    return statSync(path).isFile() && readFileSync(path, 'utf8').includes('endpoint_url');
  } catch {
    return false;
  }
}

function isDevice(path: string): boolean {
  try {
    return statSync(path).isCharacterDevice();
  } catch {
    return false;
  }
}
