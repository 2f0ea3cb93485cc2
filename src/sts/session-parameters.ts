/*
 * What STS takes for a session: how long it lasts, in seconds, what limits it, and a proof of MFA.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_sts-comparison.html
 */

import type { Explanation } from '../errors/action-error';

export const MIN_DURATION = 900;
/** Of a role's session. */
export const MAX_ROLE_DURATION = 43_200;
/** Of a role's session that was assumed with temporary credentials. */
export const MAX_CHAINED_DURATION = 3_600;
/** Of a session of a user's own keys, federated ones included. */
export const MAX_USER_DURATION = 129_600;

/** Why a role's session of so many seconds cannot be had with temporary credentials, and what to do. */
export function tooLongForChain(duration: number): Explanation {
  const code = 'session-too-long-for-chain';
  if (duration <= MAX_CHAINED_DURATION) {
    return {
      code,
      why: `role-duration-seconds is ${duration}, which a role assumed with temporary credentials may last, but the answer says not.`,
      fix: `Set role-duration-seconds to less, such as ${MIN_DURATION}, or assume this role from OIDC or long-term keys directly.`,
    };
  }
  return {
    code,
    why: `role-duration-seconds is ${duration}; a role assumed with temporary credentials lasts ${MAX_CHAINED_DURATION} at most.`,
    fix: `Set role-duration-seconds to ${MAX_CHAINED_DURATION} or less, or assume this role from OIDC or long-term keys directly.`,
  };
}

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
export const MAX_INLINE_POLICY_LENGTH = 2048;
export const MAX_SESSION_POLICIES = 10;

/** What limits a session further than the permissions of its role or user. */
export interface SessionPolicies {
  /** An inline policy, as JSON. */
  readonly inline: string | undefined;
  /** ARNs of managed policies. */
  readonly managed: readonly string[];
}

/** Session policies in the form in which all STS operations take them. */
export function sessionPolicyParameters({ inline, managed }: SessionPolicies) {
  return {
    Policy: inline,
    PolicyArns: managed.length > 0 ? managed.map((arn) => ({ arn })) : undefined,
  };
}

/** Proves that the caller has its MFA device: the device, and the code that it shows now. Valid for one call. */
export interface MfaProof {
  /** The device's ARN, or the serial number of a hardware device. */
  readonly serial: string;
  /** Six digits. */
  readonly code: string;
}

/** The proof in the form in which all STS operations take it. */
export function mfaParameters(proof: MfaProof | undefined) {
  return proof && { SerialNumber: proof.serial, TokenCode: proof.code };
}
