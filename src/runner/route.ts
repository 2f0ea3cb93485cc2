import { isInputVariable, isSecretInput, variableOf } from '../inputs/input-names';

/** Variables that decide where calls to AWS go, and how they get there. */
const ABOUT_CALLS = [
  /^AWS_(ENDPOINT_URL(_\w+)?|IGNORE_CONFIGURED_ENDPOINT_URLS|USE_(FIPS|DUALSTACK)_ENDPOINT)$/,
  /^AWS_(REGION|DEFAULT_REGION|CA_BUNDLE)$/,
  /^(HTTPS?|ALL|NO)_PROXY$/i,
  /^NODE_(EXTRA_CA_CERTS|USE_SYSTEM_CA)$/,
];

/**
 * The part of a step's environment that decides where its calls go, and as whom: region, endpoints, proxies, whom to
 * trust; and all inputs, with the variables that stand in for some. The URL of a proxy or an endpoint may hold a password.
 * Inputs that are secrets themselves are not kept: the runner passes these on again. The document is not needed again.
 */
export function routeToKeep(env: NodeJS.ProcessEnv): Record<string, string> {
  const entries = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(entries.filter(([name]) => isAboutCalls(name)));
}

/** Whether a variable, by its name, is of this kind. */
export function isAboutCalls(name: string): boolean {
  if (isInputVariable(name)) return !isSecretInput(name) && name !== variableOf('identities');
  return ABOUT_CALLS.some((names) => names.test(name));
}
