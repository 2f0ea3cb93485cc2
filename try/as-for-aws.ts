import { inputVariables, readActionMetadata } from '../sandbox/runner/action-metadata';
import { PROJECT } from '../sandbox/runner/processes';
import { ActionError } from '../src/errors/action-error';
import { readRequest } from '../src/inputs/read-request';

/** By which a step takes its endpoints for those of AWS. */
const AS_FOR_AWS = { AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' };

/**
 * What a step must find in its environment to be as strict as on GitHub. The local AWS is at an endpoint of its own, as
 * another vendor's service is, whose regions, ARNs and limits this action does not know. A step whose inputs it refuses
 * for AWS ends before any call, so it cannot reach AWS.
 *
 * @param env what the step finds otherwise, but for its inputs
 */
export async function asForAws(
  inputs: Readonly<Record<string, string>>,
  env: NodeJS.ProcessEnv,
): Promise<Readonly<Record<string, string>>> {
  const variables = inputVariables(readActionMetadata(PROJECT), inputs);
  try {
    await readRequest({ ...env, ...variables, ...AS_FOR_AWS });
    return {};
  } catch (error) {
    if (error instanceof ActionError) return AS_FOR_AWS;
    throw error;
  }
}
