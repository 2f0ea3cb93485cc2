import { agentsFor, type Agents } from '../network/agents';
import { call, type CallSettings } from '../network/call';
import { requestJson, type JsonRequest } from '../network/request';
import { mayHaveActed, TERRAFORM_FAILURES, TerraformRefusedError, wordsIn } from './failure';

/** One request of the API of HCP Terraform, and what is made of its answer. */
export interface ApiRequest<T> {
  readonly method: JsonRequest['method'];
  /** Begins with a slash. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** A resource, as JSON:API has it. */
  readonly data?: object;
  readonly read: (answer: unknown) => T;
  /** Called at once, for each attempt, when the request has left and nobody said what became of it. */
  readonly onUnanswered?: (() => void) | undefined;
}

/**
 * Makes a request, as often as its kind of failure allows, and reads the answer.
 *
 * @throws TerraformRefusedError, and what `read` throws
 */
export type TerraformApi = <T>(request: ApiRequest<T>) => Promise<T>;

const JSON_API = 'application/vnd.api+json';

/**
 * Opens a connection to the API of a server, on which the token authorizes. No redirect is followed: another server would
 * learn the token.
 * https://developer.hashicorp.com/terraform/cloud-docs/api-docs
 *
 * @param address of the server, such as `https://app.terraform.io`
 */
export function terraformApi(address: string, token: string, settings: CallSettings): TerraformApi {
  const base = `${address.replace(/\/+$/, '')}/api/v2`;
  let opened: Promise<Agents> | undefined;
  return ({ method, path, query = {}, data, read, onUnanswered }) => {
    const url = new URL(base + path);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const body = data && JSON.stringify({ data });
    const headers = {
      accept: JSON_API,
      authorization: `Bearer ${token}`,
      ...(body !== undefined && { 'content-type': JSON_API }),
    };
    let hasLeft = false;
    const request = async (signal: AbortSignal) => {
      hasLeft = false;
      const onSent = () => void (hasLeft = true);
      opened ??= agentsFor(url);
      const sent = { method, url, headers, signal, onSent, ...(body !== undefined && { body }) };
      const answer = await requestJson(sent, await opened);
      const { status } = answer;
      if (status >= 200 && status < 300) return read(answer.data);
      throw new TerraformRefusedError({ ...answer, words: wordsIn(answer.data), method, url: url.href });
    };
    const onFailure = (error: unknown) => {
      if (hasLeft && mayHaveActed(error)) onUnanswered?.();
    };
    return call(`${method} ${url.pathname}`, request, TERRAFORM_FAILURES, settings, onFailure);
  };
}
