import { explainFailure, type FailedCall, type RefusalRule } from '../aws/explain';
import type { ActionError } from '../errors/action-error';
import type { SsoService } from './endpoints';

/** A call to IAM Identity Center that failed. */
export interface SsoCall extends FailedCall {
  readonly operation: string;
}

/** The error to show the user for a failed call to IAM Identity Center. */
export function explainSso(error: unknown, failed: SsoCall, service: SsoService): ActionError {
  const rules = { SSO_OIDC: OIDC_RULES, SSO: PORTAL_RULES }[service];
  return explainFailure(error, failed, {
    endpoint: `AWS_ENDPOINT_URL_${service}`,
    regionInput: 'sso-region',
    rules,
  });
}

/**
 * Refusals of the OIDC service.
 * https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/API_CreateToken.html#API_CreateToken_Errors
 */
const OIDC_RULES: readonly RefusalRule<SsoCall>[] = [
  ({ code }) => code === 'ExpiredToken' && NOT_APPROVED,
  // A code is good for one token.
  ({ code }, { operation }) =>
    operation === 'CreateToken' &&
    code === 'InvalidGrant' && {
      code: 'sign-in-lost',
      why: 'The code is used up: as a rule, it was approved, and the answer with the access token was lost on its way. There is then a sign-in that this job cannot end: it lasts until it expires by itself.',
      fix: 'Run the job again, and approve its new code. Whoever administers IAM Identity Center can end the sign-in that was lost: in the settings of the user, under "Active sessions".',
    },
  ({ code }) =>
    code === 'AccessDenied' && {
      code: 'sign-in-refused',
      why: 'Whoever opened the page did not approve the sign-in, or may not sign in at this portal.',
      fix: 'Run the job again, and approve the sign-in. If it was not refused by hand: ask who administers IAM Identity Center whether the user, and the key that it is encrypted with, allow it.',
    },
  ({ code }, { operation, region }) =>
    operation === 'StartDeviceAuthorization' &&
    /^(InvalidRequest|UnauthorizedClient|InvalidClient|Validation|ResourceNotFound)$/.test(code) && {
      code: 'sso-start-url-refused',
      why: `IAM Identity Center in ${region} has no portal with this URL: it is misspelt, or of an instance in another region.`,
      fix: 'Copy sso-start-url ("AWS access portal URL") and sso-region from the settings page of IAM Identity Center, or from the access portal: "Access keys".',
    },
];

/**
 * Refusals of the portal. Those that people meet are not in its documentation.
 * https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/API_GetRoleCredentials.html
 */
const PORTAL_RULES: readonly RefusalRule<SsoCall>[] = [
  ({ code }) => code === 'Unauthorized' && SIGN_IN_ENDED,
  ({ code }) =>
    /^(Forbidden|AccessDenied|ResourceNotFound|InvalidRequest)$/.test(code) && {
      code: 'sso-role-refused',
      why: 'Who signed in has no such role in this account: it is not assigned, or the name is not that of the permission set.',
      fix: 'Correct sso-account-id and sso-role-name, or have the permission set assigned in IAM Identity Center.',
    },
];

/** Nobody approved a sign-in in time. */
export const NOT_APPROVED = {
  code: 'sign-in-not-approved',
  why: 'Nobody opened the page and approved the sign-in before its code expired.',
  fix: 'Run the job again and watch its log: the URL and the code are in it as soon as the step runs.',
} as const;

/** A token that is no longer good. */
export const SIGN_IN_ENDED = {
  code: 'sign-in-ended',
  why: 'The sign-in is over: it has lasted as long as IAM Identity Center, or the identity provider behind it, lets one last; or it was ended.',
  fix: 'Run the job again and sign in. For longer jobs, have the session duration raised in the settings of IAM Identity Center.',
} as const;
