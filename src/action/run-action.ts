import { readRequest } from '../inputs/read-request';
import { rolesIn } from '../inputs/request';
import { maskAccountsIn, maskInputs } from '../runner/masks';
import type { Step } from '../runner/step';
import { runRequest } from './pipeline';
import { reportFailure } from './report-failure';

/** Reads what is asked for and does it. Whatever fails is caught here, and reported. */
export async function runAction(step: Step): Promise<void> {
  const { runner, env } = step;
  try {
    maskInputs(step);
    const { request, warnings } = await readRequest(env);
    if (request.maskAccountId) maskAccountsIn(JSON.stringify(rolesIn(request)), step);
    warnings.forEach(runner.warning);
    await runRequest(request, step);
  } catch (error) {
    await reportFailure(error, step);
  }
}
