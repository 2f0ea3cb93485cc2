import { callsAws } from '../aws/endpoint';
import type { FileProblem } from '../errors/action-error';
import { MAX_USER_DURATION } from '../sts/session-parameters';
import { EXPECTATION_INPUTS, readExpectations } from './expectations';
import {
  isLimit,
  readIdentity,
  readRoleIdentity,
  readRolesIdentity,
  readSourceCredentials,
  ROLE_SESSION_INPUTS,
  SESSION_POLICY_INPUTS,
} from './identity-inputs';
import { CERTIFICATE_INPUTS, SSO_INPUTS, unknownNames, type InputName } from './input-names';
import { enumerated, Inputs } from './inputs';
import { MFA_INPUTS, readMfa } from './mfa-inputs';
import { checkRefresh } from './refresh-inputs';
import type { Mode, Request } from './request';
import { readCustomTags, readSessionDuration, readSessionPolicies } from './session-inputs';
import { isLogOut, readDestinations, readSessionProfileSettings, readSettings } from './step-inputs';

export interface ReadRequest {
  readonly request: Request;
  /** What reading the inputs found worth saying. */
  readonly warnings: readonly string[];
  /** The same, of files that inputs name, each at its place. */
  readonly warningsInFiles: readonly FileProblem[];
}

const SESSION_MODES: readonly Mode[] = ['assume-role', 'session-token', 'federation-token', 'access-keys'];
const RENEWABLE_MODES: readonly Mode[] = ['assume-role', 'session-token', 'federation-token'];
const IDENTITY_MODES: readonly Mode[] = ['provision', 'rotate', 'deprovision'];
/** In the order in which messages name them. */
export const MODES: readonly Mode[] = [...SESSION_MODES, 'verify', ...IDENTITY_MODES];

/** Modes that work as a role, if `role-to-assume` names one. */
const ROLE_MODES: readonly Mode[] = ['assume-role', 'verify', ...IDENTITY_MODES];

/** Modes that work as a person who signs in. */
const SIGN_IN_MODES: readonly Mode[] = ['assume-role', 'access-keys', 'verify', ...IDENTITY_MODES];

/** Why the others take no role. */
const WITHOUT_ROLE: Partial<Record<Mode, string>> = {
  'session-token': "which AWS gives for an IAM user's own access keys only",
  'federation-token': "which AWS gives for an IAM user's own access keys only",
  'access-keys': 'which exports credentials as they are',
};

const ROLE_IS_EMPTY = 'as role-to-assume is not set, or comes from a secret or a variable that is empty';

/** Inputs that say what to do: given for another mode, they are a misunderstanding, not to be passed over. */
const INPUTS_OF_MODES: readonly (readonly [modes: readonly Mode[], inputs: readonly InputName[]])[] = [
  [['assume-role'], ['roles', 'continue-on-role-error', 'special-characters-workaround']],
  [ROLE_MODES, ['role-to-assume', ...ROLE_SESSION_INPUTS]],
  [['assume-role', 'session-token', 'verify', ...IDENTITY_MODES], MFA_INPUTS],
  [SIGN_IN_MODES, SSO_INPUTS],
  [['federation-token'], ['federated-user-name']],
  [MODES.filter((mode) => mode !== 'access-keys'), ['role-duration-seconds']],
  [['assume-role', 'federation-token', 'verify', ...IDENTITY_MODES], SESSION_POLICY_INPUTS],
  [['verify'], EXPECTATION_INPUTS],
  [SESSION_MODES, ['aws-profile', 'output-credentials', 'output-env-credentials', 'use-existing-credentials']],
  [
    [...SESSION_MODES, 'provision', 'rotate'],
    ['overwrite-aws-profile', 'profile-output', 'profile-location'],
  ],
  [RENEWABLE_MODES, ['refresh-credentials']],
  [IDENTITY_MODES, ['identities', 'dry-run', 'plan-comment', 'github-token', 'terraform-token']],
  [['provision'], ['ephemeral', 'adopt-existing']],
  [['rotate'], ['rotate-now', 'delete-old-keys']],
];

/**
 * What shapes the session of a role, and the compatible action takes without a role, too: it then does nothing. So it is
 * here where nothing asks for more than that action does.
 */
const PASSED_OVER: readonly InputName[] = [
  'web-identity-token-file',
  'role-duration-seconds',
  'role-external-id',
  'role-session-name',
  'role-skip-session-tagging',
  'transitive-tag-keys',
  'special-characters-workaround',
  ...SESSION_POLICY_INPUTS,
];

/** A place, a direction in it, and a number. */
const REGION_OF_AWS = /^[a-z]+(?:-[a-z]+)?-(?:central|east|west|(?:north|south)(?:east|west)?)-\d+$/;

const ALSO_OF_OTHERS: readonly InputName[] = ['github-token', 'terraform-token', 'dry-run'];

/**
 * Reads every input and checks all that can be checked without a call.
 *
 * @throws ActionError `invalid-input` that names everything that is wrong
 */
export async function readRequest(env: NodeJS.ProcessEnv): Promise<ReadRequest> {
  const inputs = new Inputs(env);
  const mode = readMode(inputs);
  // What the inputs are for is not known where their mode is misspelt.
  if (!inputs.isWrong('mode')) checkInputsOf(mode, inputs);
  const request = await readRequestOf(mode, inputs);
  checkRefresh(request, inputs);
  if (inputs.callsAws('STS')) await checkRegion('aws-region', inputs);
  if (callsAws(undefined, 'SSO_OIDC', inputs.env)) await checkRegion('sso-region', inputs);
  await checkUnknown(mode, inputs);
  inputs.throwIfWrong();
  const { warnings, warningsInFiles } = inputs;
  return { request, warnings, warningsInFiles };
}

/** The mode of a step, also where its other inputs are wrong; undefined where there is no such mode. */
export function modeOf(env: NodeJS.ProcessEnv): Mode | undefined {
  const inputs = new Inputs(env);
  const mode = readMode(inputs);
  return inputs.isWrong('mode') ? undefined : mode;
}

/** The mode that is asked for, or that the other inputs imply. */
function readMode(inputs: Inputs): Mode {
  const mode = inputs.choice('mode', MODES);
  if (mode !== undefined) return mode;
  // With a certificate a role is assumed, also if it is still to be named. A person who signs in has one, whatever its name.
  const ofRoles = ['role-to-assume', 'roles', ...SSO_INPUTS, ...CERTIFICATE_INPUTS] as const;
  if (ofRoles.some((name) => inputs.has(name))) return 'assume-role';
  if (inputs.has('federated-user-name')) return 'federation-token';
  return MFA_INPUTS.some((name) => inputs.has(name)) ? 'session-token' : 'access-keys';
}

/** A name of the form that AWS's have may be that of a new region; those of other vendors have any form. */
async function checkRegion(name: 'aws-region' | 'sso-region', inputs: Inputs): Promise<void> {
  const region = inputs.text(name);
  if (region === undefined || inputs.isWrong(name) || REGION_OF_AWS.test(region)) return;
  // Loaded where there is such a name alone, which is rare.
  const { misspeltRegion } = await import('./misspelt-region');
  const problem = misspeltRegion(region);
  if (problem !== undefined) inputs.wrong(name, problem);
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
        inputs.warn(`${name} does nothing: it is for ${enumerated(modes)}, and the mode is ${mode}. Remove it.`);
        continue;
      }
      if (mode === 'access-keys' && !inputs.has('mode') && PASSED_OVER.includes(name)) {
        if (isLimit(name)) inputs.warn(`${name} is not used: it limits the session of a role, and none is assumed.`);
        continue;
      }
      const [first = mode] = modes;
      const why = modes === ROLE_MODES || modes === SIGN_IN_MODES ? WITHOUT_ROLE[mode] : undefined;
      // Without a mode, it is inferred from there being no role.
      const isEmpty = modes === ROLE_MODES && !inputs.has('mode') ? ROLE_IS_EMPTY : undefined;
      const actual =
        isInferred(first) || inputs.has('mode')
          ? [`the mode is ${mode}`, why, isEmpty].filter((part) => part !== undefined).join(', ')
          : `no mode is given: set mode: ${first}, or remove ${name}`;
      inputs.wrong(name, `is for ${enumerated(modes)}, and ${actual}`);
    }
  }
}

/** Whether inputs can imply a mode. */
function isInferred(mode: Mode): boolean {
  return SESSION_MODES.includes(mode);
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
        identity: await readSourceCredentials(mode, inputs),
        duration: readSessionDuration(MAX_USER_DURATION, inputs),
      };
    case 'federation-token':
      return {
        mode,
        ...readDelivered(mode, inputs),
        identity: await readSourceCredentials(mode, inputs),
        name: readFederatedUserName(inputs),
        duration: readSessionDuration(MAX_USER_DURATION, inputs),
        policies: await readSessionPolicies(inputs),
        tags: await readCustomTags(inputs),
      };
    case 'access-keys':
      return {
        mode,
        ...readDelivered(mode, inputs),
        identity: await readSourceCredentials(mode, inputs),
        isLogOut: isLogOut(inputs),
      };
    case 'verify':
      return {
        mode,
        ...readSettings(inputs),
        identity: await readIdentity(inputs),
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
  if (!inputs.has('roles')) {
    if (inputs.asks('continue-on-role-error')) {
      inputs.wrong('continue-on-role-error', 'is for roles, which is not given');
    }
    const isSignIn = !inputs.has('role-to-assume') && SSO_INPUTS.some((name) => inputs.has(name));
    const identity = isSignIn ? await readIdentity(inputs) : await readRoleIdentity(inputs);
    return { mode, ...readDelivered(mode, inputs), identity };
  }
  const many = await readRolesIdentity(inputs);
  const profiles = readSessionProfileSettings(inputs);
  return { mode, ...readSettings(inputs), ...many, continueOnError: inputs.flag('continue-on-role-error'), profiles };
}

function readFederatedUserName(inputs: Inputs): string {
  const rule = '2 to 32 letters, digits or characters of +=,.@_-';
  const name = inputs.matching('federated-user-name', /^[\w+=,.@-]{2,32}$/, rule);
  if (!inputs.has('federated-user-name')) inputs.wrong('federated-user-name', `is missing; it should be ${rule}`);
  return name ?? '';
}
