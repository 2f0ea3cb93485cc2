import { agentsFor, type Agents } from '../network/agents';
import type { CallSettings } from '../network/call';
import type { Clock } from '../network/clock';
import { requestJson } from '../network/request';
import { callRest, type Attempt, type RestRequest } from '../rest/call';
import { RestRefusal } from '../rest/failure';
import { TERRAFORM_FAILURES, wordsIn } from './failure';

/** One request of the API of HCP Terraform, and what is made of its answer. */
export interface ApiRequest<T> extends RestRequest {
  readonly query?: Readonly<Record<string, string>>;
  /** A resource, as JSON:API has it. */
  readonly data?: object;
  readonly read: (answer: unknown) => T;
}

/**
 * Makes a request, as often as its kind of failure allows, and reads the answer.
 *
 * @throws RestRefusal, and what `read` throws
 */
export type TerraformApi = <T>(request: ApiRequest<T>) => Promise<T>;

/**
 * Requests that begin within a second, at most: two thirds of what HCP Terraform allows to all tokens of a user, as other
 * jobs may have one, too.
 */
const REQUESTS_IN_A_SECOND = 20;

const JSON_API = 'application/vnd.api+json';

/**
 * Opens a connection to the API of a server, on which the token authorizes. No redirect is followed: another server would
 * learn the token.
 * https://developer.hashicorp.com/terraform/cloud-docs/api-docs
 *
 * @param server its URL, such as `https://app.terraform.io`
 */
export function terraformApi(server: string, token: string, settings: CallSettings): TerraformApi {
  const base = `${server}/api/v2`;
  let opened: Promise<Agents> | undefined;
  const turn = turns(settings.clock);
  return async ({ query = {}, data, read, ...asked }) => {
    const { method } = asked;
    const url = new URL(base + asked.path);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const body = data && JSON.stringify({ data });
    const headers = {
      accept: JSON_API,
      authorization: `Bearer ${token}`,
      ...(body !== undefined && { 'content-type': JSON_API }),
    };
    const send = async (attempt: Attempt) => {
      opened ??= agentsFor(url);
      const sent = { method, url, headers, ...(body !== undefined && { body }), ...attempt };
      const answer = await requestJson(sent, await opened);
      if (answer.status >= 200 && answer.status < 300) return read(answer.data);
      throw new RestRefusal(sent, answer, wordsIn(answer.data));
    };
    await turn();
    return callRest({ ...asked, path: url.pathname }, send, TERRAFORM_FAILURES, settings);
  };
}

/** What each waits for in turn, so that no more begin within a second. */
function turns(clock: Clock): () => Promise<void> {
  const begun: number[] = [];
  return async () => {
    const now = clock.now();
    const at = Math.max(now, (begun.at(-REQUESTS_IN_A_SECOND) ?? -Infinity) + 1000);
    begun.push(at);
    if (begun.length > REQUESTS_IN_A_SECOND) begun.shift();
    if (at > now) await clock.sleep(at - now);
  };
}
