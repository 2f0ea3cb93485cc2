import { MAX_USER_DURATION } from '../sts/session-parameters';
import { EXPECTATION_INPUTS, readExpectations, readExpectedArn } from './expectations';
import { unknownNames, type InputName } from './input-names';
import { Inputs } from './inputs';
import { MFA_INPUTS, readMfa } from './mfa-inputs';
import { checkRefresh } from './refresh-inputs';
import { isToken, type Mode, type Request, type SignedSessionSettings } from './request';
import { readManyRoles, readRoleToAssume, type RoleLimits } from './role-inputs';
import {
  readCustomTags,
  readSessionDuration,
  readSessionPolicies,
  readSessionSettings,
  readSignedSession,
} from './session-inputs';
import { checkUnsigned, inputsAgainstIdToken, readIdentity, readSigningSource, readTokenSource } from './source-inputs';
import { isLogOut, readDestinations, readSessionProfileSettings, readSettings } from './step-inputs';

export interface ReadRequest {
  readonly request: Request;
  /** What reading the inputs found worth saying. */
  readonly warnings: readonly string[];
}

const SESSION_MODES: readonly Mode[] = ['assume-role', 'session-token', 'federation-token', 'access-keys'];
const RENEWABLE_MODES: readonly Mode[] = ['assume-role', 'session-token', 'federation-token'];
const IDENTITY_MODES: readonly Mode[] = ['provision', 'rotate', 'deprovision'];
/** In the order in which messages name them. */
export const MODES: readonly Mode[] = [...SESSION_MODES, 'verify', ...IDENTITY_MODES];

/** Inputs that say what to do: given for another mode, they are a misunderstanding, not to be passed over. */
const INPUTS_OF_MODES: readonly (readonly [modes: readonly Mode[], inputs: readonly InputName[]])[] = [
  [
    ['assume-role'],
    [
      'role-to-assume',
      'roles',
      'continue-on-role-error',
      'source-identity',
      'web-identity-token-file',
      'role-external-id',
      'role-session-name',
      'role-skip-session-tagging',
      'special-characters-workaround',
      'transitive-tag-keys',
    ],
  ],
  [['assume-role', 'session-token'], MFA_INPUTS],
  [['federation-token'], ['federated-user-name']],
  [
    ['assume-role', 'federation-token'],
    ['inline-session-policy', 'managed-session-policies', 'custom-tags'],
  ],
  [['verify'], ['expect-arn', ...EXPECTATION_INPUTS]],
  [SESSION_MODES, ['aws-profile', 'output-credentials', 'output-env-credentials', 'use-existing-credentials']],
  [
    [...SESSION_MODES, 'provision', 'rotate'],
    ['overwrite-aws-profile', 'profile-output', 'profile-location'],
  ],
  [RENEWABLE_MODES, ['refresh-credentials']],
  [IDENTITY_MODES, ['identities', 'dry-run', 'github-token']],
  [['provision'], ['ephemeral', 'adopt-existing']],
  [['rotate'], ['rotate-now', 'delete-old-keys']],
];

const ALSO_OF_OTHERS: readonly InputName[] = ['github-token', 'dry-run'];

/**
 * Reads every input and checks all that can be checked without a call.
 *
 * @throws ActionError `invalid-input` that names everything that is wrong
 */
export async function readRequest(env: NodeJS.ProcessEnv): Promise<ReadRequest> {
  const inputs = new Inputs(env);
  const mode = readMode(inputs);
  checkInputsOf(mode, inputs);
  const request = await readRequestOf(mode, inputs);
  checkRefresh(request, inputs);
  await checkUnknown(mode, inputs);
  inputs.throwIfWrong();
  return { request, warnings: inputs.warnings };
}

/** The mode of a step, also where its inputs are wrong. */
export function modeOf(env: NodeJS.ProcessEnv): Mode {
  return readMode(new Inputs(env));
}

/** The mode that is asked for, or that the other inputs imply. */
function readMode(inputs: Inputs): Mode {
  const mode = inputs.choice('mode', MODES);
  if (mode !== undefined) return mode;
  if (inputs.has('role-to-assume') || inputs.has('roles')) return 'assume-role';
  if (inputs.has('federated-user-name')) return 'federation-token';
  return MFA_INPUTS.some((name) => inputs.has(name)) ? 'session-token' : 'access-keys';
}

async function checkUnknown(mode: Mode, inputs: Inputs): Promise<void> {
  const names = unknownNames(inputs.env);
  if (names.length === 0) return;
  // Loaded where there are such names alone, which is rare.
  const { checkUnknownNames } = await import('./unknown-inputs');
  checkUnknownNames(names, inputs, {
    inMode: (input) => INPUTS_OF_MODES.every(([modes, ofModes]) => modes.includes(mode) || !ofModes.includes(input)),
    undecided: mode === 'access-keys' && !inputs.has('mode'),
  });
}

function checkInputsOf(mode: Mode, inputs: Inputs): void {
  for (const [modes, names] of INPUTS_OF_MODES) {
    if (modes.includes(mode)) continue;
    for (const name of names.filter((input) => inputs.asks(input))) {
      // Under these names, other actions have inputs too, which do nothing for the compatible action.
      if (ALSO_OF_OTHERS.includes(name) && !inputs.has('mode') && !inputs.has('identities')) {
        inputs.warn(`${name} does nothing: it is for ${modes.join(' and ')}, and the mode is ${mode}. Remove it.`);
        continue;
      }
      // The compatible action takes what shapes a role session without a role, and does nothing with it.
      if (mode === 'access-keys' && modes[0] === 'assume-role' && !isDecisive(name)) continue;
      const [first = mode] = modes;
      const actual =
        isInferred(first) || inputs.has('mode')
          ? `the mode is ${mode}`
          : `no mode is given: set mode: ${first}, or remove ${name}`;
      inputs.wrong(name, `is for ${modes.join(' and ')}, and ${actual}`);
    }
  }
}

/** Whether inputs can imply a mode. */
function isInferred(mode: Mode): boolean {
  return SESSION_MODES.includes(mode);
}

function isDecisive(name: string): boolean {
  return ['role-to-assume', 'roles', 'refresh-credentials'].includes(name) || name.startsWith('mfa-');
}

async function readRequestOf(mode: Mode, inputs: Inputs): Promise<Request> {
  switch (mode) {
    case 'assume-role':
      return readAssumeRole(inputs);
    case 'session-token':
      return {
        mode,
        mfa: readMfa(inputs),
        ...readDelivered(mode, inputs),
        identity: readIdentity(mode, inputs),
        duration: readSessionDuration(MAX_USER_DURATION, inputs),
      };
    case 'federation-token':
      return {
        mode,
        ...readDelivered(mode, inputs),
        identity: readIdentity(mode, inputs),
        name: readFederatedUserName(inputs),
        duration: readSessionDuration(MAX_USER_DURATION, inputs),
        policies: readSessionPolicies(inputs),
        tags: await readCustomTags(inputs),
      };
    case 'access-keys':
      return {
        mode,
        ...readDelivered(mode, inputs),
        identity: readIdentity(mode, inputs),
        isLogOut: isLogOut(inputs),
      };
    case 'verify':
      return {
        mode,
        ...readSettings(inputs),
        identity: readIdentity(mode, inputs),
        expectArn: readExpectedArn(inputs),
        expectations: readExpectations(inputs),
      };
    case 'provision':
    case 'rotate':
    case 'deprovision': {
      // Loaded for these modes alone, as they read more than the others.
      const { readIdentitiesRequest } = await import('./identities-inputs');
      return readIdentitiesRequest(mode, inputs);
    }
  }
}

/** What is the same for every mode that delivers one session. */
function readDelivered(mode: Mode, inputs: Inputs) {
  return {
    ...readSettings(inputs),
    delivery: readDestinations(inputs, mode),
    useExistingCredentials: inputs.flag('use-existing-credentials'),
  };
}

async function readAssumeRole(inputs: Inputs): Promise<Request> {
  const mode = 'assume-role';
  const session = readSessionSettings(inputs);
  const origin = readOrigin(inputs);
  const limits: RoleLimits = {
    byToken: isToken(origin.source),
    byUserSession: origin.mfa !== undefined && inputs.has('roles'),
    duration: session.duration,
  };
  if (!inputs.has('roles')) {
    const chain = readRoleToAssume(inputs, limits);
    const signed = await readSigned(limits, chain.length === 1 ? 'all' : [], inputs);
    return { mode, ...readDelivered(mode, inputs), identity: { ...origin, session, signed, chain } };
  }
  const profileRoles = await readManyRoles(inputs, limits);
  const profiles = readSessionProfileSettings(inputs);
  const alone = profileRoles.filter(({ chain }) => chain.length === 1).map(({ profile }) => profile);
  const signed = await readSigned(limits, alone.length === profileRoles.length ? 'all' : alone, inputs);
  return {
    mode,
    ...readSettings(inputs),
    identity: { ...origin, session, signed },
    profileRoles,
    continueOnError: inputs.flag('continue-on-role-error'),
    profiles,
  };
}

/** From what roles are assumed. */
function readOrigin(inputs: Inputs) {
  const against = inputsAgainstIdToken(inputs);
  const source = readSigningSource(against.length > 0 ? against : 'permission', inputs);
  const token = readTokenSource(inputs);
  const mfa = readMfa(inputs);
  if (mfa && inputs.flag('special-characters-workaround')) {
    inputs.wrong('special-characters-workaround', 'asks several times, and a code of an MFA device is good once');
  }
  return token ? { source: token, mfa: undefined } : { source, mfa };
}

/**
 * What signed requests for roles carry.
 *
 * @param alone the profiles whose role no other follows, which with a token no signed request assumes; or all of them
 */
async function readSigned(
  { byToken }: RoleLimits,
  alone: readonly string[] | 'all',
  inputs: Inputs,
): Promise<SignedSessionSettings> {
  if (byToken) checkUnsigned(alone, inputs);
  return readSignedSession(inputs, { sent: !byToken || alone !== 'all' });
}

function readFederatedUserName(inputs: Inputs): string {
  const rule = '2 to 32 letters, digits or characters of +=,.@_-';
  const name = inputs.matching('federated-user-name', /^[\w+=,.@-]{2,32}$/, rule);
  if (!inputs.has('federated-user-name')) inputs.wrong('federated-user-name', `is missing; it should be ${rule}`);
  return name ?? '';
}
