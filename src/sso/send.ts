import { requestOfAws } from '../aws/json-request';
import type { Agents } from '../network/agents';

/** A request to IAM Identity Center, which nothing signs. */
export interface SsoRequest {
  readonly method: 'GET' | 'POST';
  /** Begins with a slash. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
  /** Says who asks. A secret. */
  readonly accessToken?: string;
}

/** Sends a request to one of the services of IAM Identity Center, and gives what its JSON holds. */
export type Send = (request: SsoRequest) => Promise<unknown>;

/**
 * @param endpoint may have a path of its own
 * @throws JsonRefusal when it is refused
 */
export async function sendTo(
  endpoint: URL,
  agents: Agents,
  { method, path, query = {}, body, accessToken }: SsoRequest,
  signal: AbortSignal,
): Promise<unknown> {
  const url = new URL(endpoint);
  url.pathname = `${url.pathname.replace(/\/$/, '')}${path}`;
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const headers = {
    ...(body && { 'content-type': 'application/json' }),
    ...(accessToken !== undefined && { 'x-amz-sso_bearer_token': accessToken }),
  };
  const sent = { method, url, headers, signal, ...(body && { body: JSON.stringify(body) }) };
  return (await requestOfAws(sent, agents)).data;
}
