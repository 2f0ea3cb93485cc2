import type { Tag } from '@aws-sdk/client-iam';
import type { Iam } from '../../iam/connect';
import type { Input, Operation } from '../../iam/operations';
import { difference } from '../../policy/difference';
import { sameMeaning } from '../../policy/meaning';
import { policyText, type PolicyDocument } from '../../policy/policy-document';
import { NO_DIFFERENCE, type Difference, type PlannedCall } from '../changes/change';
import type { RemovalCall } from './removal';

/** What a user or role may do, as the account has it. */
export interface Permissions {
  /** ARN of a managed policy. */
  readonly permissionsBoundary: string | undefined;
  /** ARNs. */
  readonly attachedPolicies: readonly string[];
  readonly inlinePolicies: Readonly<Record<string, PolicyDocument>>;
}

/** Calls that AWS has alike for users and roles, for one of them. */
export type IdentityCalls = ReturnType<typeof identityCalls>;

export function identityCalls(kind: 'user' | 'role', name: string) {
  const noun = kind === 'user' ? 'User' : 'Role';
  const identity = kind === 'user' ? { UserName: name } : { RoleName: name };
  // The compiler cannot see that an operation and its input belong together.
  const write = <O extends Operation>(operation: O, input: Partial<Input<O>>) =>
    ({ operation, input: { ...identity, ...input } }) as PlannedCall;
  return {
    listAttached: (iam: Iam) => iam.list(`ListAttached${noun}Policies`, identity, (page) => page.AttachedPolicies),
    attach: (PolicyArn: string) => ({ ...write(`Attach${noun}Policy`, { PolicyArn }), refersTo: [PolicyArn] }),
    detach: (PolicyArn: string) => write(`Detach${noun}Policy`, { PolicyArn }),
    listInline: (iam: Iam) => iam.list(`List${noun}Policies`, identity, (page) => page.PolicyNames),
    getInline: (PolicyName: string, iam: Iam) => iam.ask(`Get${noun}Policy`, { ...identity, PolicyName }),
    putInline: (PolicyName: string, policy: PolicyDocument) =>
      write(`Put${noun}Policy`, { PolicyName, PolicyDocument: policyText(policy) }),
    deleteInline: (PolicyName: string) => write(`Delete${noun}Policy`, { PolicyName }),
    putBoundary: (PermissionsBoundary: string) => ({
      ...write(`Put${noun}PermissionsBoundary`, { PermissionsBoundary }),
      refersTo: [PermissionsBoundary],
    }),
    deleteBoundary: () => write(`Delete${noun}PermissionsBoundary`, {}),
    tag: (Tags: Tag[]) => write(`Tag${noun}`, { Tags }),
    untag: (TagKeys: string[]) => write(`Untag${noun}`, { TagKeys }),
  };
}

/** What something that was just made may do. */
export const NO_PERMISSIONS: Permissions = { attachedPolicies: [], inlinePolicies: {}, permissionsBoundary: undefined };

/** ARNs. */
export async function readAttachedPolicies(calls: IdentityCalls, iam: Iam): Promise<string[]> {
  return (await calls.listAttached(iam)).map(({ PolicyArn = '' }) => PolicyArn);
}

/** The managed policies attached to a user or role: the declared ones and no others. */
export function attachmentChanges(
  wanted: readonly string[],
  { attachedPolicies }: Permissions,
  calls: IdentityCalls,
): Difference {
  const missing = wanted.filter((arn) => !attachedPolicies.includes(arn));
  const extra = attachedPolicies.filter((arn) => !wanted.includes(arn));
  return {
    details: [...extra.map((arn) => `- policy ${arn}`), ...missing.map((arn) => `+ policy ${arn}`)],
    removing: extra.map(calls.detach),
    adding: missing.map(calls.attach),
  };
}

/** Inline policies: the declared ones and no others. */
export function inlineChanges(
  wanted: Readonly<Record<string, PolicyDocument>>,
  { inlinePolicies }: Permissions,
  calls: IdentityCalls,
): Difference {
  const extra = Object.keys(inlinePolicies).filter((name) => !(name in wanted));
  const wrong = Object.entries(wanted).filter(([name, policy]) => {
    const before = inlinePolicies[name];
    return before === undefined || !sameMeaning(before, policy);
  });
  return {
    ...NO_DIFFERENCE,
    details: [
      ...extra.map((name) => `- inline policy ${name}`),
      ...wrong.flatMap(([name, policy]) => {
        const before = inlinePolicies[name];
        return [
          `${before === undefined ? '+' : '~'} inline policy ${name}`,
          ...indented(difference(before ?? {}, policy)),
        ];
      }),
    ],
    removing: extra.map(calls.deleteInline),
    adding: wrong.map(([name, policy]) => calls.putInline(name, policy)),
  };
}

/** Lines that belong to the one above them. */
export function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `    ${line}`);
}

export function boundaryChanges(
  wanted: string | undefined,
  { permissionsBoundary: before }: Permissions,
  calls: IdentityCalls,
): Difference {
  if (wanted === before) return NO_DIFFERENCE;
  const details = [`~ permissions boundary ${before ?? 'none'} → ${wanted ?? 'none'}`];
  if (wanted === undefined) return { ...NO_DIFFERENCE, details, adding: [calls.deleteBoundary()] };
  // A boundary narrows: it is there before anything else is granted.
  return { ...NO_DIFFERENCE, details, removing: [calls.putBoundary(wanted)] };
}

/** Takes from a user or role all its policies. */
export async function policyRemoval(calls: IdentityCalls, iam: Iam): Promise<RemovalCall[]> {
  const [inline, attached] = await Promise.all([calls.listInline(iam), readAttachedPolicies(calls, iam)]);
  return [
    ...inline.map((name) => ({ detail: `- inline policy ${name}`, ...calls.deleteInline(name) })),
    ...attached.map((arn) => ({ detail: `- policy ${arn}`, ...calls.detach(arn) })),
  ];
}
