import { ActionError, type Explanation } from '../errors/action-error';
import { codeOf } from '../errors/message';
import { meaningOf } from '../network/connection-failure';
import { isNoAnswer, UnusualAnswerError } from '../network/failure';
import { ProxyError, UNAUTHORIZED } from '../network/proxy-error';
import { longerThanAnyWait } from '../network/retry';
import { explainDenial } from './denial';
import {
  answerIn,
  isOperationLacking,
  isOutage,
  refusalOf,
  retryOf,
  skewIn,
  statusOfAnswer,
  waitAskedIn,
  type Refusal,
} from './failure';

/** A call to a service of AWS that failed. */
export interface FailedCall {
  /** What was tried, completing "Could not …". */
  readonly tried: string;
  readonly region: string;
}

/** What a refusal means, by the rule of a service. */
export interface RefusalMeaning extends Explanation {
  /**
   * What helps as well where AWS's words say which kind of policy refused it. They then explain the refusal, and not the
   * rule: to allow a call elsewhere ends no Deny.
   */
  readonly also?: string;
}

/** What a refusal means, if the rule knows. */
export type RefusalRule<Call extends FailedCall> = (refusal: Refusal, call: Call) => RefusalMeaning | false | undefined;

/** What of an explanation depends on the service that was called. */
export interface Service<Call extends FailedCall> {
  /** The input, or the variable, that sets its endpoint. */
  readonly endpoint: string;
  /** The input that says in which region it is: `aws-region` if omitted. */
  readonly regionInput?: string;
  /** What its refusals mean: asked in this order, before those that all services share. */
  readonly rules: readonly RefusalRule<Call>[];
}

/** How far apart two clocks may be before AWS refuses a signature is 5 minutes: so much is no cause. */
const INNOCENT_SKEW_MS = 4 * 60_000;

/** The error to show the user for a failed call to AWS. One that is explained already stays as it is. */
export function explainFailure<Call extends FailedCall>(
  error: unknown,
  call: Call,
  service: Service<Call>,
): ActionError {
  if (error instanceof ActionError) return error;
  const refusal = refusalOf(error);
  return new ActionError({ tried: call.tried, answer: answerIn(error), ...explanation(), cause: error });

  function explanation(): Explanation {
    if (retryOf(error) === 'throttled') return waitedFor(THROTTLED);
    if (!refusal) return explainNoRefusal(error, call, service);
    const meaning = explainRefusal(refusal, call, service);
    return meaning.code === 'service-unavailable' ? waitedFor(meaning) : meaning;
  }

  function waitedFor(meaning: Explanation): Explanation {
    return { ...meaning, ...longerThanAnyWait(waitAskedIn(error), 'AWS') };
  }
}

/** The error for an answer that says it succeeded, but lacks what it must hold. */
export function unusualAnswer(tried: string, missing: string, endpoint: string): ActionError {
  return explainFailure(new UnusualAnswerError(missing), { tried, region: '' }, { endpoint, rules: [] });
}

const THROTTLED: Explanation = {
  code: 'throttled',
  why: 'More requests reached AWS at once than it serves; the attempts, or the time for them, were used up.',
  fix:
    'Let fewer jobs start at the same moment. If retry-max-attempts or disable-retry allows fewer attempts than usual, ' +
    'omit it.',
};

function explainRefusal<Call extends FailedCall>(
  refusal: Refusal,
  call: Call,
  { rules, endpoint }: Service<Call>,
): Explanation {
  if (isOperationLacking(refusal)) {
    return {
      code: 'unusual-answer',
      why: `The service at ${endpoint} does not have this operation, as AWS has.`,
      fix: `Check ${endpoint}. If another vendor's service is meant: use only what it offers.`,
    };
  }
  for (const asked of [refusal, ...(OTHER_DENIALS.test(refusal.code) ? [{ ...refusal, code: 'AccessDenied' }] : [])]) {
    for (const rule of [...rules, ...RULES_OF_ALL]) {
      const meaning = rule(asked, call);
      if (meaning) return asked.code === 'AccessDenied' ? byPolicy(asked, meaning) : meaning;
    }
  }
  if (isOutage(refusal)) {
    return {
      code: 'service-unavailable',
      why: `AWS, or the service at ${endpoint}, has a problem; the attempts, or the time for them, were used up.`,
      fix: "See AWS's status page, https://health.aws.amazon.com, and run the job again.",
    };
  }
  return {
    code: 'unexpected',
    fix: "Look AWS's words up in the AWS documentation; if this action is at fault, please report it.",
  };
}

/** What AWS, and others who speak its protocol, also call AccessDenied: asked about as that, where no rule knows the code itself. */
const OTHER_DENIALS = /^(Unauthorized|NotAuthorized|UnauthorizedOperation|AuthorizationError|Forbidden)$/;

/** The meaning of a refusal, by what AWS's words say of policies, where they say something. */
function byPolicy(refusal: Refusal, meaning: RefusalMeaning): Explanation {
  const denial = explainDenial(refusal);
  if (!denial) return meaning;
  const { code, also } = meaning;
  return { code, why: denial.why, fix: [denial.fix, also].filter(Boolean).join(' ') };
}

/** What every service refuses alike. */
const RULES_OF_ALL: readonly RefusalRule<FailedCall>[] = [
  ({ code }) =>
    code === 'AccessDenied' && {
      code: 'access-denied',
      why: 'A policy denies the call to these credentials, or none allows it.',
      fix: 'Check the policies of whom they belong to; docs/permissions.md has the whole policy that each mode needs.',
    },
  ({ code }) =>
    /^(ExpiredToken|TokenRefreshRequired)$/.test(code) && {
      code: 'source-credentials-expired',
      why: 'The credentials that sign the request are temporary and have expired.',
      fix: 'Obtain new ones closer to this step, or for longer (role-duration-seconds); or give the step role-to-assume, so that it has a session of its own.',
    },
  (refusal) => {
    const { code, message } = refusal;
    if (!/^(SignatureDoesNotMatch|RequestExpired|RequestTimeTooSkewed|InvalidClientTokenId)$/.test(code)) return false;
    const isCertain = /Signature (expired|not yet current)/.test(message) || code.startsWith('Request');
    return explainSkew(refusal, 'AWS allows 5 minutes.') ?? (isCertain && lateRequest(refusal));
  },
  ({ code, message }, { region }) =>
    code === 'SignatureDoesNotMatch' &&
    /scoped to/i.test(message) && {
      code: 'unusual-answer',
      why: `The request is signed for ${region} and for its service: the endpoint is that of another region or service.`,
      fix: `Set aws-region to the region of the endpoint, or give the endpoint of ${region}.`,
    },
  ({ code }) =>
    code === 'MissingAuthenticationToken' && {
      code: 'unusual-answer',
      why: 'The request came without its signature: something on the way, such as a proxy, removed the header Authorization; or another service answered.',
      fix: 'Check the endpoint, http-proxy and no-proxy, and what is between the runner and AWS.',
    },
  ({ code }) =>
    code === 'IncompleteSignature' && {
      code: 'invalid-credentials',
      why: 'AWS cannot read the signature: the access key ID is none, or something on the way, such as a proxy, changed the header Authorization.',
      fix: 'Check the secrets from which the keys come: copied whole, each in the right input. If they are right, check http-proxy and no-proxy.',
    },
  ({ code }) =>
    code === 'InvalidToken' && {
      code: 'invalid-credentials',
      why: 'AWS cannot read the session token: it is cut off, or was made elsewhere than the keys.',
      fix: 'Check the secrets or variables from which the keys come: all three of one session, copied whole.',
    },
  ({ code }) =>
    /^(OptInRequired|SubscriptionRequired)$/.test(code) && {
      code: 'access-denied',
      why: 'The account to which the keys belong is not active, or not signed up for the service.',
      fix: 'Finish its registration in the AWS console (a new account can take a day), or use credentials of another account.',
    },
  ({ code, status }) =>
    (/^(SignatureDoesNotMatch|InvalidClientTokenId|InvalidAccessKeyId|UnrecognizedClient)$/.test(code) ||
      (code === 'Unauthorized' && status === 401)) && {
      code: 'invalid-credentials',
      why:
        code === 'SignatureDoesNotMatch'
          ? 'The secret access key does not belong to the access key ID.'
          : 'AWS does not know the access key ID: it is deleted, inactive, lacks its session token, or is of another partition.',
      fix: 'Check the secrets from which the keys come: copied whole, current, each in the right input.',
    },
  ({ code }, { region }) =>
    code === 'RegionDisabled' && {
      code: 'region-disabled',
      why: `The account has not enabled ${region}, or STS in it.`,
      fix: 'Enable the region for the account, or set aws-region to one that is.',
    },
];

/** AWS found the time of a signature more than 5 minutes off, and no clock shows why. */
function lateRequest({ date }: Refusal): Explanation {
  return {
    code: 'clock-skew',
    why:
      (date
        ? "This machine's clock is right now. So the request was held back or repeated on its way, by a proxy for example, "
        : "This machine's clock is off; or the request was held back or repeated on its way, by a proxy for example, ") +
      'or the machine slept in the meantime. AWS allows 5 minutes.',
    fix: `${date ? 'Run the job again' : "Check the runner's clock"}. If it stays: check the proxy (http-proxy, no-proxy), or go past it.`,
  };
}

/**
 * What a refusal means if this machine's clock is off; undefined if it is not.
 *
 * @param why what that has to do with the refusal
 * @param innocentMs how far it may be off without being the cause
 */
export function explainSkew(refusal: Refusal, why: string, innocentMs = INNOCENT_SKEW_MS): Explanation | undefined {
  if (Math.abs(skewIn(refusal)) <= innocentMs) return undefined;
  return {
    code: 'clock-skew',
    why: `${skewInWords(refusal)} ${why}`,
    fix: "Set the runner's clock, for example with NTP.",
  };
}

function skewInWords(refusal: Refusal): string {
  const skewMs = skewIn(refusal);
  const [amount, unit] = Math.abs(skewMs) < 120_000 ? [skewMs / 1000, 'seconds'] : [skewMs / 60_000, 'minutes'];
  return `This machine's clock is ${Math.round(Math.abs(amount))} ${unit} ${skewMs > 0 ? 'ahead of' : 'behind'} AWS's.`;
}

/** AWS was not reached, or what answered was not AWS. */
function explainNoRefusal(
  error: unknown,
  { region }: FailedCall,
  { endpoint, regionInput = 'aws-region' }: Service<never>,
): Explanation {
  if (error instanceof ProxyError) return error.explanation;
  const status = statusOfAnswer(error);
  if (status === 407) return UNAUTHORIZED;
  if (status !== undefined || error instanceof UnusualAnswerError) {
    return {
      code: 'unusual-answer',
      why: `What answered is not AWS, or not in working order: a proxy, a portal, another service at ${endpoint}.`,
      fix: `Check ${endpoint}, http-proxy and no-proxy, and what is between the runner and AWS.`,
    };
  }
  if (isNoAnswer(error)) {
    return {
      code: 'no-answer',
      why: 'AWS, or something on the way to it, accepted the connection and did not answer in time.',
      fix: "Run the job again. If it stays: check the proxy, the firewall or the VPC endpoint, and AWS's status page.",
    };
  }
  const code = codeOf(error);
  if (code === undefined) {
    return { code: 'unexpected', fix: 'If this action is at fault, please report it with this message.' };
  }
  return {
    code: 'connection-failed',
    fix: `Check ${regionInput} and ${endpoint}, then the proxy (http-proxy, no-proxy) and the network of the runner.`,
    ...meaningOf(code, 'the endpoint'),
    ...(isUnknownHost(error, region) && { why: `There is no such host: ${region} may not be a region of AWS.` }),
  };
}

/** Whether the name of a host, in which AWS has the region, was not found. */
function isUnknownHost(error: unknown, region: string): boolean {
  const host: unknown = error instanceof Error ? Reflect.get(error, 'hostname') : undefined;
  return (
    /^(ENOTFOUND|EAI_AGAIN)$/.test(codeOf(error) ?? '') && typeof host === 'string' && host.includes(`.${region}.`)
  );
}
