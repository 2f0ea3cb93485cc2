import { ActionError, type Explanation } from '../errors/action-error';
import { codeOf, wordsOf } from '../errors/message';
import { AnswerTooLongError } from '../network/answer-size';
import { meaningOf } from '../network/connection-failure';
import { isNoAnswer, isOutageStatus, UnusualAnswerError } from '../network/failure';
import { ProxyError, UNAUTHORIZED } from '../network/proxy-error';
import { longerThanAnyWait } from '../network/retry';
import { restRefusalOf, type RestFailures, type RestRefusal } from './failure';

/** What of an explanation depends on the service that was called. */
export interface RestService {
  /** Within a sentence: `GitHub`. */
  readonly name: string;
  /** What of it is called, within a sentence: `GitHub's API`. */
  readonly server: string;
  /** What decides how a request goes to it, completing "Check …". */
  readonly route: string;
  readonly failures: RestFailures;
  /** What an error means that this service alone has, if it does. */
  readonly meaning: (error: unknown) => Explanation | undefined;
}

/**
 * The error to show the user when a service did not do what was asked of it. One that is explained already stays as it is.
 *
 * @param tried completes "Could not …"
 */
export function explainRest(error: unknown, tried: string, service: RestService): ActionError {
  if (error instanceof ActionError) return error;
  const refusal = restRefusalOf(error);
  const answer = refusal
    ? `HTTP ${refusal.status} to ${refusal.method} ${refusal.url}${refusal.words && `: ${refusal.words}`}`
    : wordsOf(error);
  const { retryOf, waitAskedIn } = service.failures;
  const waited = retryOf(error) === 'final' ? undefined : longerThanAnyWait(waitAskedIn(error), service.name);
  return new ActionError({ tried, answer, ...explanationOf(error, service), ...waited, cause: error });
}

function explanationOf(error: unknown, service: RestService): Explanation {
  const refusal = restRefusalOf(error);
  if (refusal?.status === 407) return UNAUTHORIZED;
  return service.meaning(error) ?? (refusal ? explainRefusal(refusal, service) : explainNoRefusal(error, service));
}

function explainRefusal({ status }: RestRefusal, service: RestService): Explanation {
  if (status < 400 || status === 501) return unusual(service);
  if (!isOutageStatus(status)) return unexpected(service);
  return {
    code: 'service-unavailable',
    why: `${service.name} has a problem; the attempts, or the time for them, were used up.`,
    fix: `See the status page of ${service.name}, and run the step again.`,
  };
}

/** The service was not reached, or something else answered in its place. */
function explainNoRefusal(error: unknown, service: RestService): Explanation {
  if (error instanceof UnusualAnswerError || error instanceof AnswerTooLongError) return unusual(service);
  if (error instanceof ProxyError) return error.explanation;
  const { name, server, route } = service;
  const fix = `Check ${route} and the network of the runner (http-proxy is for AWS only); then see the status page of ${name}.`;
  if (isNoAnswer(error)) return { code: 'no-answer', why: `${server} did not answer in time.`, fix };
  const code = codeOf(error);
  return code === undefined ? unexpected(service) : { code: 'connection-failed', fix, ...meaningOf(code, server) };
}

function unexpected({ name }: RestService): Explanation {
  return {
    code: 'unexpected',
    fix: `Look the words up in the documentation of ${name}; if this action is at fault, please report it.`,
  };
}

/** Something else answered, or the answer was cut off. */
export function unusual({ name, server, route }: Omit<RestService, 'meaning'>): Explanation {
  return {
    code: 'unusual-answer',
    why: `What answered is not ${server}, or not in working order: a proxy, a portal, another server.`,
    fix: `Check ${route}, and what is between the runner and ${name}.`,
  };
}
