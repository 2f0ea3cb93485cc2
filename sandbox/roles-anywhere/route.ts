import { Refusal } from '../http/refusal';
import type { Answer, IncomingRequest } from '../http/request';
import type { Route } from '../http/route';

/** What a request asks for, by name, wherever in it that is. */
export type Parameters = Readonly<Record<string, string>>;

/** A route to IAM Roles Anywhere, which answers and refuses in JSON. */
export function rolesAnywhereRoute(
  action: string,
  { query, body }: IncomingRequest,
  respond: (params: Parameters) => { readonly caller: string; readonly answer: object },
): Route {
  const params = { ...Object.fromEntries(query), ...inBody(body) };
  const refuse = ({ status, code, message }: Refusal): Answer => ({
    status,
    headers: { 'content-type': 'application/json', 'x-amzn-ErrorType': code },
    body: JSON.stringify({ message }),
  });
  return {
    service: 'rolesanywhere',
    action,
    params,
    refuse,
    respond(record) {
      try {
        const { caller, answer } = respond(params);
        record.caller = caller;
        return Promise.resolve({
          status: 201,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(answer),
        });
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        record.errorCode = error.code;
        return Promise.resolve(refuse(error));
      }
    },
  };
}

function inBody(body: string): Parameters {
  try {
    const value = JSON.parse(body) as Readonly<Record<string, unknown>>;
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, String(one)]));
  } catch {
    return {};
  }
}
