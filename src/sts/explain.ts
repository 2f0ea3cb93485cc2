import { accountOfArn, iamArn, partitionOfArn, permissionSetOf } from '../aws/arn';
import { denialIn } from '../aws/denial';
import { explainFailure, explainSkew, type FailedCall, type RefusalMeaning, type RefusalRule } from '../aws/explain';
import { isMfaCodeRefusal, KEYS_NOT_FETCHED, type Refusal } from '../aws/failure';
import { ActionError, type Explanation } from '../errors/action-error';
import { messageOf } from '../errors/message';
import { claim, type TokenClaims } from '../github/token-claims';
import { furtherConditions, trustCondition } from '../github/token-conditions';
import { tooLongForChain } from './session-parameters';

/** The circumstances of a call to STS that failed. */
export interface StsCall extends FailedCall {
  readonly roleArn?: string;
  /** Seconds. */
  readonly duration?: number;
  /** The web identity token, where one was sent: what it says, if it is a JSON Web Token. */
  readonly token?: { readonly claims: TokenClaims | undefined };
  /** What the request gives the session that it asks for. */
  readonly session?: { readonly tagged: boolean; readonly narrowed: boolean; readonly named: boolean };
  /** Whether MFA was proved. */
  readonly mfa?: boolean;
  /** Whether a federated session was asked for. */
  readonly federation?: boolean;
  /** Whether it is a new access key that signs, to see whether AWS knows it. */
  readonly newKey?: boolean;
}

/** AWS takes the MFA codes before and after the current one as well: half a minute off is no cause. */
const INNOCENT_MFA_SKEW_MS = 30_000;

/** The error to show the user for a failed call to STS. */
export function explainSts(error: unknown, call: StsCall): ActionError {
  if (call.newKey && !(error instanceof ActionError)) return newKeyNotAccepted(error, call.tried);
  const rules = [...(call.token ? WEB_IDENTITY_RULES : SIGNED_RULES), ...SESSION_RULES];
  return explainFailure(error, call, { endpoint: 'sts-endpoint', rules });
}

function newKeyNotAccepted(error: unknown, tried: string): ActionError {
  const why = 'AWS did not learn of it within a minute, or STS could not be asked.';
  const fix = 'Run the step again; if it stays, see whether the user or its keys are denied sts:GetCallerIdentity.';
  return new ActionError({ code: 'access-key-not-accepted', tried, answer: messageOf(error), why, fix, cause: error });
}

/** A token was sent; the request was not signed. */
const WEB_IDENTITY_RULES: readonly RefusalRule<StsCall>[] = [
  ({ code, message }, call) =>
    code === 'AccessDenied' &&
    message.includes('sts:TagSession') &&
    claimNotAllowed(call, {
      refusal: 'session-tagging-refused',
      what: 'tags',
      name: 'https://aws.amazon.com/tags',
      action: 'sts:TagSession',
    }),
  ({ code, message }, call) =>
    code === 'AccessDenied' &&
    message.includes('sts:SetSourceIdentity') &&
    claimNotAllowed(call, {
      refusal: 'role-refused',
      what: 'a source identity',
      name: 'https://aws.amazon.com/source_identity',
      action: 'sts:SetSourceIdentity',
    }),
  ({ code, message }, { token }) =>
    (/not a valid JWT/i.test(message) || token?.claims === undefined) &&
    /^(AccessDenied|InvalidIdentityToken)$/.test(code) && {
      code: 'invalid-id-token',
      why: 'What was sent is no JSON Web Token (JWT) that AWS can read: it names no issuer, audience or subject.',
      fix:
        'Let web-identity-token-file name a file with an ID token and nothing else: three parts with dots between them, ' +
        'signed with RSA or ECDSA. An access token, JSON with a token in it, and the value of ' +
        'ACTIONS_ID_TOKEN_REQUEST_TOKEN are none.',
    },
  ({ code }, call) => code === 'AccessDenied' && webIdentityRefused(call),
  ({ code, message }, call) =>
    code === 'InvalidIdentityToken' && TOKEN_REFUSALS.find(({ words }) => words.test(message))?.meaning(call, message),
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
  ({ code }, call) => code === 'IDPCommunicationError' && providerUnreachable(call),
];

/** One code of AWS stands for all of these. Its words tell them apart. */
const TOKEN_REFUSALS: readonly {
  readonly words: RegExp;
  readonly meaning: (call: StsCall, message: string) => RefusalMeaning;
}[] = [
  {
    words: /No OpenIDConnect provider/i,
    meaning: (call) => ({
      code: 'identity-provider-missing',
      why: `Account ${(call.roleArn && accountOfArn(call.roleArn)) ?? ''} has no OIDC identity provider for ${claimOf(call, 'iss')}.`,
      fix:
        `Create it once in that account: URL ${claimOf(call, 'iss')}, audience ${claimOf(call, 'aud')} ` +
        '(IAM, Identity providers; or `aws iam create-open-id-connect-provider`). Or correct the account in the ARN of the role.',
    }),
  },
  { words: KEYS_NOT_FETCHED, meaning: providerUnreachable },
  {
    words: /thumbprint/i,
    meaning: (call) => ({
      code: 'identity-provider-unreachable',
      why: `AWS does not trust the certificate of ${claimOf(call, 'iss')}: the account's identity provider has other thumbprints.`,
      fix:
        'Correct them in IAM (Identity providers; or `aws iam update-open-id-connect-provider-thumbprint`): that of the top ' +
        'certificate which the server sends. A certificate of a public authority needs none.',
    }),
  },
  {
    words: /required claim/i,
    meaning: (_, message) => ({
      code: 'invalid-id-token',
      why: `The token lacks what AWS requires: ${/required claim:? ?([\w-]+)/i.exec(message)?.[1] ?? 'aud, sub or another claim'}.`,
      fix: 'Let the identity provider put iss, aud, sub, iat and exp into the token, or check that it is an ID token.',
    }),
  },
  {
    words: /audience/i,
    meaning: (call) => ({
      code: 'incorrect-audience',
      why: `The account's identity provider does not list the token's audience, ${claimOf(call, 'aud')}.`,
      fix:
        `Add the audience ${claimOf(call, 'aud')} to the identity provider in IAM, or set the input audience to one that it lists. ` +
        `${ofOwner(call)}The trust policy of ${roleOf(call)} must name it as well:\n  ${inLines(trustCondition(call.token?.claims ?? {}))}`,
    }),
  },
];

/** AWS asks the issuer for the keys of its tokens. Whether it fails for the moment or for good, its answer is the same. */
function providerUnreachable(call: StsCall): RefusalMeaning {
  const issuer = claimOf(call, 'iss');
  return {
    code: 'identity-provider-unreachable',
    why:
      `STS could not fetch the keys of ${issuer} that check the token: for the moment, as happens ` +
      'when many jobs start at once, or because AWS cannot reach that address at all.',
    fix: `Run the job again. If it fails again, ${isGithubs(call) ? SEE_STATUS : mustBeOpen(issuer)}`,
  };
}

const SEE_STATUS = "see GitHub's and AWS's status pages.";

function mustBeOpen(issuer: string): string {
  return (
    `make sure that ${issuer}/.well-known/openid-configuration, and the keys at its jwks_uri, are open to the internet and ` +
    'answer within seconds.'
  );
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
    /not be assumed by root/i.test(message) && {
      code: 'role-refused',
      why: "The access keys are those of an account's root user, whom AWS lets assume no role, whatever policies say.",
      fix: "Use an OIDC token, or the keys of an IAM user who may assume the role. Delete the root user's access keys.",
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
      also: 'This call cannot prove MFA: a policy that asks for it always refuses it.',
    },
  ({ code, message }, call) => code === 'AccessDenied' && message.includes('sts:TagSession') && taggingRefused(call),
  ({ message }) =>
    message.includes('conflicts with a transitive tag key') && {
      code: 'session-tagging-refused',
      why: 'The session that is to assume the role has transitive tags, and AWS lets no later session set them again.',
      fix: 'Set role-skip-session-tagging: true, as the tags are inherited; or omit transitive-tag-keys where they are first set.',
    },
  ({ code, message }, { roleArn, session }) =>
    code === 'AccessDenied' &&
    roleArn !== undefined &&
    message.includes('sts:SetSourceIdentity') &&
    sourceIdentityRefused(roleArn, session?.named === true),
  (refusal, { roleArn, mfa }) =>
    refusal.code === 'AccessDenied' && roleArn !== undefined && roleRefused(refusal, roleArn, mfa === true),
];

/** What sessions are refused for, however the request was made. */
const SESSION_RULES: readonly RefusalRule<StsCall>[] = [
  ({ message }, { roleArn, duration }) =>
    message.includes('exceeds the MaxSessionDuration') && {
      code: 'session-too-long',
      why: `role-duration-seconds is ${duration ?? ''}, which is more than ${roleArn ?? 'the role'} allows.`,
      fix: 'Ask for less in role-duration-seconds, or raise the maximum session duration of the role in IAM.',
    },
  // AWS says AccessDenied, as it does not tell whether there is such a role; Ceph and others say it.
  ({ code }, { roleArn }) =>
    code === 'NoSuchEntity' &&
    roleArn !== undefined && {
      code: 'role-refused',
      why: `The service has no role ${roleArn}.`,
      fix: 'Check the ARN of the role, and that sts-endpoint is the service that has it.',
    },
  ({ message }, { duration = Number.NaN }) => message.includes('1 hour session limit') && tooLongForChain(duration),
  ({ code }, call) => code === 'PackedPolicyTooLarge' && tooLarge(call),
  ({ code }) =>
    code === 'MalformedPolicyDocument' && {
      code: 'session-policy-malformed',
      why: 'AWS cannot read inline-session-policy as an IAM policy.',
      fix: 'Check it with `aws accessanalyzer validate-policy --policy-type IDENTITY_POLICY`.',
    },
];

function mfaCodeRefused(refusal: Refusal): Explanation {
  const skew = explainSkew(
    refusal,
    'MFA codes are computed from the time, and good for seconds.',
    INNOCENT_MFA_SKEW_MS,
  );
  return (
    skew ?? {
      code: 'mfa-code-refused',
      why: 'The code is wrong, or was used before (each is good once), or belongs to another device than mfa-serial.',
      fix: 'Check that mfa-secret is the seed of the device in mfa-serial; a code in mfa-code must be the current one, used for nothing else.',
    }
  );
}

function taggingRefused(call: StsCall): RefusalMeaning {
  if (call.session?.tagged === false) {
    return {
      code: 'session-tagging-refused',
      why: 'The calling session has transitive tags, which the new one inherits, and this principal may not set any.',
      fix: `Allow "sts:TagSession" together with "sts:AssumeRole" in the trust policy of ${roleOf(call)}. ${INHERITED}`,
      also: INHERITED,
    };
  }
  return {
    code: 'session-tagging-refused',
    why: 'The session carries tags, and this principal may not set any.',
    fix: call.federation
      ? 'Allow the user "sts:TagSession" as well, or omit custom-tags.'
      : `Allow "sts:TagSession" together with "sts:AssumeRole" in the trust policy of ${roleOf(call)} ` +
        '(and in the policy of the caller, where that lists actions), or set role-skip-session-tagging: true.',
    also: call.federation ? 'Or omit custom-tags.' : 'Or set role-skip-session-tagging: true.',
  };
}

/** https://docs.aws.amazon.com/eks/latest/userguide/pod-id-abac.html */
const INHERITED =
  'Or let the calling session have fewer transitive tags: EKS Pod Identity sets six (eks-cluster-arn, kubernetes-pod-uid ' +
  'and so on) unless its association has disableSessionTags; those of an earlier step are its transitive-tag-keys.';

/** What may go is what takes up the room, as far as it is known. */
function tooLarge({ session, token, federation }: StsCall): RefusalMeaning {
  const passedOn = token ? 'Let the identity provider put fewer tags into the token.' : INHERITED;
  const remedies = [
    session?.narrowed && 'Shorten inline-session-policy, or name fewer policies.',
    session?.tagged && `Shorten or omit custom-tags${federation ? '' : ', or set role-skip-session-tagging: true'}.`,
    !federation && passedOn,
  ];
  return {
    code: 'packed-policy-too-large',
    why: `Session policies and tags together, packed, are over AWS's limit.${federation ? '' : ' Tags that the session inherits count, too.'}`,
    fix: remedies.filter(Boolean).join(' '),
  };
}

function webIdentityRefused(call: StsCall): RefusalMeaning {
  const claims = call.token?.claims ?? {};
  const shown = ['sub', 'aud', 'iss'].map((name) => `- ${name}: ${claim(claims, name) ?? '(none)'}`).join('\n');
  const further = furtherConditions(claims);
  const more = further ? `\nOf further conditions, the token meets:\n  ${inLines(further)}` : '';
  return {
    code: 'web-identity-refused',
    why:
      `No statement in the trust policy of ${roleOf(call)} allows this token, or the role does not exist ` +
      `(AWS does not say which). The token says:\n${shown}`,
    fix:
      'Check the ARN of the role. In its trust policy, allow "sts:AssumeRoleWithWebIdentity" to ' +
      `${providerArn(call)} under this condition:\n  ${inLines(trustCondition(claims))}${more}`,
    also: `The token says:\n${shown}${more}`,
  };
}

/** What a claim of the token gives to the session, and what the trust policy must allow for it. */
interface ClaimForSession {
  readonly refusal: 'session-tagging-refused' | 'role-refused';
  readonly what: string;
  readonly name: string;
  readonly action: string;
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_adding-assume-role-idp */
function claimNotAllowed(call: StsCall, { refusal, what, name, action }: ClaimForSession): RefusalMeaning {
  const also = `Or let the identity provider omit the claim ${name}.`;
  return {
    code: refusal,
    why: `The token gives ${what} to the session (its claim ${name}), and the trust policy of ${roleOf(call)} does not allow that.`,
    fix: `Allow "${action}" together with "sts:AssumeRoleWithWebIdentity" in that trust policy. ${also}`,
    also,
  };
}

function inLines(condition: object): string {
  return JSON.stringify(condition, undefined, 2).replaceAll('\n', '\n  ');
}

/** @param given whether this request sets it; else the calling session has it, and passes it on */
function sourceIdentityRefused(roleArn: string, given: boolean): RefusalMeaning {
  const otherwise = given
    ? 'omit source-identity'
    : 'omit source-identity where it is set; an identity provider may set it, too, and IAM Roles Anywhere always does, to ' +
      'the common name of the certificate';
  return {
    code: 'role-refused',
    why: given
      ? 'The session has a source identity, and this principal may not set it, or may not change the one it has.'
      : 'The calling session has a source identity, which the new one keeps, and this principal may not set any.',
    fix:
      `Allow "sts:SetSourceIdentity" together with "sts:AssumeRole" in the trust policy of ${roleArn}, as of every role that ` +
      `follows (and in the policy of the caller, where that lists actions), or ${otherwise}.`,
    also: `Or ${otherwise}.`,
  };
}

function roleRefused(refusal: Refusal, roleArn: string, mfa: boolean): RefusalMeaning {
  const caller = denialIn(refusal).caller ?? 'the caller';
  const ofPerson = trustInPeople(caller);
  const also = [ofPerson, mfa ? '' : aboutMfa(caller)].filter(Boolean).join(' ');
  return {
    code: 'role-refused',
    why: 'Its trust policy does not allow the caller, the caller may not assume it, or the role does not exist (AWS does not say which).',
    fix:
      `Check the ARN of the role. Name ${caller} (or its role) as principal in the trust policy of ${roleArn}, ` +
      'with its conditions (such as sts:ExternalId: the input role-external-id) met; from another account, also allow ' +
      `"sts:AssumeRole" on ${roleArn} in a policy of the caller. ${also}`.trimEnd(),
    also,
  };
}

/** The ARN of a permission set's role ends in what AWS makes up: a condition meets it all the same. */
function trustInPeople(caller: string): string {
  const permissionSet = isSession(caller) ? permissionSetOf(caller) : undefined;
  if (permissionSet === undefined) return '';
  const ofAccount = { partition: partitionOfArn(caller), account: accountOfArn(caller) ?? '' };
  const roles = ['', '*/'].map((region) =>
    iamArn(ofAccount, `role/aws-reserved/sso.amazonaws.com/${region}AWSReservedSSO_${permissionSet}_*`),
  );
  return (
    `To trust whoever has the permission set ${permissionSet}: allow "sts:AssumeRole" and "sts:TagSession" to the principal ` +
    `${iamArn(ofAccount, 'root')} under this condition:\n  ${inLines({ ArnLike: { 'aws:PrincipalArn': roles } })}\n`
  );
}

function aboutMfa(caller: string): string {
  const asked = 'If a policy asks for MFA (aws:MultiFactorAuthPresent):';
  return isSession(caller)
    ? `${asked} the session of a role cannot prove it; only a user's access keys can, for the first role that they assume.`
    : `${asked} give mfa-secret or mfa-code as well.`;
}

function isSession(caller: string): boolean {
  return caller.includes(':assumed-role/');
}

function claimOf({ token }: StsCall, name: string): string {
  return claim(token?.claims ?? {}, name) ?? '(none)';
}

/** The audience of tokens for which none is asked, which a provider may list that was made by older instructions. */
function ofOwner(call: StsCall): string {
  const owner = claim(call.token?.claims ?? {}, 'repository_owner');
  return owner === undefined || !isGithubs(call)
    ? ''
    : `GitHub's own default, if it lists that, is https://github.com/${owner}. `;
}

/** Whether the token is one of GitHub.com. */
function isGithubs(call: StsCall): boolean {
  return claimOf(call, 'iss').startsWith('https://token.actions.githubusercontent.com');
}

function roleOf({ roleArn = 'the role' }: StsCall): string {
  return roleArn;
}

function providerArn(call: StsCall): string {
  const { roleArn = '' } = call;
  const ofRole = { partition: partitionOfArn(roleArn), account: accountOfArn(roleArn) ?? '' };
  return iamArn(ofRole, `oidc-provider/${claimOf(call, 'iss').replace(/^https:\/\//, '')}`);
}
