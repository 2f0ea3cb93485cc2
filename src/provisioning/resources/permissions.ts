import type { AttachedPolicy } from '@aws-sdk/client-iam';
import type { Iam } from '../../iam/connect';
import { difference } from '../../policy/difference';
import { sameMeaning } from '../../policy/meaning';
import { parsePolicyText, policyText, type PolicyDocument } from '../../policy/policy-document';
import { NO_DIFFERENCE, type Difference, type PlannedCall } from '../changes/change';
import { concurrently } from '../changes/concurrently';
import type { RemovalStep } from './removal';

/** What a user or role may do, as the account has it. */
export interface Permissions {
  /** ARN of a managed policy. */
  readonly permissionsBoundary: string | undefined;
  /** ARNs. */
  readonly attachedPolicies: readonly string[];
  readonly inlinePolicies: Readonly<Record<string, PolicyDocument>>;
}

/** The calls about what one user or role may do. */
export interface PermissionCalls {
  readonly listAttached: (iam: Iam) => Promise<AttachedPolicy[]>;
  readonly attach: (arn: string) => PlannedCall;
  readonly detach: (arn: string) => PlannedCall;
  /** Names. */
  readonly listInline: (iam: Iam) => Promise<string[]>;
  readonly getInline: (name: string, iam: Iam) => Promise<{ readonly PolicyDocument?: string | undefined }>;
  readonly putInline: (name: string, text: string) => PlannedCall;
  readonly deleteInline: (name: string) => PlannedCall;
  readonly putBoundary: (arn: string) => PlannedCall;
  readonly deleteBoundary: () => PlannedCall;
}

/** What something that was just made may do. */
export const NO_PERMISSIONS: Permissions = { attachedPolicies: [], inlinePolicies: {}, permissionsBoundary: undefined };

export async function readIdentityPolicies(
  calls: PermissionCalls,
  iam: Iam,
): Promise<Pick<Permissions, 'attachedPolicies' | 'inlinePolicies'>> {
  const [attachedPolicies, names] = await Promise.all([readAttachedPolicies(calls, iam), calls.listInline(iam)]);
  const inlinePolicies = await concurrently(names, async (name) => {
    const { PolicyDocument = '' } = await calls.getInline(name, iam);
    return [name, parsePolicyText(PolicyDocument)] as const;
  });
  return { attachedPolicies, inlinePolicies: Object.fromEntries(inlinePolicies) };
}

/** ARNs. */
export async function readAttachedPolicies(calls: PermissionCalls, iam: Iam): Promise<string[]> {
  return (await calls.listAttached(iam)).map(({ PolicyArn = '' }) => PolicyArn);
}

/** The managed policies attached to a user or role: the declared ones and no others. */
export function attachmentChanges(
  wanted: readonly string[],
  { attachedPolicies }: Permissions,
  calls: PermissionCalls,
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
  calls: PermissionCalls,
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
    adding: wrong.map(([name, policy]) => calls.putInline(name, policyText(policy))),
  };
}

/** Lines that belong to the one above them. */
export function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `    ${line}`);
}

export function boundaryChanges(
  wanted: string | undefined,
  { permissionsBoundary: before }: Permissions,
  calls: PermissionCalls,
): Difference {
  if (wanted === before) return NO_DIFFERENCE;
  const details = [`~ permissions boundary ${before ?? 'none'} → ${wanted ?? 'none'}`];
  if (wanted === undefined) return { ...NO_DIFFERENCE, details, adding: [calls.deleteBoundary()] };
  // A boundary narrows: it is there before anything else is granted.
  return { ...NO_DIFFERENCE, details, removing: [calls.putBoundary(wanted)] };
}

/** Takes from a user or role all its policies. */
export async function policyRemoval(calls: PermissionCalls, iam: Iam): Promise<RemovalStep[]> {
  const [inline, attached] = await Promise.all([calls.listInline(iam), readAttachedPolicies(calls, iam)]);
  return [
    ...inline.map((name) => ({ detail: `- inline policy ${name}`, call: calls.deleteInline(name) })),
    ...attached.map((arn) => ({ detail: `- policy ${arn}`, call: calls.detach(arn) })),
  ];
}
