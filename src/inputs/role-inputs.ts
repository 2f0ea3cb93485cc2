import {
  describeMistakenRole,
  describeOtherThanRole,
  parseOtherRoleArn,
  parseRoleArn,
  parseRoleName,
  permissionSetOf,
  type RoleArn,
  type RoleName,
} from '../aws/arn';
import { partitionOfRegion } from '../aws/partition';
import { validateProfileName } from '../profile/name';
import { MAX_CHAINED_DURATION } from '../sts/session-parameters';
import type { DocumentText } from '../text/document-text';
import { keyPathText, positionText, type Position } from '../text/problem';
import { isMapping } from '../text/value';
import type { Inputs } from './inputs';
import type { Chain, ProfileRole, Proof } from './request';
import { readAllowedAccounts } from './step-inputs';
import { describeStrangersFile } from './untrusted-checkout';

const FORM_OF_ARN = 'arn:aws:iam::123456789012:role/name';
const FORM = `${FORM_OF_ARN}, or the name of a role in the account of the given credentials`;

/** What is said in place of a role that is not shown. */
const THIS = 'this';

/** What stands in for a role that was none: the step ends before it is used. */
const NO_ROLE: RoleName = { pathAndName: '' };

/** How it is said what is wrong with the roles of a chain. */
interface Problems {
  /** @param index of the role in the chain */
  readonly wrong: (message: string, index?: number) => void;
  /** Whether a role may be shown as it is written. */
  readonly shows: (written: string) => boolean;
}

/** What is wrong with roles is shown: they stand in the workflow. */
const showsAll = () => true;

/** A file may be a link to any other, in which all may be secret that is no ARN. */
const showsArns = (written: string) => written.startsWith('arn:');

/** What limits which roles can be assumed, and for how long. */
export interface RoleLimits {
  /** What the first is assumed with, if that is no credentials. */
  readonly proof: Proof | undefined;
  /** In which the first is looked for, if it is given by its name; undefined where that is not known yet. */
  readonly account: string | undefined;
  /** With temporary credentials: those of what, for messages. */
  readonly bySession: string | undefined;
  /** Seconds. */
  readonly duration: number;
}

/** The one role to assume, or the chain that leads to it. */
export function readRoleToAssume(inputs: Inputs, limits: RoleLimits): Chain {
  const wrong = (message: string) => {
    inputs.wrong('role-to-assume', message);
  };
  return readChain(inputs.lines('role-to-assume'), limits, inputs, { wrong, shows: showsAll });
}

const NO_ROLES =
  'is not a mapping of profiles to roles; it should be lines like production: arn:aws:iam::123456789012:role/deploy';

const NOT_WITH_ROLES = [
  ['role-to-assume', 'is given together with roles; it should be one of them'],
  ['aws-profile', 'is given together with roles, which names the profiles'],
  ['output-credentials', 'is for one session, and roles asks for several: they go to profiles'],
  ['output-env-credentials', 'is for one session, and roles asks for several: they go to profiles'],
  ['use-existing-credentials', 'is for one session, and roles asks for several'],
  ['expect-arn', 'is for one identity, and roles asks for several: the ARN of each role is given there'],
] as const;

/** The roles by profile: `profile: role`, or `profile: [role, role, …]` for a chain. */
export async function readManyRoles(inputs: Inputs, limits: RoleLimits): Promise<ProfileRole[]> {
  for (const [name, why] of NOT_WITH_ROLES) if (inputs.asks(name)) inputs.wrong(name, why);
  const document = await readRolesText(inputs);
  if (document === undefined) return [];
  const { text, file } = document;
  const { readYaml } = await import('../text/yaml');
  const { value, problems: inText, locate, written } = readYaml(text);
  const wrongAt = ({ line, column }: Position, sentence: string) => {
    const place = { file, line, column };
    inputs.wrong(
      'roles',
      file === undefined ? sentence : { ...place, file, text: `${positionText(place)}: ${sentence}` },
    );
  };
  const whole = file === undefined ? '' : 'the file';
  const isRoles = isMapping(value) && Object.keys(value).length > 0;
  if (value !== undefined && !isRoles) {
    wrongAt(locate([]), `${whole} ${NO_ROLES}`.trim());
    return [];
  }
  for (const { path, message, ...position } of inText) {
    const sentence = `${keyPathText(path) || whole} ${message}`.trim();
    wrongAt(position, file === undefined ? `${positionText({ file, ...position })}: ${sentence}` : sentence);
  }
  if (!isRoles || inText.length > 0) return [];
  const roles = Object.entries(value).map(([profile, given]) => {
    const broken = validateProfileName(profile);
    if (broken !== undefined) wrongAt(locate([profile]), `"${profile}" as the name of a profile ${broken}`);
    const chain = Array.isArray(given)
      ? given.map((role: unknown, index) => asWritten(role, written([profile, index])))
      : given === null
        ? []
        : [asWritten(given, written([profile]))];
    const wrong: Problems['wrong'] = (message, index) => {
      wrongAt(locate(index === undefined ? [profile] : [profile, index]), `${profile}: ${message}`);
    };
    const shows = file === undefined ? showsAll : showsArns;
    return { profile, chain: readChain(chain, limits, inputs, { wrong, shows }) };
  });
  const seen = new Map<string, string>();
  for (const { profile, chain } of roles) {
    const text = chain.map((role) => ('arn' in role ? role.arn : role.pathAndName)).join(' ');
    const other = seen.get(text);
    if (other) inputs.warn(`roles: ${other} and ${profile} are the same role: each gets a session of its own.`);
    else seen.set(text, profile);
  }
  return roles;
}

/** The roles themselves, or those of the file that the input names; undefined if they cannot be read. */
async function readRolesText(inputs: Inputs): Promise<DocumentText | undefined> {
  const given = inputs.text('roles') ?? '';
  // Not a path, but a role that lacks its profile.
  if (given.startsWith('arn:')) return { text: given, file: undefined };
  const { readDocumentText } = await import('../text/document-text');
  const read = readDocumentText(given, inputs.env.GITHUB_WORKSPACE ?? process.cwd());
  if ('wrong' in read) {
    inputs.wrong('roles', read.wrong);
    return undefined;
  }
  const byStranger = read.file === undefined ? undefined : describeStrangersFile(read.file, inputs.env);
  if (byStranger === undefined) return read;
  inputs.wrong(
    'roles',
    `${byStranger} which roles the job works as. It should be the mapping itself here, or run on an event of a reviewed ` +
      'branch, such as push',
  );
  return undefined;
}

/** What is no text to YAML, as people wrote it. */
class Unquoted {
  constructor(readonly text: string) {}
}

/** A role as it is given, or how it is written where YAML takes it for a number or the like. */
function asWritten(role: unknown, text: string | undefined): unknown {
  return typeof role === 'string' || text === undefined ? role : new Unquoted(text);
}

function readChain(written: readonly unknown[], limits: RoleLimits, inputs: Inputs, problems: Problems): Chain {
  const [first = NO_ROLE, ...others] = written.map((role, index) => {
    const wrong = (message: string) => {
      problems.wrong(message, index);
    };
    return readOneRole(role, inputs, { ...problems, wrong });
  });
  if (written.length === 0) problems.wrong(`is missing; it should be an ARN like ${FORM}`);
  if (limits.proof) checkFirst(first, limits.proof, problems);
  checkAccount([first, ...others], limits, inputs, problems);
  const chained = others.length > 0 || limits.bySession !== undefined;
  if (chained && limits.duration > MAX_CHAINED_DURATION && inputs.callsAws('STS')) {
    inputs.wrong(
      'role-duration-seconds',
      `is ${limits.duration}; a role assumed with ${others.length > 0 ? 'the session of another' : limits.bySession} lasts ${MAX_CHAINED_DURATION} at most`,
    );
  }
  return [first, ...others];
}

/** A role given by its name is in the account of the one from which it is assumed. */
function checkAccount(chain: Chain, limits: RoleLimits, inputs: Inputs, { wrong, shows }: Problems): void {
  const last = chain.at(-1) ?? NO_ROLE;
  const nearest = chain.findLast((role) => 'arn' in role);
  const account = nearest && 'arn' in nearest ? nearest.account : limits.account;
  const allowed = readAllowedAccounts(inputs);
  if (account === undefined || allowed.length === 0 || allowed.includes(account)) return;
  const none = `is in none of the allowed-account-ids ${allowed.join(', ')}`;
  const index = chain.length - 1;
  if ('arn' in last) wrong(`${last.arn} ${none}`, index);
  else if (last.pathAndName !== '') {
    const name = shows(last.pathAndName) ? last.pathAndName : THIS;
    wrong(`${name}, a role of the account ${account}, ${none}`, index);
  }
}

/** A web identity is in no account in which a role could be looked for by its name. A profile has the roles of its own. */
function checkFirst(first: RoleArn | RoleName, proof: Proof, { wrong, shows }: Problems): void {
  if (proof.from === 'certificate') {
    if (!('arn' in first) || first.account === proof.account) return;
    wrong(
      `${first.arn} is in another account than roles-anywhere-profile-arn, whose roles are in its own; it should be one of ` +
        `${proof.account}, from which a role of another account can be assumed (a line each)`,
      0,
    );
  } else if (!('arn' in first) && first.pathAndName !== '') {
    const name = shows(first.pathAndName) ? `"${first.pathAndName}"` : THIS;
    wrong(`${name} is a name; with a web identity it should be the whole ARN, as no account is known yet`, 0);
  }
}

/** A role: by its ARN, or by its name in an account still to be found out. */
function readOneRole(written: unknown, inputs: Inputs, { wrong, shows }: Problems): RoleArn | RoleName {
  const text = typeof written === 'string' ? written.trim() : '';
  const isAws = inputs.callsAws('STS');
  const mistaken = isAws ? describeMistakenRole(text) : undefined;
  const role =
    mistaken === undefined
      ? ((isAws ? parseRoleArn(text) : parseOtherRoleArn(text)) ?? parseRoleName(text))
      : undefined;
  if (role === undefined) {
    if (!shows(text)) {
      const quotes = written instanceof Unquoted ? '. A name that is no text to YAML needs quotes' : '';
      wrong(`${THIS} is not one role; it should be an ARN like ${FORM}${quotes}`);
      return NO_ROLE;
    }
    if (written instanceof Unquoted) {
      const quotes = `or the name of one in quotes: ${JSON.stringify(written.text)}`;
      wrong(
        `${written.text} is not one role, as it is no text to YAML; it should be an ARN like ${FORM_OF_ARN}, ${quotes}`,
      );
      return NO_ROLE;
    }
    const other = mistaken ?? describeOtherThanRole(text);
    wrong(
      `${JSON.stringify(written)} is not one role${other ? ` but ${other}` : ''}; it should be an ARN like ${FORM}`,
    );
    return NO_ROLE;
  }
  const permissionSet = isAws ? permissionSetOf(text) : undefined;
  if (permissionSet !== undefined) {
    wrong(
      `${text} was made for a permission set of IAM Identity Center, and lets in nobody but a person who signs in there; it ` +
        `should be omitted, with sso-role-name: ${permissionSet} and the other sso-* inputs instead`,
    );
  }
  const region = inputs.text('aws-region');
  if ('arn' in role && region !== undefined && isAws && role.partition !== partitionOfRegion(region)) {
    const why = `is in the partition ${role.partition}, but ${region} (aws-region) is in ${partitionOfRegion(region)}`;
    wrong(`${role.arn} ${why}; credentials of one are unknown to the other`);
  }
  return role;
}
