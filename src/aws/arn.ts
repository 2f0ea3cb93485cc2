/** An IAM role, known by its whole ARN. */
export interface RoleArn {
  readonly arn: string;
  readonly partition: string;
  readonly account: string;
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
  readonly arn: string;
  readonly account: string;
}

const ACCOUNT_ID = /^\d{12}$/;
const POLICY_ARN = /^arn:aws[\w-]*:iam::(?:aws|\d{12}):policy\/(?:[\x21-\x2e\x30-\x7e]+\/)*[\w+=,.@-]{1,128}$/;
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

/** What a text names that is no role, worded to follow "is": where it is a session, of which role. Undefined where that cannot be told. */
export function describeOtherThanRole(text: string): string | undefined {
  const unquoted = text.replace(/^["'`]|["'`]$/g, '').trim();
  if (parseRoleArn(unquoted)) return 'the ARN of a role with quotes or spaces around it';
  const [, partition, account, type = '', name] = OTHER_ARN.exec(unquoted) ?? [];
  if (type !== 'assumed-role' || !name) return OTHER_TYPES.get(type);
  return `a session of the role arn:${partition}:iam::${account}:role/${name} (its path, if it has one, goes before the name)`;
}

/** A role's name, or undefined when the text can be none. */
export function parseRoleName(text: string): RoleName | undefined {
  return ROLE_NAME.test(text) && !text.startsWith('arn:') ? { pathAndName: text } : undefined;
}

/** The role of that name in the account of an identity, and so in its partition. */
export function roleInAccountOf(identity: Identity, role: RoleName): RoleArn {
  const partition = partitionOfArn(identity.arn);
  const arn = `arn:${partition}:iam::${identity.account}:role/${role.pathAndName}`;
  return { arn, partition, account: identity.account, name: role.pathAndName.split('/').at(-1) ?? role.pathAndName };
}

/** Whether a text is the ID of an account. */
export function isAccountId(text: string): boolean {
  return ACCOUNT_ID.test(text);
}

/** Whether a text is the ARN of a managed policy, of AWS's own or of an account. */
export function isPolicyArn(text: string): boolean {
  return POLICY_ARN.test(text);
}

/** The partition named in an ARN's second field. */
export function partitionOfArn(arn: string): string {
  return arn.split(':')[1] ?? 'aws';
}

/** The account named in an ARN's fifth field, or undefined where it names none. */
export function accountOfArn(arn: string): string | undefined {
  const account = arn.split(':')[4];
  return account !== undefined && isAccountId(account) ? account : undefined;
}
