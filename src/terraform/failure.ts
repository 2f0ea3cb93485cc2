import { AWS_FAILURES, retryOf } from '../aws/failure';
import { fieldIn, textIn } from '../network/request';
import { retryAfterIn, type Failures, type Retry } from '../network/retry';

/** HCP Terraform's refusal, as it was answered. */
export interface TerraformRefusal {
  readonly status: number;
  readonly words: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, unknown>>;
  readonly method: string;
  readonly url: string;
}

/** HCP Terraform refused a request. */
export class TerraformRefusedError extends Error implements TerraformRefusal {
  override readonly name = 'TerraformRefusedError';
  readonly status: number;
  readonly words: string;
  readonly headers: TerraformRefusal['headers'];
  readonly method: string;
  readonly url: string;

  constructor({ status, words, headers, method, url }: TerraformRefusal) {
    super(`HTTP ${status}${words && `: ${words}`}`);
    this.status = status;
    this.words = words;
    this.headers = headers;
    this.method = method;
    this.url = url;
  }
}

export const TERRAFORM_FAILURES: Failures = { ...AWS_FAILURES, retryOf: retryOfTerraform, waitAskedIn };

/** The refusal in an error, or undefined when HCP Terraform did not answer with one. */
export function terraformRefusalOf(error: unknown): TerraformRefusal | undefined {
  return error instanceof TerraformRefusedError ? error : undefined;
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

/** Whether a failed request can succeed when it is made again. */
export function retryOfTerraform(error: unknown): Retry {
  const refusal = terraformRefusalOf(error);
  if (!refusal) return retryOf(error);
  if (refusal.status === 429) return 'throttled';
  return refusal.status >= 500 ? 'transient' : 'final';
}

/**
 * Whether a request that left, and failed with this error, may have been carried out all the same, or may be later: only a
 * refusal in HCP Terraform's words says that it was not. What stands between may give up sooner.
 */
export function mayHaveActed(error: unknown): boolean {
  const refusal = terraformRefusalOf(error);
  if (!refusal) return true;
  const { status, words } = refusal;
  return status < 400 || status >= 500 || status === 408 || (words === '' && status !== 407 && status !== 429);
}

/**
 * How long HCP Terraform asks to wait, in milliseconds: seconds until its limit begins again, with decimals.
 * https://developer.hashicorp.com/terraform/cloud-docs/api-docs#rate-limiting
 */
function waitAskedIn(error: unknown): number | undefined {
  const refusal = terraformRefusalOf(error);
  if (!refusal) return undefined;
  const reset = refusal.status === 429 ? Number(refusal.headers['x-ratelimit-reset'] ?? Number.NaN) * 1000 : Number.NaN;
  return retryAfterIn(refusal.headers) ?? (reset > 0 && Number.isFinite(reset) ? reset : undefined);
}
