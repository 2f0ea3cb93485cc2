import { isInputVariable, isSecretInput, variableOf } from '../inputs/input-names';
import { trustCertificatesIn, trustSystem } from '../network/certificates';

type Environment = Readonly<Record<string, string>>;

/** Variables that decide where calls to AWS and HCP Terraform go, and how they get there. */
const ABOUT_CALLS = [
  /^AWS_(ENDPOINT_URL(_\w+)?|IGNORE_CONFIGURED_ENDPOINT_URLS|USE_(FIPS|DUALSTACK)_ENDPOINT)$/,
  /^AWS_(REGION|DEFAULT_REGION|CA_BUNDLE)$/,
  /^(HTTPS?|ALL|NO)_PROXY$/i,
  /^TFE_ADDRESS$/,
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

/** Lets calls to AWS go where they went in the step, and as whom, whatever later steps have put into the environment. */
export function returnToRoute(kept: Environment, env: NodeJS.ProcessEnv): void {
  replaceVariables(isAboutCalls, kept, env);
}

/**
 * Sets these variables, and removes all others of their kind. Some of them Node has read already, when this process
 * started: what they say now is done now.
 *
 * @param isOfKind by the name
 */
export function replaceVariables(
  isOfKind: (name: string) => boolean,
  variables: NodeJS.ProcessEnv,
  env: NodeJS.ProcessEnv,
): void {
  const { NODE_EXTRA_CA_CERTS: certificatesBefore, NODE_USE_SYSTEM_CA: systemBefore } = env;
  for (const name of Object.keys(env).filter(isOfKind)) Reflect.deleteProperty(env, name);
  Object.assign(env, variables);
  const { NODE_EXTRA_CA_CERTS: certificates, NODE_USE_SYSTEM_CA: system } = env;
  if (certificates && certificates !== certificatesBefore) trustCertificatesIn(certificates);
  if (system === '1' && systemBefore !== '1') trustSystem();
}

function isAboutCalls(name: string): boolean {
  if (isInputVariable(name)) return !isSecretInput(name) && name !== variableOf('identities');
  return ABOUT_CALLS.some((names) => names.test(name));
}
