import { Refusal } from '../http/refusal';
import type { Answer, RecordedRequest } from '../http/request';
import type { Route } from '../http/route';

/** Where GitHub Enterprise Server has its API. */
export const apiRoot = '/api/v3';

/** A route to GitHub, which refuses in JSON. */
export function githubRoute(
  action: string,
  params: RecordedRequest['params'],
  respond: () => Answer | Promise<Answer>,
): Route {
  const refuse = ({ status, message }: Refusal): Answer => json(status, { message });
  return {
    service: 'github',
    action,
    params,
    refuse,
    async respond(record) {
      try {
        return await respond();
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        record.errorCode = error.code;
        return refuse(error);
      }
    },
  };
}

export function json(status: number, body: object): Answer {
  return { status, headers: { 'content-type': 'application/json; charset=utf-8' }, body: JSON.stringify(body) };
}

/** A time, as GitHub's API says it. */
export function seconds(date: Date): string {
  return date.toISOString().replace(/\.\d+/, '');
}
