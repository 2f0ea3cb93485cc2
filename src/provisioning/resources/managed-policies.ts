import { isAccountId } from '../../aws/arn';
import type { DeclaredPolicy, DeclaredRole, DeclaredUser } from '../../identities/declaration';
import type { PolicyDocument } from '../../policy/policy-document';
import { broadGrants, lostDenials, newAllowances, widenings } from '../../policy/widenings';
import type { AccountAccess, TargetAccount } from '../changes/account-access';
import { NO_DIFFERENCE, type Difference, type Obstacle } from '../changes/change';
import { concurrently } from '../changes/concurrently';
import { readAsOne } from '../changes/read-as-one';
import type { Rules } from './ownership';
import { mayDeny, policyArn, readDocumentIfAllowed, referredArn, type ExistingPolicy } from './policy';

/** What managed policies say, by ARN, as far as that is known. */
export type PolicyTexts = NonNullable<Rules['policyTexts']>;

/** At present, and by the document. */
export interface KnownTexts {
  readonly before: PolicyTexts;
  readonly wanted: PolicyTexts;
}

/** Policies of AWS that allow everything; nearly everything; everything by way of a user or role that is made so. */
const [ADMINISTRATOR, POWERFUL] = [
  /^arn:[^:]+:iam::aws:policy\/AdministratorAccess$/,
  /^arn:[^:]+:iam::aws:policy\/(?:AdministratorAccess|PowerUserAccess|IAMFullAccess)$/,
];

/** Policies of AWS that deny, as few others do: the second stops whoever has a key that leaked. */
const DENYING = /^arn:[^:]+:iam::aws:policy\/(?:AWSDenyAll|AWSCompromisedKeyQuarantine\w*)$/;

/** Whose a managed policy is: its partition, and its account, or AWS. Accounts of other vendors are not compared. */
const OWNED = /^arn:([^:]*):iam::(\d{12}|aws):policy\//;

/** A user or role with what it is to have, and what it has of managed policies. */
interface Holder {
  readonly declared: DeclaredUser | DeclaredRole;
  readonly existing: { readonly attachedPolicies: readonly string[]; readonly permissionsBoundary: string | undefined };
}

/**
 * Reads what policies say that the users and roles of a document lose, and the boundaries of which one replaces another:
 * what they allow more then depends on it. The step need not be allowed to read what the document does not declare.
 */
export async function readPolicyTexts(
  holders: readonly Holder[],
  policies: readonly DeclaredPolicy[],
  existing: readonly ExistingPolicy[],
  access: AccountAccess,
): Promise<PolicyTexts> {
  const { iam, account } = access;
  const declared = new Set(policies.map((policy) => policyArn(policy, account)));
  const others = new Set(holders.flatMap((holder) => policiesAtIssue(holder, policies, account)));
  const texts = await concurrently(
    [...others].filter((arn) => !declared.has(arn)),
    async (arn) => [arn, await readAsOne(() => readDocumentIfAllowed(arn, iam), access)] as const,
  );
  return new Map([
    ...existing.map(({ arn, document }) => [arn, document] as const),
    ...texts.flatMap(([arn, text]) => (text ? [[arn, text] as const] : [])),
  ]);
}

function policiesAtIssue(
  { declared, existing: { attachedPolicies, permissionsBoundary: before } }: Holder,
  policies: readonly DeclaredPolicy[],
  account: TargetAccount,
): string[] {
  const attached = declared.policies.map((reference) => referredArn(reference, policies, account));
  const wanted = declared.permissionsBoundary && referredArn(declared.permissionsBoundary, policies, account);
  return [
    ...attachedPolicies.filter((arn) => !attached.includes(arn) && !isOfAws(arn)),
    ...(before !== undefined && wanted !== undefined && before !== wanted ? [before, wanted] : []),
  ];
}

/** Policies that a user or role of the account cannot have, as they are of another account or partition. */
export function foreignPolicies(
  kind: 'user' | 'role',
  { name, policies, permissionsBoundary }: DeclaredUser | DeclaredRole,
  { account: { partition, account } }: Pick<Rules, 'account'>,
): Obstacle[] {
  if (!isAccountId(account)) return [];
  const named = [...policies, ...(permissionsBoundary ? [permissionsBoundary] : [])];
  const arns = new Set(named.flatMap((reference) => ('arn' in reference ? reference.arn : [])));
  return [...arns].flatMap((arn) => {
    const [, ofPartition, owner] = OWNED.exec(arn) ?? [];
    if (owner === undefined || (ofPartition === partition && (owner === 'aws' || owner === account))) return [];
    const text =
      `the ${kind} ${name} is to have ${arn}, and is in the account ${account} of the partition ${partition}. AWS gives it ` +
      "policies of that account only, and AWS's own of that partition: name one of these, or declare the policy in the document";
    return [{ code: 'not-found', text }];
  });
}

/** The managed and the inline policies of a user or role. */
interface Held {
  readonly attached: readonly string[];
  readonly inline: readonly PolicyDocument[];
}

/**
 * How other attached policies than before may allow more: those that come, unless it is known that all they allow was
 * allowed before; and what those that go deny and no other does.
 */
export function attachmentEffects(
  { attached: before, inline: inlineBefore }: Held,
  { attached, inline }: Held,
  texts: KnownTexts,
): Difference {
  const attachedBefore = before.map((arn) => texts.before.get(arn)).filter((text) => text !== undefined);
  const mayAllowMore = (arn: string) => {
    const text = texts.wanted.get(arn);
    return !text || newAllowances([...inlineBefore, ...attachedBefore], [text]).length > 0;
  };
  const come = before.some((arn) => ADMINISTRATOR.test(arn))
    ? []
    : attached.filter((arn) => !before.includes(arn) && mayAllowMore(arn));
  const go = before.filter((arn) => !attached.includes(arn));
  const known = attached.map((arn) => texts.wanted.get(arn)).filter((text) => text !== undefined);
  const lost = go.flatMap((arn) => {
    if (DENYING.test(arn)) return [`loses the policy ${arn}, which denies`];
    const text = texts.before.get(arn);
    return text ? lostDenials([text], [...inline, ...known]).map((denial) => `loses the policy ${arn}: ${denial}`) : [];
  });
  const unread = go.filter((arn) => !isOfAws(arn) && !texts.before.has(arn));
  return { ...NO_DIFFERENCE, details: unread.map(mayDeny), widenings: [...come.map(gets), ...lost] };
}

/** How another boundary lets through more than the one before, or may: where not both could be read. */
export function boundaryWidenings(before: string, wanted: string, texts: KnownTexts): string[] {
  const other = `has ${wanted} as its permissions boundary in place of ${before}`;
  const [was, is] = [texts.before.get(before), texts.wanted.get(wanted) ?? texts.before.get(wanted)];
  if (!was || !is) return [`${other}, which are not compared: the step may not read both`];
  return widenings([was], [is]).map((wider) => `${other}: ${wider}`);
}

/** What a new user or role gets that is seldom meant. */
export function newGrants(
  attached: readonly string[],
  policies: readonly DeclaredPolicy[],
  { account }: Pick<Rules, 'account'>,
): string[] {
  const declared = policies.filter((policy) => attached.includes(policyArn(policy, account)));
  return [...attached.filter((arn) => POWERFUL.test(arn)).map(gets), ...declared.flatMap(getsBroad)];
}

/** A policy that is new does nothing by itself, and as a boundary it only limits. */
function getsBroad({ name, document }: DeclaredPolicy): string[] {
  return broadGrants([document]).map((grant) => `gets the policy ${name}, which ${grant}`);
}

function gets(arn: string): string {
  return `gets the policy ${arn}`;
}

function isOfAws(arn: string): boolean {
  return /^arn:[^:]+:iam::aws:/.test(arn);
}
