import { connectionErrorCode, isNoAnswer, refusalOf, retryOf, statusOfAnswer, type Refusal } from '../aws/failure';
import type { RoleArn } from '../aws/arn';
import { ActionError, type Failure } from '../errors/action-error';
import { firstLine } from '../errors/message';
import { claim, trustCondition, type TokenClaims } from '../github/token-claims';
import { UnusualAnswerError } from './answer';

/** The circumstances of a call to STS that failed. */
export interface StsCall {
  /** What was tried, completing "Could not …". */
  readonly tried: string;
  readonly region: string;
  readonly role?: RoleArn;
  /** Seconds. */
  readonly duration?: number;
  /** What the web identity token says, where one was sent. */
  readonly claims?: TokenClaims;
  /** Whether MFA was proved. */
  readonly mfa?: boolean;
  /** Whether a federated session was asked for. */
  readonly federation?: boolean;
}

type Explanation = Pick<Failure, 'code' | 'why' | 'fix'>;
type Rule = (refusal: Refusal, call: StsCall) => Explanation | false;

/** How far apart two clocks may be before AWS refuses a signature is 5 minutes; less than this is no cause. */
const TELLING_SKEW_MS = 4 * 60_000;

/** AWS takes the MFA codes before and after the current one as well: half a minute off is no cause. */
const TELLING_MFA_SKEW_MS = 30_000;

/** The error to show the user for a failed call to STS. */
export function explainSts(error: unknown, call: StsCall): ActionError {
  if (error instanceof ActionError) return error;
  const refusal = refusalOf(error);
  const explanation =
    retryOf(error) === 'throttled'
      ? throttled
      : refusal
        ? explainRefusal(refusal, call)
        : explainNoRefusal(error, call);
  const answer = refusal ? `${refusal.code}: ${refusal.message}` : answerOf(error);
  return new ActionError({ tried: call.tried, ...(answer && { answer }), ...explanation }, { cause: error });
}

/** What came instead of a refusal. Of a page that is not AWS's, the SDK tells how it failed to read it. */
function answerOf(error: unknown): string | undefined {
  const status = statusOfAnswer(error);
  if (status !== undefined) return `HTTP ${status}`;
  return error instanceof Error ? firstLine(error.message) : undefined;
}

function explainRefusal(refusal: Refusal, call: StsCall): Explanation {
  for (const rule of [...(call.claims ? WEB_IDENTITY_RULES : SIGNED_RULES), ...RULES]) {
    const explanation = rule(refusal, call);
    if (explanation) return explanation;
  }
  return {
    code: 'unexpected',
    fix: "Look AWS's words up in the AWS documentation; if this action is at fault, please report it.",
  };
}

const throttled: Explanation = {
  code: 'throttled',
  why: 'More requests reached AWS at once than it serves; the attempts allowed were used up.',
  fix: 'Let fewer jobs start at the same moment, or raise retry-max-attempts.',
};

/** A token was sent; the request was not signed. */
const WEB_IDENTITY_RULES: readonly Rule[] = [
  ({ code }, call) => code === 'AccessDenied' && webIdentityRefused(call),
  ({ code, message }, call) => {
    if (code !== 'InvalidIdentityToken' || !/No OpenIDConnect provider/i.test(message)) return false;
    const issuer = claimOf(call, 'iss');
    return {
      code: 'identity-provider-missing',
      why: `Account ${call.role?.account ?? ''} has no OIDC identity provider for ${issuer}.`,
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
      why: "The token was over its lifetime, also when asked for anew: it is old, or this machine's or the issuer's clock is off.",
      fix: 'Give a current token in web-identity-token-file; on a runner of your own, check its clock.',
    },
  ({ code }, call) =>
    code === 'IDPCommunicationError' && {
      code: 'identity-provider-unreachable',
      why: `STS could not reach ${claimOf(call, 'iss')} to check the token, also when asked again.`,
      fix: "Run the job again. If it stays: see GitHub's and AWS's status pages, or your own identity provider's.",
    },
];

/** Whether an error is AWS's refusal of an MFA code. */
export function isRefusedMfaCode(error: unknown): boolean {
  const refusal = refusalOf(error);
  return refusal !== undefined && isMfaCodeRefusal(refusal);
}

/** How far this machine's clock is ahead of AWS's, in milliseconds, by the Date of AWS's refusal; 0 if it has none. */
export function skewOf(error: unknown): number {
  const refusal = refusalOf(error);
  return refusal ? skewIn(refusal) : 0;
}

function isMfaCodeRefusal({ code, message }: Refusal): boolean {
  return code === 'AccessDenied' && message.includes('invalid MFA one time pass code');
}

/** The request was signed with credentials. */
const SIGNED_RULES: readonly Rule[] = [
  (refusal) => isMfaCodeRefusal(refusal) && mfaCodeRefused(refusal),
  ({ code, message }) =>
    code === 'AccessDenied' &&
    message.includes('unable to validate MFA code') && {
      code: 'mfa-device-unknown',
      why: 'mfa-serial is not a device of the user whose keys are given, or not an active one.',
      fix: 'Correct mfa-serial, or leave it out: the device is then looked up.',
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
        ? 'Allow the user "sts:TagSession" as well, or leave custom-tags out.'
        : `Allow "sts:TagSession" beside "sts:AssumeRole" in the trust policy of ${nameOf(call)} ` +
          '(and in the policy of the caller, where that lists actions), or set role-skip-session-tagging: true.',
    },
  ({ message }) =>
    message.includes('conflicts with a transitive tag key') && {
      code: 'session-tagging-refused',
      why: 'The session that is to assume the role has transitive tags, and AWS lets no later session set them anew.',
      fix: 'Set role-skip-session-tagging: true, as the tags are inherited; or leave transitive-tag-keys out where they are first set.',
    },
  ({ code, message }, { role }) =>
    code === 'AccessDenied' &&
    role !== undefined &&
    message.includes('sts:SetSourceIdentity') && {
      code: 'role-refused',
      why: 'The session has a source identity, and this principal may not set it, or may not change the one it has.',
      fix:
        `Allow "sts:SetSourceIdentity" beside "sts:AssumeRole" in the trust policy of ${role.arn}, as of every role that ` +
        'follows (and in the policy of the caller, where that lists actions), or leave source-identity out.',
    },
  ({ code, message }, { role, mfa }) =>
    code === 'AccessDenied' && role !== undefined && roleRefused(message, role, mfa === true),
  ({ code }) =>
    code === 'ExpiredToken' && {
      code: 'source-credentials-expired',
      why: 'The credentials that were to sign the request are temporary and over.',
      fix: 'Obtain them anew in an earlier step of this job, closer to this one or for longer.',
    },
  (refusal) => {
    const { code, message } = refusal;
    if (!/^(SignatureDoesNotMatch|RequestExpired|RequestTimeTooSkewed|InvalidClientTokenId)$/.test(code)) return false;
    const told = /Signature (expired|not yet current)/.test(message) || code.startsWith('Request');
    if (!told && Math.abs(skewIn(refusal)) < TELLING_SKEW_MS) return false;
    return { ...clockSkew, why: `${skewInWords(refusal)} AWS allows 5 minutes.` };
  },
  ({ code }) =>
    /^(SignatureDoesNotMatch|InvalidClientTokenId|InvalidAccessKeyId|UnrecognizedClient|MissingAuthenticationToken|IncompleteSignature)$/.test(
      code,
    ) && {
      code: 'invalid-credentials',
      why:
        code === 'SignatureDoesNotMatch'
          ? 'The secret access key does not belong to the access key ID.'
          : 'AWS does not know the access key ID: it is deleted, inactive, lacks its session token, or is of another ' +
            'partition. IAM also answers so to sessions that may not call it: federated ones, and those without MFA.',
      fix: 'Check the secrets from which the keys come: copied whole, current, each in its place.',
    },
];

/** However the request was made. */
const RULES: readonly Rule[] = [
  ({ message }, { role, duration }) =>
    message.includes('exceeds the MaxSessionDuration') && {
      code: 'session-too-long',
      why: `role-duration-seconds is ${duration ?? ''}, which is more than ${role?.arn ?? 'the role'} allows.`,
      fix: 'Ask for less in role-duration-seconds, or raise the maximum session duration of the role in IAM.',
    },
  ({ message }, { duration }) =>
    message.includes('1 hour session limit') && {
      code: 'session-too-long-for-chain',
      why: `role-duration-seconds is ${duration ?? ''}; a role assumed with temporary credentials lasts 3600 at most.`,
      fix: 'Set role-duration-seconds to 3600 or less, or assume this role from OIDC or long-term keys directly.',
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
  ({ code }, { region }) =>
    code === 'RegionDisabled' && {
      code: 'region-disabled',
      why: `The account has not enabled ${region}, or STS in it.`,
      fix: 'Enable the region for the account, or set aws-region to one that is.',
    },
];

const clockSkew = { code: 'clock-skew', fix: "Set the runner's clock, for example with NTP." } as const;

function skewIn({ date }: Refusal): number {
  return date ? Date.now() - date.getTime() : 0;
}

function skewInWords(refusal: Refusal): string {
  const skewMs = skewIn(refusal);
  const [amount, unit] = Math.abs(skewMs) < 120_000 ? [skewMs / 1000, 'seconds'] : [skewMs / 60_000, 'minutes'];
  return `This machine's clock is ${Math.round(Math.abs(amount))} ${unit} ${skewMs > 0 ? 'ahead of' : 'behind'} AWS's.`;
}

function mfaCodeRefused(refusal: Refusal): Explanation {
  if (Math.abs(skewIn(refusal)) > TELLING_MFA_SKEW_MS) {
    return { ...clockSkew, why: `${skewInWords(refusal)} MFA codes are computed from the time, and good for seconds.` };
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
      `No statement in the trust policy of ${nameOf(call)} admits this token, or the role does not exist ` +
      `(AWS does not tell which). The token says:\n${shown}`,
    fix:
      'Check the ARN of the role. In its trust policy, allow "sts:AssumeRoleWithWebIdentity" to ' +
      `${providerArn(call)} under this condition:\n  ${condition}`,
  };
}

function roleRefused(message: string, role: RoleArn, mfa: boolean): Explanation {
  const caller = /User: (\S+) is not authorized/.exec(message)?.[1] ?? 'the caller';
  const missing = message.includes('no identity-based policy allows')
    ? `The policies of ${caller} do not allow "sts:AssumeRole" on the role.`
    : 'Its trust policy does not admit the caller, the caller may not assume it, or the role does not exist (AWS does not tell which).';
  return {
    code: 'role-refused',
    why: missing,
    fix:
      `Check the ARN of the role. Name ${caller} (or its role) as principal in the trust policy of ${role.arn}, ` +
      `with its conditions (such as sts:ExternalId: the input role-external-id) met; from another account, also allow ` +
      `"sts:AssumeRole" on ${role.arn} in a policy of the caller.` +
      (mfa ? '' : ' If either policy asks for MFA (aws:MultiFactorAuthPresent): give mfa-secret or mfa-code as well.'),
  };
}

/** AWS was not reached, or what answered was not AWS. */
function explainNoRefusal(error: unknown, { region }: StsCall): Explanation {
  const status = statusOfAnswer(error);
  if (status === 407) {
    return {
      code: 'proxy-failed',
      why: 'The proxy asks for a user name and a password.',
      fix: 'Give them in the URL of http-proxy (from a secret), or except the host with no-proxy.',
    };
  }
  if (status !== undefined || error instanceof UnusualAnswerError) {
    return {
      code: 'unusual-answer',
      why: 'What answered is not AWS, or not in working order: a proxy, a portal, another service at sts-endpoint.',
      fix: 'Check sts-endpoint, http-proxy and no-proxy, and what stands between the runner and AWS.',
    };
  }
  if (isNoAnswer(error)) {
    return {
      code: 'no-answer',
      why: 'AWS, or something on the way to it, took the connection and did not answer in time, twice.',
      fix: "Run the job again. If it stays: check the proxy, the firewall or the VPC endpoint, and AWS's status page.",
    };
  }
  const code = connectionErrorCode(error);
  if (code === undefined) {
    return { code: 'unexpected', fix: 'If this action is at fault, please report it with this message.' };
  }
  return {
    code: 'connection-failed',
    why: connectionCause(code, region),
    fix: 'Check aws-region and sts-endpoint, then the proxy (http-proxy, no-proxy) and the network of the runner.',
  };
}

function connectionCause(code: string, region: string): string {
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return `There is no such host: ${region} may not be a region of AWS.`;
  if (code === 'ECONNREFUSED') return 'Nothing listens at that address.';
  if (/CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO/.test(code)) {
    return 'The certificate is not trusted: a proxy that opens TLS needs its authority in NODE_EXTRA_CA_CERTS.';
  }
  return 'The connection could not be opened, or broke off, also when tried again.';
}

function claimOf({ claims }: StsCall, name: string): string {
  return (claims && claim(claims, name)) ?? '(none)';
}

function nameOf({ role }: StsCall): string {
  return role?.arn ?? 'the role';
}

function providerArn(call: StsCall): string {
  const { partition = 'aws', account = '' } = call.role ?? {};
  return `arn:${partition}:iam::${account}:oidc-provider/${claimOf(call, 'iss').replace(/^https:\/\//, '')}`;
}
