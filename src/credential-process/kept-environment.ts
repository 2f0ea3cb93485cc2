import { isInputVariable } from '../inputs/input-names';
import { replaceVariables } from '../runner/return-to-route';

/** Variables other than inputs that decide how a session is obtained, and what it and its errors say of the job. */
const KEPT_VARIABLES = [
  /^AWS_\w+$/,
  /^ACTIONS_ID_TOKEN_REQUEST_(URL|TOKEN)$/,
  /^GITHUB_(ACTION\w*|ACTOR|BASE_REF|EVENT_NAME|HEAD_REF|JOB|REF|REPOSITORY|RUN_ID|SERVER_URL|SHA)$/,
  /^GITHUB_(TRIGGERING_ACTOR|WORKFLOW|WORKSPACE)$/,
  /^(HTTPS?|ALL|NO)_PROXY$/i,
  /^(HOME|USERPROFILE|NODE_EXTRA_CA_CERTS|NODE_USE_SYSTEM_CA)$/,
];
/** GitHub gives every step those with which it can ask for a token. The newest are the best. */
const LIVE = ['ACTIONS_ID_TOKEN_REQUEST_URL', 'ACTIONS_ID_TOKEN_REQUEST_TOKEN'] as const;

/**
 * The part of a step's environment from which its request can be read again later. It holds secrets.
 *
 * @param folder the step's working directory: paths in variables, and in profiles that they name, can be relative to it
 */
export function environmentToKeep(env: NodeJS.ProcessEnv, folder: string): Record<string, string> {
  const entries = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { ...Object.fromEntries(entries.filter(([name]) => isKept(name))), PWD: folder };
}

/** Puts an environment back in which the request reads, and AWS's SDK finds credentials, as in the step. */
export function returnTo(kept: Readonly<Record<string, string>>, env: NodeJS.ProcessEnv): void {
  const live = LIVE.every((name) => env[name]) ? Object.fromEntries(LIVE.map((name) => [name, env[name]])) : {};
  replaceVariables(isKept, { ...kept, ...live }, env);
}

function isKept(name: string): boolean {
  return isInputVariable(name) || KEPT_VARIABLES.some((names) => names.test(name));
}
