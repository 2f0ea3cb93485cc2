import { fieldIn, textIn } from '../network/request';
import { restFailures, type RestRefusal } from '../rest/failure';

export const TERRAFORM_FAILURES = restFailures({ isReached: ({ status }) => status === 429, waitAskedIn });

/** What the token needs of the variables of a workspace, as the server names it. */
export const VARIABLE_RIGHTS = ['read', 'update'] as const;
export type VariableRight = (typeof VARIABLE_RIGHTS)[number];

/** The token may see a workspace, and not do this with its variables. */
export class VariablesDeniedError extends Error {
  override readonly name = 'VariablesDeniedError';

  constructor(readonly right: VariableRight) {
    super(`the permission can-${right}-variable is false`);
  }
}

/** What the errors of an answer say: objects of JSON:API, or plain texts. https://jsonapi.org/format/#error-objects */
export function wordsIn(data: unknown): string {
  const errors = fieldIn(data, 'errors');
  if (!Array.isArray(errors)) return '';
  return errors.map((error: unknown) => (typeof error === 'string' ? error : wordsOfOne(error))).join('; ');
}

function wordsOfOne(error: unknown): string {
  const parts = [textIn(error, 'title'), textIn(error, 'detail')].filter((text) => text !== undefined);
  return parts.join(': ');
}

/**
 * Seconds until the limit begins again, with decimals.
 * https://developer.hashicorp.com/terraform/cloud-docs/api-docs#rate-limiting
 */
function waitAskedIn({ status, headers }: RestRefusal): number | undefined {
  const ms = status === 429 ? Number(headers['x-ratelimit-reset'] ?? Number.NaN) * 1000 : Number.NaN;
  return ms > 0 && Number.isFinite(ms) ? ms : undefined;
}
