import { accountOfArn, partitionOfArn } from '../aws/arn';
import { explainFailure, explainSkew, type FailedCall, type RefusalRule } from '../aws/explain';
import { skewIn, type Refusal } from '../aws/failure';
import { ActionError, type Explanation } from '../errors/action-error';
import { messageOf } from '../errors/message';
import { claim, trustCondition, type TokenClaims } from '../github/token-claims';
import { MAX_CHAINED_DURATION } from './session-parameters';

/** The circumstances of a call to STS that failed. */
export interface StsCall extends FailedCall {
  readonly roleArn?: string;
  /** Seconds. */
  readonly duration?: number;
  /** What the web identity token says, where one was sent. */
  readonly claims?: TokenClaims;
  /** Whether MFA was proved. */
  readonly mfa?: boolean;
  /** Whether a federated session was asked for. */
  readonly federation?: boolean;
  /** Whether it is a new access key that signs, to see whether AWS knows it. */
  readonly newKey?: boolean;
}

/** AWS takes the MFA codes before and after the current one as well: half a minute off is no cause. */
const TELLING_MFA_SKEW_MS = 30_000;

/** The error to show the user for a failed call to STS. */
export function explainSts(error: unknown, call: StsCall): ActionError {
  if (call.newKey && !(error instanceof ActionError)) return newKeyNotAccepted(error, call.tried);
  const rules = [...(call.claims ? WEB_IDENTITY_RULES : SIGNED_RULES), ...SESSION_RULES];
  return explainFailure(error, call, { endpoint: 'sts-endpoint', rules });
}

function newKeyNotAccepted(error: unknown, tried: string): ActionError {
  const why = 'AWS did not learn of it within a minute, or STS could not be asked.';
  const fix = 'Run the step again; if it stays, see whether the user or its keys are denied sts:GetCallerIdentity.';
  return new ActionError({ code: 'access-key-not-accepted', tried, answer: messageOf(error), why, fix, cause: error });
}

/** A token was sent; the request was not signed. */
const WEB_IDENTITY_RULES: readonly RefusalRule<StsCall>[] = [
  ({ code }, call) => code === 'AccessDenied' && webIdentityRefused(call),
  ({ code, message }, call) => {
    if (code !== 'InvalidIdentityToken' || !/No OpenIDConnect provider/i.test(message)) return false;
    const issuer = claimOf(call, 'iss');
    return {
      code: 'identity-provider-missing',
      why: `Account ${(call.roleArn && accountOfArn(call.roleArn)) ?? ''} has no OIDC identity provider for ${issuer}.`,
      fix:
        `Create it once in that account: URL ${issuer}, audience ${claimOf(call, 'aud')} ` +
        '(IAM, Identity providers; or `aws iam create-open-id-connect-provider`). Or correct the account in the ARN of the role.',
    };
  },
  ({ code, message }, call) =>
    code === 'InvalidIdentityToken' &&
    /audience/i.test(message) && {
      code: 'incorrect-audience',
      why: `The account's identity provider does not list the token's audience, ${claimOf(call, 'aud')}.`,
      fix: 'Add that audience to the identity provider in IAM, or set the input audience to one that it lists.',
    },
  ({ code }, call) =>
    (code === 'InvalidIdentityToken' || code === 'IDPRejectedClaim') && {
      code: 'invalid-id-token',
      why: `STS could not accept the token of ${claimOf(call, 'iss')}.`,
      fix: 'Check that the token is current and that its issuer is the identity provider known to the account.',
    },
  ({ code }) =>
    code === 'ExpiredToken' && {
      code: 'web-identity-expired',
      why: "The token had expired, also a newly issued one: it is old, or this machine's or the issuer's clock is off.",
      fix: 'Give a current token in web-identity-token-file; on a runner of your own, check its clock.',
    },
  ({ code }, call) =>
    code === 'IDPCommunicationError' && {
      code: 'identity-provider-unreachable',
      why: `STS could not reach ${claimOf(call, 'iss')} to check the token, also when asked again.`,
      fix: "Run the job again. If it stays: see GitHub's and AWS's status pages, or your own identity provider's.",
    },
];

/** Whether AWS refused an MFA code. */
export function isMfaCodeRefusal({ code, message }: Refusal): boolean {
  return code === 'AccessDenied' && message.includes('invalid MFA one time pass code');
}

/** The request was signed with credentials. */
const SIGNED_RULES: readonly RefusalRule<StsCall>[] = [
  (refusal) => isMfaCodeRefusal(refusal) && mfaCodeRefused(refusal),
  ({ code, message }) =>
    code === 'AccessDenied' &&
    message.includes('unable to validate MFA code') && {
      code: 'mfa-device-unknown',
      why: 'mfa-serial is not a device of the user whose keys are given, or not an active one.',
      fix: 'Correct mfa-serial, or omit it: the device is then looked up.',
    },
  ({ code, message }) =>
    code === 'AccessDenied' &&
    message.includes('with session credentials') && {
      code: 'temporary-source',
      why:
        'The credentials are a session that cannot make this call: a federated one calls nothing of STS but ' +
        "GetCallerIdentity, and some calls are for a user's own access keys only.",
      fix: "Start from the user's access keys, or from OIDC.",
    },
  ({ code, message }, { federation }) =>
    code === 'AccessDenied' &&
    federation === true &&
    !message.includes('sts:TagSession') && {
      code: 'federation-refused',
      why: 'The user may not ask for federated sessions, or a policy asks for MFA, which this call cannot prove.',
      fix: 'Allow the user "sts:GetFederationToken". (Users only: temporary credentials cannot call it.)',
    },
  ({ code, message }, call) =>
    code === 'AccessDenied' &&
    message.includes('sts:TagSession') && {
      code: 'session-tagging-refused',
      why: 'The session carries tags, and this principal may not set any.',
      fix: call.federation
        ? 'Allow the user "sts:TagSession" as well, or omit custom-tags.'
        : `Allow "sts:TagSession" together with "sts:AssumeRole" in the trust policy of ${roleOf(call)} ` +
          '(and in the policy of the caller, where that lists actions), or set role-skip-session-tagging: true.',
    },
  ({ message }) =>
    message.includes('conflicts with a transitive tag key') && {
      code: 'session-tagging-refused',
      why: 'The session that is to assume the role has transitive tags, and AWS lets no later session set them again.',
      fix: 'Set role-skip-session-tagging: true, as the tags are inherited; or omit transitive-tag-keys where they are first set.',
    },
  ({ code, message }, { roleArn }) =>
    code === 'AccessDenied' &&
    roleArn !== undefined &&
    message.includes('sts:SetSourceIdentity') && {
      code: 'role-refused',
      why: 'The session has a source identity, and this principal may not set it, or may not change the one it has.',
      fix:
        `Allow "sts:SetSourceIdentity" together with "sts:AssumeRole" in the trust policy of ${roleArn}, as of every role that ` +
        'follows (and in the policy of the caller, where that lists actions), or omit source-identity.',
    },
  ({ code, message }, { roleArn, mfa }) =>
    code === 'AccessDenied' && roleArn !== undefined && roleRefused(message, roleArn, mfa === true),
];

/** What sessions are refused for, however the request was made. */
const SESSION_RULES: readonly RefusalRule<StsCall>[] = [
  ({ message }, { roleArn, duration }) =>
    message.includes('exceeds the MaxSessionDuration') && {
      code: 'session-too-long',
      why: `role-duration-seconds is ${duration ?? ''}, which is more than ${roleArn ?? 'the role'} allows.`,
      fix: 'Ask for less in role-duration-seconds, or raise the maximum session duration of the role in IAM.',
    },
  ({ message }, { duration }) =>
    message.includes('1 hour session limit') && {
      code: 'session-too-long-for-chain',
      why: `role-duration-seconds is ${duration ?? ''}; a role assumed with temporary credentials lasts ${MAX_CHAINED_DURATION} at most.`,
      fix: `Set role-duration-seconds to ${MAX_CHAINED_DURATION} or less, or assume this role from OIDC or long-term keys directly.`,
    },
  ({ code }) =>
    code === 'PackedPolicyTooLarge' && {
      code: 'packed-policy-too-large',
      why: "Session policies and tags together, packed, are over AWS's limit.",
      fix: 'Shorten inline-session-policy or custom-tags, name fewer policies, or set role-skip-session-tagging: true.',
    },
  ({ code }) =>
    code === 'MalformedPolicyDocument' && {
      code: 'session-policy-malformed',
      why: 'AWS cannot read inline-session-policy as an IAM policy.',
      fix: 'Check it with `aws accessanalyzer validate-policy --policy-type IDENTITY_POLICY`.',
    },
];

function mfaCodeRefused(refusal: Refusal): Explanation {
  if (Math.abs(skewIn(refusal)) > TELLING_MFA_SKEW_MS) {
    return explainSkew(refusal, 'MFA codes are computed from the time, and good for seconds.');
  }
  return {
    code: 'mfa-code-refused',
    why: 'The code is wrong, or was used before (each is good once), or belongs to another device than mfa-serial.',
    fix: 'Check that mfa-secret is the seed of the device in mfa-serial; a code in mfa-code must be the current one, used for nothing else.',
  };
}

function webIdentityRefused(call: StsCall): Explanation {
  const claims = call.claims ?? {};
  const shown = ['sub', 'aud', 'iss'].map((name) => `  ${name}: ${claim(claims, name) ?? '(none)'}`).join('\n');
  const condition = JSON.stringify(trustCondition(claims), undefined, 2).replaceAll('\n', '\n  ');
  return {
    code: 'web-identity-refused',
    why:
      `No statement in the trust policy of ${roleOf(call)} allows this token, or the role does not exist ` +
      `(AWS does not say which). The token says:\n${shown}`,
    fix:
      'Check the ARN of the role. In its trust policy, allow "sts:AssumeRoleWithWebIdentity" to ' +
      `${providerArn(call)} under this condition:\n  ${condition}`,
  };
}

function roleRefused(message: string, roleArn: string, mfa: boolean): Explanation {
  const caller = /User: (\S+) is not authorized/.exec(message)?.[1] ?? 'the caller';
  const missing = message.includes('no identity-based policy allows')
    ? `The policies of ${caller} do not allow "sts:AssumeRole" on the role.`
    : 'Its trust policy does not allow the caller, the caller may not assume it, or the role does not exist (AWS does not say which).';
  return {
    code: 'role-refused',
    why: missing,
    fix:
      `Check the ARN of the role. Name ${caller} (or its role) as principal in the trust policy of ${roleArn}, ` +
      `with its conditions (such as sts:ExternalId: the input role-external-id) met; from another account, also allow ` +
      `"sts:AssumeRole" on ${roleArn} in a policy of the caller.` +
      (mfa ? '' : ' If either policy asks for MFA (aws:MultiFactorAuthPresent): give mfa-secret or mfa-code as well.'),
  };
}

function claimOf({ claims }: StsCall, name: string): string {
  return (claims && claim(claims, name)) ?? '(none)';
}

function roleOf({ roleArn = 'the role' }: StsCall): string {
  return roleArn;
}

function providerArn(call: StsCall): string {
  const { roleArn = '' } = call;
  const [partition, account] = [partitionOfArn(roleArn), accountOfArn(roleArn) ?? ''];
  return `arn:${partition}:iam::${account}:oidc-provider/${claimOf(call, 'iss').replace(/^https:\/\//, '')}`;
}
