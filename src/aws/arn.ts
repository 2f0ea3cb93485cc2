/** An IAM role, known by its whole ARN. */
export interface RoleArn {
  readonly arn: string;
  readonly partition: string;
  /** Another vendor's ARNs may name none. */
  readonly account: string | undefined;
  /** The role's name without its path. */
  readonly name: string;
}

/** An IAM role known by its name (with its path, if it has one) in an account still to be found out. */
export interface RoleName {
  /** `deploy` or `team/deploy`. */
  readonly pathAndName: string;
}

/** The principal that credentials belong to, as GetCallerIdentity and AssumeRole name it. */
export interface Identity {
  /** Undefined where another vendor's STS does not say it, as is the account. */
  readonly arn: string | undefined;
  readonly account: string | undefined;
}

const ACCOUNT_ID = /^\d{12}$/;
const POLICY_ARN = /^arn:aws[\w-]*:iam::(?:aws|\d{12}):policy\/(?:[\x21-\x2e\x30-\x7e]+\/)*[\w+=,.@-]{1,128}$/;
/** With those of other vendors, whose partitions and accounts have any form. */
export const NAMES_POLICY = /^arn:(?:[^:\s]*:){4}policy\/\S+$/;
const ROLE_ARN = /^arn:(aws[\w-]*):iam::(\d{12}):role\/((?:[\x21-\x2e\x30-\x7e]+\/)*)([\w+=,.@-]{1,64})$/;
const ROLE_NAME = /^(?:[\x21-\x2e\x30-\x7e]+\/)*[\w+=,.@-]{1,64}$/;
const OTHER_ARN = /^arn:(aws[\w-]*):(?:iam|sts)::(\d{12}|aws):([\w-]+)(?:\/([^/]+)|$)/;
const OTHER_TYPES: ReadonlyMap<string, string> = new Map([
  ['federated-user', 'the session of a federated user'],
  ['group', 'a group of users'],
  ['instance-profile', 'an instance profile; the role in it often has the same name'],
  ['mfa', 'an MFA device'],
  ['oidc-provider', 'an identity provider'],
  ['policy', 'a policy'],
  ['root', 'an account, or its root user'],
  ['saml-provider', 'an identity provider'],
  ['user', 'a user'],
]);

/** The parts of an IAM role's ARN, or undefined when the text is none. */
export function parseRoleArn(text: string): RoleArn | undefined {
  const [, partition, account, , name] = ROLE_ARN.exec(text) ?? [];
  return partition && account && name ? { arn: text, partition, account, name } : undefined;
}

/** An account, or an ARN with one, as it was before it lost the zeros that it begins with, or the quotes around it. */
export function wholeAccount(given: unknown): string | undefined {
  const [, before = '', digits = '', after = ''] = /^(arn:(?:[^:]*:){3})?(\d{9,12})(:.*)?$/s.exec(String(given)) ?? [];
  const whole = `${before}${digits.padStart(12, '0')}${after}`;
  return digits === '' || whole === given ? undefined : whole;
}

/** What a text names that is no role, worded to follow "is": of a session, with its role. Undefined where that is not known. */
export function describeOtherThanRole(text: string): string | undefined {
  const unquoted = text.replace(/^["'`]|["'`]$/g, '').trim();
  if (parseRoleArn(unquoted)) return 'the ARN of a role with quotes or spaces around it';
  const whole = wholeAccount(unquoted);
  if (whole !== undefined && parseRoleArn(whole)) {
    const digits = 12 - (whole.length - unquoted.length);
    return `an ARN whose account has ${digits} digits and not 12 (if it lost zeros at its beginning: ${whole})`;
  }
  const [, partition = '', account = '', type = '', name] = OTHER_ARN.exec(unquoted) ?? [];
  if (type !== 'assumed-role' || !name) return OTHER_TYPES.get(type);
  return `a session of the role ${iamArn({ partition, account }, `role/${name}`)} (its path, if it has one, goes before the name)`;
}

/**
 * What people write in the place of a role, worded to follow "is", although it has the form of a name, or of a role's ARN.
 * IAM would take some of these, such as a comma at the end; nobody names roles so.
 */
export function describeMistakenRole(text: string): string | undefined {
  const [, beginning = '', rest = ''] = /^(arn:[\w-]*:iam:)(:.*)$/i.exec(text) ?? [];
  if (beginning !== beginning.toLowerCase()) {
    return `one whose ARN begins in capital letters: ${beginning.toLowerCase()}${rest}`;
  }
  if (/[,;]\s*arn:/.test(text)) return 'several, which should each be on a line of its own';
  if (text.endsWith(',')) return `one with a comma after it: ${text.replace(/,+$/, '')}`;
  if (/^[a-z]+:\/\/|^[\w.-]+\.amazon\.com\//i.test(text)) return 'the address of a page';
  if (/^AROA[A-Z0-9]{8,}$/.test(text)) return 'the ID of a role, which has a name, too';
  const [, account, path] = /^(?:[\w-]*:)*?(?:(\d{12}):)?role\/(.*)$/.exec(text) ?? [];
  if (path === undefined || text.startsWith('arn:')) return undefined;
  return account === undefined
    ? `the end of an ARN; the role is ${path}`
    : `one without the beginning of its ARN: arn:aws:iam::${account}:role/${path}`;
}

/**
 * The permission set of IAM Identity Center for which a role was made, by the role's name or an ARN that has it.
 * https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html
 */
export function permissionSetOf(role: string): string | undefined {
  return /(?:^|\/)AWSReservedSSO_(.+)_[0-9a-f]{16}(?:\/|$)/.exec(role)?.[1];
}

/** The role that an ARN of another vendor names, which may have any form; undefined when the text is no ARN. */
export function parseOtherRoleArn(text: string): RoleArn | undefined {
  const name = /^arn:\S*?([^:/\s]+)$/.exec(text)?.[1];
  return name === undefined
    ? undefined
    : { arn: text, partition: partitionOfArn(text), account: accountOfArn(text), name };
}

/** A role's name, or undefined when the text can be none. */
export function parseRoleName(text: string): RoleName | undefined {
  return ROLE_NAME.test(text) && !text.startsWith('arn:') ? { pathAndName: text } : undefined;
}

/**
 * The user or role that a caller's ARN names, the role of a session too. Undefined for any other, such as a root user.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns
 */
export function userOrRoleIn(arn: string): { readonly kind: 'user' | 'role'; readonly name: string } | undefined {
  const [, type, path = ''] = /^arn:[^:]*:(?:iam|sts):[^:]*:[^:]*:(user|assumed-role)\/(.+)$/.exec(arn) ?? [];
  const [first, last] = [path.split('/')[0] ?? '', path.split('/').at(-1) ?? ''];
  if (type === undefined) return undefined;
  return type === 'user' ? { kind: 'user', name: last } : { kind: 'role', name: first };
}

/** Who has a session, by its ARN without the session's own name; of any other caller, its ARN. */
export function principalOf(arn: string): string {
  return arn.replace(/^(arn:[^/]*:assumed-role\/.+)\/[^/]*$/, '$1');
}

/** The role of that name in the account of an identity, and so in its partition; undefined where these are not known. */
export function roleInAccountOf({ arn: caller, account }: Identity, { pathAndName }: RoleName): RoleArn | undefined {
  if (caller === undefined || !isWhole(caller)) return undefined;
  const partition = partitionOfArn(caller);
  const arn = iamArn({ partition, account: account ?? '' }, `role/${pathAndName}`);
  return { arn, partition, account, name: pathAndName.split('/').at(-1) ?? pathAndName };
}

/**
 * The ARN of what an account has in IAM, such as `user/path/name`.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns
 */
export function iamArn(
  { partition, account }: { readonly partition: string; readonly account: string },
  resource: string,
): string {
  return `arn:${partition}:iam::${account}:${resource}`;
}

/** Whether a text is the ID of an account. */
export function isAccountId(text: string): boolean {
  return ACCOUNT_ID.test(text);
}

/** Whether a text is the ARN of a managed policy, of AWS's own or of an account. */
export function isPolicyArn(text: string): boolean {
  return POLICY_ARN.test(text);
}

/** Whether an ARN is that of a managed policy, whatever partition and account it names: those of other vendors have any form. */
export function namesPolicy(arn: string): boolean {
  return NAMES_POLICY.test(arn);
}

/** Whether a text may stand for a managed policy at another vendor: an ARN of any form, or a name alone (`readwrite`). */
export function mayBePolicy(text: string): boolean {
  return /^\S+$/.test(text);
}

/** The partition named in an ARN's second field. */
export function partitionOfArn(arn: string): string {
  return arn.split(':')[1] ?? 'aws';
}

/** The account named in an ARN's fifth field, or undefined where it names none. */
export function accountOfArn(arn: string): string | undefined {
  const account = isWhole(arn) ? arn.split(':')[4] : undefined;
  return account === '' ? undefined : account;
}

/** Whether an ARN has all its fields, if only as empty ones. */
function isWhole(arn: string): boolean {
  return /^arn:(?:[^:]*:){4}./.test(arn);
}
