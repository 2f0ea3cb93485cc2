import { CERTIFICATE_INPUTS, type InputName } from './input-names';
import { Inputs } from './inputs';
import { MFA_INPUTS, readMfa } from './mfa-inputs';
import {
  isProof,
  type Mode,
  type ProfileRole,
  type Proof,
  type RoleIdentity,
  type RoleSource,
  type SigningSource,
  type SignedSessionSettings,
  type SourceCredentials,
  type StepIdentity,
  type StepSettings,
} from './request';
import { readManyRoles, readRoleToAssume, type RoleLimits } from './role-inputs';
import { readSessionSettings, readSignedSession } from './session-inputs';
import { checkUnsigned, inputsAgainstIdToken, readProof, readSigningSource } from './source-inputs';
import { readSettings } from './step-inputs';

/** What the session of a role is obtained with, besides the role: it does nothing for credentials as they are. */
export const ROLE_SESSION_INPUTS: readonly InputName[] = [
  'source-identity',
  'web-identity-token-file',
  ...CERTIFICATE_INPUTS,
  'role-external-id',
  'role-session-name',
  'role-skip-session-tagging',
  'transitive-tag-keys',
];
export const SESSION_POLICY_INPUTS: readonly InputName[] = [
  'inline-session-policy',
  'managed-session-policies',
  'custom-tags',
];

const OF_ROLE_SESSIONS: readonly InputName[] = [
  ...ROLE_SESSION_INPUTS,
  ...SESSION_POLICY_INPUTS,
  'role-duration-seconds',
  'special-characters-workaround',
];

/** Whom a step works as in a mode that may take a role: the last that `role-to-assume` names; else the source itself. */
export async function readIdentity(inputs: Inputs): Promise<StepIdentity> {
  // With a certificate a role is assumed, also if it is still to be named.
  if ((['role-to-assume', ...CERTIFICATE_INPUTS] as const).some((name) => inputs.has(name))) {
    return readRoleIdentity(inputs);
  }
  const source = await readSigningSource('no role', inputs);
  checkNoSession(source, inputs);
  checkLimits(source, inputs);
  return { source, chain: undefined };
}

/** Notes what shapes the session of a role that is assumed, where none is. */
function checkNoSession({ from }: SigningSource, inputs: Inputs): void {
  const isSignIn = from === 'sign-in';
  const why = isSignIn ? '; that of sso-role-name is as the permission set says' : '; set role-to-assume, or omit this';
  for (const name of OF_ROLE_SESSIONS.filter((input) => inputs.asks(input))) {
    inputs.wrong(name, `is for the session of a role, and role-to-assume names none${why}`);
  }
  if (isSignIn) return;
  for (const name of MFA_INPUTS.filter((input) => inputs.asks(input))) {
    inputs.wrong(
      name,
      'proves MFA when a role is assumed, and role-to-assume names none. To work as the user, with MFA: obtain a session ' +
        'in an earlier step, by mode: session-token',
    );
  }
}

/** A variable may be meant for another step of the job. But that it limits a person's access must not be in vain. */
function checkLimits({ from }: SigningSource, inputs: Inputs): void {
  if (from !== 'sign-in') return;
  for (const name of SESSION_POLICY_INPUTS.filter((input) => isLimit(input) && !inputs.asks(input))) {
    if (inputs.has(name)) inputs.wrong(name, 'is for the session of a role, and none is assumed');
  }
}

/** Whether without this input, a session could do more than was asked for. */
export function isLimit(name: InputName): boolean {
  return name === 'inline-session-policy' || name === 'managed-session-policies';
}

/**
 * Whom a step worked as, read once more by its post step, which gets the inputs again.
 *
 * @throws ActionError `invalid-input` when that is not as it was, as where a token file is gone
 */
export async function readIdentityAgain(
  env: NodeJS.ProcessEnv,
): Promise<{ readonly identity: StepIdentity; readonly settings: StepSettings }> {
  const inputs = new Inputs(env);
  const read = { settings: readSettings(inputs), identity: await readIdentity(inputs) };
  inputs.throwIfWrong();
  return read;
}

/** Whom a step works as in a mode that takes no role. */
export async function readSourceCredentials(mode: Mode, inputs: Inputs): Promise<SourceCredentials> {
  const noRole = inputs.has('web-identity-token-file') ? 'no role for the token file' : 'no role';
  const source = await readSigningSource(mode === 'access-keys' ? noRole : 'user keys', inputs);
  checkLimits(source, inputs);
  return { source, chain: undefined };
}

/** The role to assume, or the last of a chain, and from what it is assumed. */
export async function readRoleIdentity(inputs: Inputs): Promise<RoleIdentity> {
  const session = await readSessionSettings(inputs);
  const origin = await readOrigin(inputs);
  const limits = {
    proof: proofOf(origin),
    account: accountOf(origin.source),
    bySession: sessionOf(origin.source),
    duration: session.duration,
  };
  const chain = readRoleToAssume(inputs, limits);
  const signed = await readSigned(limits, chain.length === 1 ? 'all' : [], inputs);
  return { ...origin, session, signed, chain };
}

/** Many roles, and the one source from which all are assumed. */
export async function readRolesIdentity(
  inputs: Inputs,
): Promise<{ readonly identity: RoleSource; readonly profileRoles: readonly ProfileRole[] }> {
  const session = await readSessionSettings(inputs);
  const origin = await readOrigin(inputs);
  const limits = {
    proof: proofOf(origin),
    account: accountOf(origin.source),
    bySession: origin.mfa ? 'the session that MFA gave' : sessionOf(origin.source),
    duration: session.duration,
  };
  const profileRoles = await readManyRoles(inputs, limits);
  const alone = profileRoles.filter(({ chain }) => chain.length === 1).map(({ profile }) => profile);
  const signed = await readSigned(limits, alone.length === profileRoles.length ? 'all' : alone, inputs);
  return { identity: { ...origin, session, signed }, profileRoles };
}

/** The account that the inputs say a source is of. */
function accountOf(source: RoleSource['source']): string | undefined {
  if (source.from === 'certificate') return source.account;
  return source.from === 'sign-in' ? source.accountId : undefined;
}

/** Of what credentials are temporary that the inputs do not give, for messages. */
function sessionOf({ from }: RoleSource['source']): string | undefined {
  return from === 'sign-in' ? 'the session of a person who signed in' : undefined;
}

/** From what roles are assumed. */
async function readOrigin(inputs: Inputs) {
  const against = inputsAgainstIdToken(inputs);
  const source = await readSigningSource(against.length > 0 ? 'inputs' : 'permission', inputs);
  const proof = await readProof(inputs);
  const mfa = readMfa(inputs);
  if (mfa && inputs.flag('special-characters-workaround')) {
    inputs.wrong('special-characters-workaround', 'asks several times, and a code of an MFA device is good once');
  }
  return proof ? { source: proof, mfa: undefined } : { source, mfa };
}

function proofOf({ source }: Pick<RoleSource, 'source'>): Proof | undefined {
  return isProof(source) ? source : undefined;
}

/**
 * What signed requests for roles carry.
 *
 * @param alone the profiles whose role no other follows, which with a proof no signed request assumes; or all of them
 */
async function readSigned(
  { proof }: RoleLimits,
  alone: readonly string[] | 'all',
  inputs: Inputs,
): Promise<SignedSessionSettings> {
  if (proof) checkUnsigned(proof, alone, inputs);
  return readSignedSession(inputs, { sent: !proof || alone !== 'all' });
}
