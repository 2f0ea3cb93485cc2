import type { Declaration, DeclaredRole, DeclaredUser } from '../identities/declaration';
import { bindsBy } from '../policy/check-conditions';
import { conditionsOf } from '../policy/implied-conditions';
import { accountIn } from '../policy/meaning';
import { listOf, namesAction, type PolicyDocument, type Statement } from '../policy/policy-document';
import { trustPolicy } from '../policy/trust-policy';
import { isMapping } from '../text/value';
import type { TargetAccount } from './changes/account-access';
import type { Change } from './changes/change';
import { policyArn, referredArn } from './resources/policy';
import { roleArn } from './resources/role';
import { userArn } from './resources/user';
import { widensAccess } from './show-plan';

/** Nobody can read a picture of more; GitHub draws at most 500 arrows. */
const [MOST_THINGS, MOST_ARROWS, MOST_PRINCIPALS] = [40, 300, 8];

/**
 * Mermaid draws no longer text; a long label makes all others small.
 * https://mermaid.js.org/config/schema-docs/config.html#maxtextsize
 */
const [MOST_TEXT, MOST_OF_LABEL, END_OF_LABEL] = [50_000, 80, 40];

const CLASSES = [
  'classDef create fill:#dafbe1,stroke:#1a7f37,color:#1f2328',
  'classDef change fill:#fff8c5,stroke:#9a6700,color:#1f2328',
  'classDef delete fill:#ffebe9,stroke:#cf222e,color:#1f2328',
];

interface Node {
  readonly id: string;
  readonly label: string;
  /** What stands before and after the label: the shape. */
  readonly shape: readonly [string, string];
  readonly change: Change | undefined;
}

/**
 * The users, roles and policies of a plan, who has which policy and who may assume which role, as a picture that GitHub
 * draws, or why there is none. Nothing where nothing belongs together.
 * https://mermaid.js.org/syntax/flowchart.html
 */
export function planPicture(changes: readonly Change[], declaration: Declaration, account: TargetAccount): string[] {
  const planned = new Map(changes.map((change) => [`${change.kind} ${change.name}`, change]));
  const nodes = new Map<string, Node>();
  const arrows = new Set<string>();
  /** The node of what has this key, an ARN or a name; made where there is none. */
  const node = (key: string, label: string, shape: Node['shape'], change?: Change): string => {
    const { id } = nodes.get(key) ?? { id: `n${nodes.size}` };
    if (!nodes.has(key)) nodes.set(key, { id, label, shape, change });
    return id;
  };
  const declared = (kind: 'user' | 'role' | 'policy', arn: string, { name, path }: Named, shape: Node['shape']) => {
    const change = planned.get(`${kind} ${name}`);
    if (change) node(arn, `${kind} ${path.slice(1)}${name}`, shape, change);
  };
  for (const user of declaration.users) declared('user', userArn(user, account), user, ['(["', '"])']);
  for (const role of declaration.roles) declared('role', roleArn(role, account), role, ['["', '"]']);
  for (const policy of declaration.policies) declared('policy', policyArn(policy, account), policy, POLICY);

  const policiesOf = (identity: DeclaredUser | DeclaredRole, arn: string) => {
    const own = nodes.get(arn);
    if (!own) return;
    for (const reference of identity.policies) {
      const policy = referredArn(reference, declaration.policies, account);
      arrows.add(`${own.id} --- ${node(policy, `policy ${withoutPrefix(policy)}`, POLICY)}`);
    }
    const { permissionsBoundary: boundary } = identity;
    if (!boundary) return;
    const limits = referredArn(boundary, declaration.policies, account);
    arrows.add(`${own.id} -. limited by .- ${node(limits, `policy ${withoutPrefix(limits)}`, POLICY)}`);
  };
  for (const user of declaration.users) policiesOf(user, userArn(user, account));
  for (const role of declaration.roles) {
    const own = nodes.get(roleArn(role, account));
    policiesOf(role, roleArn(role, account));
    if (!own) continue;
    const principals = trustedBy(trustPolicy(role.trust, account), account);
    const more = principals.slice(MOST_PRINCIPALS);
    const isLimited = more.some((one) => one.isLimited);
    const rest = more.length > 0 ? [{ key: `more of ${own.id}`, label: `${more.length} more`, isLimited }] : [];
    for (const one of [...principals.slice(0, MOST_PRINCIPALS), ...rest]) {
      const how = one.isLimited ? 'may assume on conditions' : 'may assume';
      arrows.add(`${node(one.key, one.label, OUTSIDE)} -->|${how}| ${own.id}`);
    }
  }
  if (arrows.size === 0) return [];
  const tooMuch =
    tooMany(changes.length, 'it has', 'things', MOST_THINGS) ??
    tooMany(arrows.size, 'it would have', 'lines', MOST_ARROWS);
  if (tooMuch) return [noPicture(tooMuch)];
  const picture = ['flowchart LR', ...[...nodes.values()].map(drawn), ...[...arrows], ...CLASSES];
  return picture.join('\n').length > MOST_TEXT
    ? [noPicture('its names are so long that Mermaid would not draw it')]
    : ['```mermaid', ...picture, '```'];
}

function tooMany(count: number, has: string, what: string, most: number): string | undefined {
  return count > most ? `${has} ${count} ${what}, and nobody can read a picture of more than ${most}` : undefined;
}

function noPicture(why: string): string {
  return `There is no picture of this plan: ${why}.`;
}

type Named = Pick<DeclaredUser, 'name' | 'path'>;

const POLICY = ['[/"', '"/]'] as const;
const OUTSIDE = ['("', '")'] as const;

function drawn({ id, label, shape: [before, after], change }: Node): string {
  const mark = change && widensAccess(change) ? '⚠️ ' : '';
  const isColoured = change && ['create', 'change', 'delete'].includes(change.action);
  return `${id}${before}${mark}${labelText(label)}${after}${isColoured ? `:::${change.action}` : ''}`;
}

/** A label that says what the text says: what has a meaning to Mermaid, Markdown or HTML is written as its number. */
function labelText(text: string): string {
  return withoutMiddle(text.replaceAll(/\s+/g, ' ')).replaceAll(
    /[^\p{L}\p{N} _.:/=+,-]/gu,
    (character) => `#${character.codePointAt(0) ?? 0};`,
  );
}

/** The end of a path or a subject says most. */
function withoutMiddle(text: string): string {
  const characters = Array.from(text);
  if (characters.length <= MOST_OF_LABEL) return text;
  return [...characters.slice(0, MOST_OF_LABEL - END_OF_LABEL), '…', ...characters.slice(-END_OF_LABEL)].join('');
}

interface Principal {
  /** Of one that the document declares, its ARN. */
  readonly key: string;
  readonly label: string;
  /** Whether it may assume the role only on conditions that are not drawn. */
  readonly isLimited: boolean;
}

const ASSUMING = ['sts:AssumeRole', 'sts:AssumeRoleWithWebIdentity', 'sts:AssumeRoleWithSAML'];

/** Whom a trust policy lets assume the role. */
function trustedBy({ Statement }: PolicyDocument, target: TargetAccount): Principal[] {
  const statements = listOf(Statement)
    .filter(isMapping)
    .filter((statement) => ASSUMING.some((action) => namesAction(statement, action)));
  const isDenied = statements.some(({ Effect }) => Effect === 'Deny');
  return statements
    .filter(({ Effect }) => Effect === 'Allow')
    .flatMap((statement) => principalsOf(statement, target))
    .map((one) => ({ ...one, isLimited: one.isLimited || isDenied }));
}

const [bindsSubject, bindsAudience] = [bindsBy(/:sub$/i), bindsBy(/:aud$/i)];

/** Tokens are always for an audience; of a web identity, the subjects that it must have are drawn. */
function principalsOf(
  { Principal: named, NotPrincipal: others, Condition }: Statement,
  target: TargetAccount,
): Principal[] {
  const conditions = conditionsOf(Condition).filter((one) => !bindsAudience(one));
  const isLimited = conditions.length > 0;
  if (others !== undefined) {
    return [{ key: JSON.stringify(others), label: 'everyone but those whom the policy names', isLimited }];
  }
  if (!isMapping(named)) return [{ key: '*', label: 'everyone', isLimited }];
  const subjects = conditions.find(bindsSubject)?.values;
  return Object.entries(named).flatMap(([type, names]) =>
    listOf(names)
      .map(String)
      .flatMap((name) =>
        type === 'Federated' && subjects
          ? jobs(name, subjects).map((one) => ({ ...one, isLimited: conditions.length > 1 }))
          : { ...principal(name, target), isLimited },
      ),
  );
}

function principal(name: string, target: TargetAccount): Pick<Principal, 'key' | 'label'> {
  if (name === '*') return { key: '*', label: 'everyone' };
  const account = accountIn(name);
  if (account !== undefined) return { key: account, label: `account ${account}` };
  const [, of] = /^arn:[^:]+:[^:]+::(\d+):/.exec(name) ?? [];
  const other = of === undefined || of === target.account ? '' : ` of ${of}`;
  return { key: name, label: `${withoutPrefix(name)}${other}` };
}

/** Each subject of a provider, in one of its formats. */
function jobs(provider: string, subjects: readonly string[]): Pick<Principal, 'key' | 'label'>[] {
  const shown = subjects.filter(
    (subject) => withoutIds(subject) === subject || !subjects.includes(withoutIds(subject)),
  );
  return shown.map((subject) => ({ key: `${provider} ${subject}`, label: subject }));
}

/** A subject of GitHub in its other format, in which the IDs of the repository and of its owner are not. */
function withoutIds(subject: string): string {
  return subject.replace(/^repo:([^/@:]+)@\d+\/([^/@:]+)@\d+:/, 'repo:$1/$2:');
}

/** What an ARN of IAM says after the account. */
function withoutPrefix(arn: string): string {
  return arn.replace(/^arn:[^:]+:(?:iam|sts)::[^:]*:(?:policy\/)?/, '');
}
