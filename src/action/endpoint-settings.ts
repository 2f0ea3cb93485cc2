import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import type { resolveEndpointConfig } from '@smithy/core/endpoints';
import { endpointVariable } from '../aws/endpoint';
import { CERTIFICATE_INPUTS, SSO_INPUTS, variableOf } from '../inputs/input-names';
import { profileFiles } from '../profile/locations';
import { secretsInUrl } from '../runner/masks';
import type { Step } from '../runner/step';

/** Where nothing else is given, the SDK looks for the endpoint of a service by its name alone. */
type EndpointSettings = Parameters<typeof resolveEndpointConfig>[0];

const SERVICES = ['STS', 'IAM'] as const;
/** Next to them, where a certificate is given. */
const WITH_CERTIFICATE = ['ROLESANYWHERE'] as const;
/** And where a person signs in. */
const WITH_SIGN_IN = ['SSO', 'SSO_OIDC'] as const;

/** Of AWS's own endpoints, which kind: each by the variable and the setting of a profile. */
const KINDS = [
  ['AWS_USE_FIPS_ENDPOINT', 'use_fips_endpoint'],
  ['AWS_USE_DUALSTACK_ENDPOINT', 'use_dualstack_endpoint'],
] as const;
/** As most of AWS's tools read it; the SDK for JavaScript takes `True` for nothing. */
const TRUE = /^true$/i;
const FALSE = /^(false)?$/i;
/** What these settings, and `ignore_configured_endpoint_urls`, have in their names. */
const ABOUT_ENDPOINTS = /endpoint_url|use_(fips|dualstack)_endpoint/i;

/**
 * Has all code of this process read these variables as most of AWS's tools do. A kind of endpoint that is asked for in a way
 * that nothing reads would silently be missing.
 */
export function spellKindsOfEndpoints({ env, runner }: Step): void {
  for (const [variable] of KINDS) {
    const { [variable]: text = '' } = env;
    if (TRUE.test(text)) {
      env[variable] = 'true';
    } else if (!FALSE.test(text)) {
      runner.warning(`${variable}: "${text}" is neither true nor false, and counts as false.`);
    }
  }
}

/**
 * Puts what the job's profile says of endpoints into the variables for that, in this process alone: so they are checked and
 * masked, what is called is known, and post and renewals call it, too, whatever profile there is by then. The SDK would
 * take it from the profile by itself, each time again.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-endpoints.html
 */
export async function takeEndpointsOfProfile(step: Step): Promise<void> {
  const { config, credentials } = profileFiles(step.env, homedir());
  if (![config, credentials].some(isAboutEndpoints)) return;
  await takeUrls(step);
  await takeKinds(step);
}

// The SDK's code for it is loaded where there is such a profile alone, which is rare.

async function takeUrls({ env, runner }: Step): Promise<void> {
  const endpoints = await import('@smithy/core/endpoints');
  const byCertificate = CERTIFICATE_INPUTS.some((name) => env[variableOf(name)]);
  const bySignIn = SSO_INPUTS.some((name) => env[variableOf(name)]);
  const others = [...(byCertificate ? WITH_CERTIFICATE : []), ...(bySignIn ? WITH_SIGN_IN : [])];
  for (const service of [...SERVICES, ...others]) {
    const variable = `AWS_ENDPOINT_URL_${service}`;
    const url = await endpoints
      .resolveEndpointConfig<object>({ serviceId: service } as EndpointSettings)
      .serviceConfiguredEndpoint?.();
    const ofVariable = endpointVariable(service, env);
    if (!url && ofVariable !== undefined) {
      env.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS = 'true';
      runner.info(`${ofVariable} is ignored, as the profile ${profileIn(env)} says (ignore_configured_endpoint_urls).`);
    }
    if (!url || [env[variable], env.AWS_ENDPOINT_URL].includes(url)) continue;
    secretsInUrl(url).forEach(runner.mask);
    env[variable] = url;
    runner.info(`${variable} is taken from endpoint_url of the profile ${profileIn(env)}.`);
  }
}

async function takeKinds({ env, runner }: Step): Promise<void> {
  const { loadConfig } = await import('@smithy/core/config');
  for (const [variable, setting] of KINDS) {
    const found = await loadConfig({
      environmentVariableSelector: (from) => (from[variable] === '' ? undefined : from[variable]),
      configFileSelector: (from) => from[setting],
      default: '',
    })();
    if (!TRUE.test(found) || env[variable] === 'true') continue;
    env[variable] = 'true';
    runner.info(`${variable} is taken from ${setting} of the profile ${profileIn(env)}.`);
  }
}

function profileIn({ AWS_PROFILE }: NodeJS.ProcessEnv): string {
  return AWS_PROFILE === undefined || AWS_PROFILE === '' ? 'default' : AWS_PROFILE;
}

function isAboutEndpoints(path: string): boolean {
  try {
    return statSync(path).isFile() && ABOUT_ENDPOINTS.test(readFileSync(path, 'utf8'));
  } catch {
    return false;
  }
}
