import { Refusal } from '../http/refusal';
import type { Answer, RecordedRequest } from '../http/request';
import type { Route } from '../http/route';

/** In the words of which of its two services something is refused. */
export type Refuse = (refusal: Refusal) => Answer;

/** A route to a service of IAM Identity Center. */
export function ssoRoute(
  action: string,
  params: RecordedRequest['params'],
  refuse: Refuse,
  respond: () => object | undefined,
): Route {
  return {
    service: 'sso',
    action,
    params,
    refuse,
    respond(record) {
      try {
        return Promise.resolve(json(200, respond()));
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        record.errorCode = error.code;
        return Promise.resolve(refuse(error));
      }
    },
  };
}

export function json(status: number, body: object | undefined, headers: Answer['headers'] = {}): Answer {
  const text = body === undefined ? '' : JSON.stringify(body);
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: text };
}
