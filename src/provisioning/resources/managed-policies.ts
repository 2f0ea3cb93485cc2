import { isAccountId } from '../../aws/arn';
import type { DeclaredPolicy, DeclaredRole, DeclaredUser } from '../../identities/declaration';
import type { PolicyDocument } from '../../policy/policy-document';
import { broadGrants, lostDenials, newAllowances } from '../../policy/widenings';
import type { AccountAccess, TargetAccount } from '../changes/account-access';
import { isObstacle, NO_DIFFERENCE, type Difference, type Obstacle, type Planned } from '../changes/change';
import { concurrently } from '../changes/concurrently';
import { readAsOne } from '../changes/read-as-one';
import type { Rules } from './ownership';
import { mayDeny, policyArn, readDocumentIfAllowed, referredArn, type ExistingPolicy } from './policy';

/** What managed policies say, by ARN, as far as that is known. */
export type PolicyTexts = NonNullable<Rules['policyTexts']>;

/** At present, and when the document is applied. */
export interface KnownTexts {
  readonly before: PolicyTexts;
  readonly wanted: Pick<PolicyTexts, 'get'>;
}

export function knownTexts(policies: readonly DeclaredPolicy[], { policyTexts, account }: Rules): KnownTexts {
  const before: PolicyTexts = policyTexts ?? new Map();
  // No map of all policies: each user and role asks for few of them.
  const declared = (arn: string) => {
    const name = arn.slice(arn.lastIndexOf('/') + 1);
    const policy = policies.find((one) => one.name === name);
    return policy && policyArn(policy, account) === arn ? policy.document : undefined;
  };
  return { before, wanted: { get: (arn) => declared(arn) ?? before.get(arn) } };
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

/** The policies of a user or role, managed ones by ARN. */
export interface Held {
  readonly attached: readonly string[];
  readonly inline: readonly PolicyDocument[];
  readonly boundary: string | undefined;
}

/** What is known of what somebody's policies allow, and of what they deny: a boundary only limits. */
function textsOf({ attached, inline, boundary }: Held, texts: KnownTexts['wanted']) {
  const known = (arns: readonly string[]) => arns.map((arn) => texts.get(arn)).filter((text) => text !== undefined);
  const allowing = [...inline, ...known(attached)];
  return { allowing, denying: [...allowing, ...known(boundary === undefined ? [] : [boundary])] };
}

/** What a user or role has, and is to have. */
export interface Holding {
  readonly before: Held;
  readonly after: Held;
}

/**
 * What becomes of a policy, for those who have it: it allows no more where their other policies allow as much already, and
 * denies no less where these deny it still. Others than users and roles of the document may have it: then it stands alone.
 */
export function forHolders(
  planned: Planned,
  { document }: DeclaredPolicy,
  existing: ExistingPolicy | undefined,
  { holdings, texts }: { readonly holdings: readonly Holding[]; readonly texts: KnownTexts },
): Planned {
  if (isObstacle(planned) || planned.widenings.length === 0 || !existing) return planned;
  const holders = holdings.filter(({ before }) => before.attached.includes(existing.arn));
  if (holders.length === 0 || holders.length !== existing.uses) return planned;
  const widenings = holders.flatMap(({ before, after }) => [
    ...newAllowances(textsOf(before, texts.before).allowing, [document]),
    ...lostDenials([existing.document], textsOf(after, texts.wanted).denying),
  ]);
  return { ...planned, widenings: [...new Set(widenings)], widensAlone: planned.widenings };
}

/**
 * How other policies than before allow more, or may: inline policies; attached ones that come, unless it is known that all
 * they allow was allowed before; and what is denied no more. Which of them says something does not count.
 */
export function policyEffects({ before, after }: Holding, texts: KnownTexts): Difference {
  const { allowing } = textsOf(before, texts.before);
  const { denying } = textsOf(after, texts.wanted);
  const didAll = before.attached.some((arn) => ADMINISTRATOR.test(arn));
  const allowsMore = (policies: readonly PolicyDocument[]) => (didAll ? [] : newAllowances(allowing, policies));
  const come = after.attached.filter((arn) => {
    const text = texts.wanted.get(arn);
    return !before.attached.includes(arn) && (text ? allowsMore([text]).length > 0 : !didAll);
  });
  const go = before.attached.filter((arn) => !after.attached.includes(arn));
  const lost = go.flatMap((arn) => {
    if (DENYING.test(arn)) return [`loses the policy ${arn}, which denies`];
    const text = texts.before.get(arn);
    return text ? lostDenials([text], denying).map((denial) => `loses the policy ${arn}: ${denial}`) : [];
  });
  const unread = go.filter((arn) => !isOfAws(arn) && !texts.before.has(arn));
  return {
    ...NO_DIFFERENCE,
    details: unread.map(mayDeny),
    widenings: [...allowsMore(after.inline), ...lostDenials(before.inline, denying), ...come.map(gets), ...lost],
  };
}

/** How another boundary than before lets through more, or may: where not both could be read. */
export function boundaryWidenings({ before, after }: Holding, texts: KnownTexts): string[] {
  const [old, wanted] = [before.boundary, after.boundary];
  if (old === undefined || old === wanted) return [];
  if (wanted === undefined) return [`loses the permissions boundary ${old}`];
  const other = `has ${wanted} as its permissions boundary in place of ${old}`;
  const [was, is] = [texts.before.get(old), texts.wanted.get(wanted)];
  if (!was || !is) return [`${other}, which are not compared: the step may not read both`];
  const wider = [...newAllowances([was], [is]), ...lostDenials([was], textsOf(after, texts.wanted).denying)];
  return wider.map((phrase) => `${other}: ${phrase}`);
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
