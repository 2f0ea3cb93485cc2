/**
 * What STS takes.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 */
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
