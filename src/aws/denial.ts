import type { Explanation } from '../errors/action-error';
import type { Refusal } from './failure';

/** What AWS's words say of a request that policies refuse. */
export interface Denial {
  /** Its ARN. */
  readonly caller: string | undefined;
  /** What it may not do: `iam:CreateUser`. It may be more than was called, such as the right to tag. */
  readonly action: string | undefined;
  /** The ARN of that to which it may not do it. */
  readonly resource: string | undefined;
  /** Whether a statement denies it. Otherwise none allows it. */
  readonly explicit: boolean;
  /** The kind of policy that decided, as AWS calls it; undefined where AWS does not say. */
  readonly kind: string | undefined;
  /** The ARN of the policy, where AWS says it. */
  readonly policy: string | undefined;
}

/** Where policies of one kind are. */
interface Place {
  /** Completes "find the Deny …" and "allow it …". */
  readonly where: (caller: string) => string;
  /** What helps to allow something there. */
  readonly allowing?: string;
}

/**
 * The kinds of policies that AWS names. Only where they are, the refusal can be ended.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
 */
const KINDS: Readonly<Record<string, Place>> = {
  'identity-based policy': {
    where: (caller) => `in the policies of ${ownerOfPolicies(caller)}`,
    allowing: ' docs/permissions.md has the whole policy that each mode needs.',
  },
  'role trust policy': {
    where: (caller) => `in the trust policy of the role, with ${caller} (or its role) as principal`,
    allowing: ' The call must meet the conditions there, such as sts:ExternalId: the input role-external-id.',
  },
  'resource-based policy': {
    where: (caller) => `in the policy of the resource (of a role: its trust policy), for ${caller}`,
  },
  'permissions boundary': {
    where: (caller) => `in the permissions boundary of ${isSession(caller) ? 'the role of ' : ''}${caller}`,
  },
  'session policy': {
    where: () =>
      'in the policies with which the session was made (inline-session-policy and managed-session-policies, where a ' +
      'step of this action made it)',
  },
  'service control policy': {
    where: () => "in the organization's service control policies, which its administrators manage",
  },
  'resource control policy': {
    where: () => "in the organization's resource control policies, which its administrators manage",
  },
  'VPC endpoint policy': { where: () => 'in the policy of the VPC endpoint through which the runner reaches AWS' },
};

/**
 * AWS attaches it to a user whose access key it found in public, such as in a repository.
 * https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSCompromisedKeyQuarantineV3.html
 */
const QUARANTINE = ':aws:policy/AWSCompromisedKeyQuarantine';

const KIND = String.raw`([\w -]+? polic(?:y|ies)|permissions boundar(?:y|ies))\b`;
const EXPLICIT = new RegExp(String.raw`\bexplicit deny\b(?: in (?:an?|the) ${KIND})?`, 'i');
const IMPLICIT = new RegExp(String.raw`\b(?:because no|implicit deny in (?:an?|the)) ${KIND}`, 'i');
/** What AWS says after the kind: the kind that put its Deny there, and the policy. */
const AFTER_KIND = new RegExp(
  String.raw`^(?: transitively through an? ${KIND})?(?:, with policy ARN)?(?:: (arn:\S*[^\s.,]))?`,
);

/** A federated session has no policies of its own: it may do what its user and the policies of the session both allow. */
function ownerOfPolicies(caller: string): string {
  if (caller.includes(':federated-user/')) {
    return (
      `the user who asked for the session ${caller}, and in those with which it was made (inline-session-policy and ` +
      'managed-session-policies, where a step of this action made it)'
    );
  }
  return isSession(caller) ? `the role of ${caller}` : `${caller} or its groups`;
}

function isSession(caller: string): boolean {
  return caller.includes(':assumed-role/');
}

/** What a refusal means whose words say that a policy denies, or which kind does not allow; undefined for all others. */
export function explainDenial(refusal: Refusal): Pick<Explanation, 'why' | 'fix'> | undefined {
  const { caller = 'the caller', action, resource, explicit, kind, policy } = denialIn(refusal);
  const what = action === undefined ? 'the call' : `"${action}"`;
  const place = kind === undefined ? undefined : (KINDS[kind] ?? { where: () => `in the ${kind}` });
  if (policy?.includes(QUARANTINE)) {
    return {
      why: `AWS found an access key of ${caller} in public, and attached ${policy}, which denies ${what}.`,
      fix: 'Replace the key at once, see in CloudTrail what was done with it, and then detach that policy.',
    };
  }
  if (explicit) {
    const named = [kind ?? 'policy', policy].filter(Boolean).join(' ');
    const where =
      place?.where(caller) ??
      'in the policies of the caller, its boundary, its session, the resource or the organization';
    return {
      why: `${/^[aeiou]/i.test(named) ? 'An' : 'A'} ${named} denies ${what}, and so no other policy can allow it.`,
      fix: `Find that Deny ${where}. Change it, or meet its conditions.`,
    };
  }
  if (!place) return undefined;
  return {
    why: `No ${kind} allows ${what}, whatever other policies allow.`,
    fix: `Allow ${[what, resource && `on ${resource}`, place.where(caller)].filter(Boolean).join(' ')}.${place.allowing ?? ''}`,
  };
}

/** What the words of a refusal say. */
export function denialIn({ message }: Refusal): Denial {
  const explicit = EXPLICIT.exec(message);
  const found = explicit ?? IMPLICIT.exec(message);
  const named = found?.[1] === undefined ? [] : (AFTER_KIND.exec(message.slice(found.index + found[0].length)) ?? []);
  const [, through, policy] = named;
  return {
    caller: /\bUser: (arn:\S+) is not authorized/i.exec(message)?.[1],
    action: /\bnot authorized to perform:? ([\w-]+:\w+)/i.exec(message)?.[1],
    resource: /\bon resource: "?(arn:[^\s"]*[^\s".,])/i.exec(message)?.[1],
    explicit: explicit !== null,
    kind: (through ?? found?.[1])?.replace(/ies$/, 'y'),
    policy,
  };
}
