import { trustCertificatesIn, trustSystem } from '../network/certificates';
import { isAboutCalls } from './route';

/** Lets calls to AWS go where they went in the step, and as whom, whatever later steps have put into the environment. */
export function returnToRoute(kept: Readonly<Record<string, string>>, env: NodeJS.ProcessEnv): void {
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
