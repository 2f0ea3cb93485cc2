import type { DeclaredPolicy, DeclaredRole, DeclaredUser } from '../identities/declaration';
import { difference } from '../policy/difference';
import { sameMeaning } from '../policy/meaning';
import { policyText, type PolicyDocument } from '../policy/policy-document';
import type { ExistingRole } from './account';
import { referredArn } from './arns';
import type { Write } from '../iam/connect';
import type { Place } from './plan';
import { NO_DIFFERENCE, type Difference } from './plan-changes';

type Declared = Pick<DeclaredUser | DeclaredRole, 'policies' | 'permissionsBoundary'>;
type Existing = Pick<ExistingRole, 'attachedPolicies' | 'inlinePolicies' | 'permissionsBoundary'>;

/** The calls that change what a user or role may do. */
export interface PermissionCalls {
  readonly attach: (arn: string) => Write;
  readonly detach: (arn: string) => Write;
  readonly put: (name: string, text: string) => Write;
  readonly remove: (name: string) => Write;
  readonly bound: (arn: string) => Write;
  readonly unbound: () => Write;
}

/** What something that was just made may do. */
export const NO_PERMISSIONS: Existing = { attachedPolicies: [], inlinePolicies: {}, permissionsBoundary: undefined };

/** The ARN of the permissions boundary that is declared, if one is. */
export function boundaryArn(
  { permissionsBoundary }: Declared,
  policies: readonly DeclaredPolicy[],
  place: Place,
): string | undefined {
  return permissionsBoundary && referredArn(permissionsBoundary, policies, place);
}

/** The managed policies attached to a user or role: the declared ones and no others. */
export function attachmentChanges(
  wanted: readonly string[],
  { attachedPolicies }: Existing,
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
  { inlinePolicies }: Existing,
  calls: PermissionCalls,
): Difference {
  const extra = Object.keys(inlinePolicies).filter((name) => !(name in wanted));
  const wrong = Object.entries(wanted).filter(([name, policy]) => {
    const before = inlinePolicies[name];
    return before === undefined || !sameMeaning(before, policy);
  });
  return {
    details: [
      ...extra.map((name) => `- inline policy ${name}`),
      ...wrong.flatMap(([name, policy]) => {
        const before = inlinePolicies[name];
        const lines = difference(before ?? {}, policy).map((line) => `    ${line}`);
        return [`${before === undefined ? '+' : '~'} inline policy ${name}`, ...lines];
      }),
    ],
    removing: extra.map(calls.remove),
    adding: wrong.map(([name, policy]) => calls.put(name, policyText(policy))),
  };
}

export function boundaryChanges(
  wanted: string | undefined,
  { permissionsBoundary: before }: Existing,
  calls: PermissionCalls,
): Difference {
  if (wanted === before) return NO_DIFFERENCE;
  return {
    details: [`~ permissions boundary ${before ?? 'none'} → ${wanted ?? 'none'}`],
    // A boundary narrows: it is there before anything else is granted.
    removing: wanted === undefined ? [] : [calls.bound(wanted)],
    adding: wanted === undefined ? [calls.unbound()] : [],
  };
}
