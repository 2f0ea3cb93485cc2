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
import type { FileProblem } from '../errors/action-error';
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
const OR_NAME = ', or the name of a role in the account of the given credentials';

/** What stands in for a role that was none: the step ends before it is used. */
const NO_ROLE: RoleName = { pathAndName: '' };

/** Where the roles of a chain stand. */
interface Place {
  /**
   * Notes what is wrong.
   *
   * @param index of the role in the chain
   */
  readonly wrong: (message: string, index?: number) => void;
  /** Whether that is a file: it may be a link to any other, whose texts are neither shown nor asked for, but for ARNs. */
  readonly inFile: boolean;
}

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
  return readChain(inputs.lines('role-to-assume'), limits, inputs, { wrong, inFile: false });
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
  const { noteProblems, readDocumentInput } = await import('./document-inputs');
  const given = inputs.text('roles') ?? '';
  // What begins as an ARN is not a path, but a role that lacks its profile.
  const document = given.startsWith('arn:')
    ? { text: given, file: undefined }
    : readDocumentInput('roles', given, inputs);
  if (document === undefined || isByStranger(document, inputs)) return [];
  const problems: (string | FileProblem)[] = [];
  const roles = await readMapping(document, limits, inputs, problems);
  noteProblems('roles', problems, inputs);
  const seen = new Map<string, string>();
  for (const { profile, chain } of roles) {
    const text = chain.map((role) => ('arn' in role ? role.arn : role.pathAndName)).join(' ');
    const other = seen.get(text);
    if (other) inputs.warn(`roles: ${other} and ${profile} are the same role: each gets a session of its own.`);
    else seen.set(text, profile);
  }
  return roles;
}

/** Keeps strangers from deciding which roles the job works as. */
function isByStranger({ file }: DocumentText, inputs: Inputs): boolean {
  const byStranger = file === undefined ? undefined : describeStrangersFile(file, inputs.env);
  if (byStranger === undefined) return false;
  inputs.wrong(
    'roles',
    `${byStranger} which roles the job works as. It should be the mapping itself here, or run on an event of a reviewed ` +
      'branch, such as push',
  );
  return true;
}

/** @param problems gets all that is wrong with the mapping */
async function readMapping(
  { text, file }: DocumentText,
  limits: RoleLimits,
  inputs: Inputs,
  problems: (string | FileProblem)[],
): Promise<ProfileRole[]> {
  const { readYaml } = await import('../text/yaml');
  const { value, problems: inText, locate, written } = readYaml(text);
  const wrongAt = ({ line, column }: Position, sentence: string) => {
    const place = { file, line, column };
    const text = `${positionText(place)}: ${sentence}`;
    problems.push(file === undefined ? sentence : { ...place, file, text, textAtPlace: sentence });
  };
  const whole = file === undefined ? '' : 'the file';
  const isRoles = isMapping(value) && (file === undefined ? Object.keys(value).length > 0 : resemblesRoles(value));
  if (value !== undefined && !isRoles) {
    wrongAt(locate([]), `${whole} ${NO_ROLES}`.trim());
    return [];
  }
  for (const { path, message, ...position } of inText) {
    const sentence = `${keyPathText(path) || whole} ${message}`.trim();
    wrongAt(position, file === undefined ? `${positionText({ file, ...position })}: ${sentence}` : sentence);
  }
  if (!isRoles || inText.length > 0) return [];
  const entries = Object.entries(value).filter(([key, given]) => file === undefined || !isSchema(key, given));
  return entries.map(([profile, given]) => {
    const broken = validateProfileName(profile);
    if (broken !== undefined) wrongAt(locate([profile]), `"${profile}" as the name of a profile ${broken}`);
    const chain = Array.isArray(given)
      ? given.map((role: unknown, index) => asWritten(role, written([profile, index])))
      : given === null
        ? []
        : [asWritten(given, written([profile]))];
    const wrong: Place['wrong'] = (message, index) => {
      wrongAt(locate(index === undefined ? [profile] : [profile, index]), `${profile}: ${message}`);
    };
    return { profile, chain: readChain(chain, limits, inputs, { wrong, inFile: file !== undefined }) };
  });
}

/** Whether a mapping in a file has anything of roles. In a file for something else, all may be secret. */
function resemblesRoles(value: Readonly<Record<string, unknown>>): boolean {
  return Object.values(value).flat().some(isArn);
}

/** Whether an entry of a file is no profile, but tells editors how to check the file. */
function isSchema(key: string, value: unknown): boolean {
  return key === '$schema' && typeof value === 'string' && !isArn(value);
}

function isArn(value: unknown): boolean {
  return typeof value === 'string' && value.trim().startsWith('arn:');
}

function formIn({ inFile }: Place): string {
  return inFile ? FORM_OF_ARN : `${FORM_OF_ARN}${OR_NAME}`;
}

/** What is no text to YAML, as people wrote it. */
class Unquoted {
  constructor(readonly text: string) {}
}

/** A role as it is given, or how it is written where YAML takes it for a number or the like. */
function asWritten(role: unknown, text: string | undefined): unknown {
  return typeof role === 'string' || text === undefined ? role : new Unquoted(text);
}

function readChain(written: readonly unknown[], limits: RoleLimits, inputs: Inputs, place: Place): Chain {
  const [first = NO_ROLE, ...others] = written.map((role, index) => {
    const wrong = (message: string) => {
      place.wrong(message, index);
    };
    return readOneRole(role, inputs, { ...place, wrong });
  });
  if (written.length === 0) place.wrong(`is missing; it should be an ARN like ${formIn(place)}`);
  if (limits.proof) checkFirst(first, limits.proof, place);
  checkAccount([first, ...others], limits, inputs, place);
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
function checkAccount(chain: Chain, limits: RoleLimits, inputs: Inputs, { wrong }: Place): void {
  const last = chain.at(-1) ?? NO_ROLE;
  const nearest = chain.findLast((role) => 'arn' in role);
  const account = nearest && 'arn' in nearest ? nearest.account : limits.account;
  const allowed = readAllowedAccounts(inputs);
  if (account === undefined || allowed.length === 0 || allowed.includes(account)) return;
  const none = `is in none of the allowed-account-ids ${allowed.join(', ')}`;
  const index = chain.length - 1;
  if ('arn' in last) wrong(`${last.arn} ${none}`, index);
  else if (last.pathAndName !== '') wrong(`${last.pathAndName}, a role of the account ${account}, ${none}`, index);
}

/** A web identity is in no account in which a role could be looked for by its name. A profile has the roles of its own. */
function checkFirst(first: RoleArn | RoleName, proof: Proof, { wrong }: Place): void {
  if (proof.from === 'certificate') {
    if (!('arn' in first) || first.account === proof.account) return;
    wrong(
      `${first.arn} is in another account than roles-anywhere-profile-arn, whose roles are in its own; it should be one of ` +
        `${proof.account}, from which a role of another account can be assumed (a line each)`,
      0,
    );
  } else if (!('arn' in first) && first.pathAndName !== '') {
    wrong(
      `"${first.pathAndName}" is a name; with a web identity it should be the whole ARN, as no account is known yet`,
      0,
    );
  }
}

/** A role: by its ARN, or by its name in an account still to be found out. */
function readOneRole(written: unknown, inputs: Inputs, place: Place): RoleArn | RoleName {
  const { wrong, inFile } = place;
  const text = typeof written === 'string' ? written.trim() : '';
  if (inFile && !isArn(text)) {
    wrong(`this is not the ARN of a role; in a file it should be one, like ${FORM_OF_ARN}`);
    return NO_ROLE;
  }
  const isAws = inputs.callsAws('STS');
  const mistaken = isAws ? describeMistakenRole(text) : undefined;
  const role =
    mistaken === undefined
      ? ((isAws ? parseRoleArn(text) : parseOtherRoleArn(text)) ?? parseRoleName(text))
      : undefined;
  if (role === undefined) {
    if (written instanceof Unquoted) {
      const quotes = `or the name of one in quotes: ${JSON.stringify(written.text)}`;
      wrong(
        `${written.text} is not one role, as it is no text to YAML; it should be an ARN like ${FORM_OF_ARN}, ${quotes}`,
      );
      return NO_ROLE;
    }
    const other = mistaken ?? describeOtherThanRole(text);
    const form = formIn(place);
    wrong(
      `${JSON.stringify(written)} is not one role${other ? ` but ${other}` : ''}; it should be an ARN like ${form}`,
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
