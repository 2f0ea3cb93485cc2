import { EXPECTATION_INPUTS, readExpectations } from './expectations';
import { Inputs } from './inputs';
import { MFA_INPUTS, readMfa } from './mfa-inputs';
import { Problems } from './problems';
import type { Reading } from './reading';
import {
  isToken,
  type AssumeRoleRequest,
  type IdentitiesRequest,
  type IdentitiesSettings,
  type ManyRolesRequest,
  type Mode,
  type Request,
  type RoleSource,
} from './request';
import {
  readCustomTags,
  readSessionPolicies,
  readSessionSettings,
  readSignedSession,
  readUserSessionDuration,
} from './session-inputs';
import { readManyRoles, readRoleToAssume, rolesAreMany, type RoleLimits } from './role-inputs';
import { checkUnsigned, readIdentity, readSigningSource, readTokenSource } from './source-inputs';
import { checkRefresh } from './refresh-inputs';
import { readDestinations, readSessionProfileSettings, readSettings } from './step-inputs';

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
const INPUTS_OF_MODES: readonly (readonly [modes: readonly Mode[], inputs: readonly string[]])[] = [
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

/**
 * Reads every input and checks all that can be checked without a call.
 *
 * @throws ActionError `invalid-input` that names everything that is wrong
 */
export async function readRequest(env: NodeJS.ProcessEnv): Promise<ReadRequest> {
  const problems = new Problems();
  const reading: Reading = { inputs: new Inputs(env, problems), env, problems, warnings: [] };
  const mode = readMode(reading);
  checkInputsOf(mode, reading);
  const request = await readRequestOf(mode, reading);
  checkRefresh(request, reading);
  problems.throwIfAny();
  return { request, warnings: reading.warnings };
}

/** The modes that change IAM read more than the others, by code that loads for them alone. */
async function readIdentities(mode: IdentitiesRequest['mode'], reading: Reading): Promise<IdentitiesSettings> {
  const identities = await import('./identities-inputs');
  return identities.readIdentities(reading, mode);
}

/** The mode that is asked for, or that the other inputs imply. */
function readMode({ inputs, problems }: Reading): Mode {
  const asked = inputs.text('mode');
  const mode = MODES.find((known) => known === asked);
  if (mode !== undefined) return mode;
  if (asked !== undefined) problems.add('mode', `"${asked}" is none of ${MODES.join(', ')}`);
  if (['role-to-assume', 'roles'].some((name) => inputs.text(name) !== undefined)) return 'assume-role';
  if (inputs.text('federated-user-name') !== undefined) return 'federation-token';
  return MFA_INPUTS.some((name) => inputs.text(name) !== undefined) ? 'session-token' : 'access-keys';
}

function checkInputsOf(mode: Mode, { inputs, problems }: Reading): void {
  for (const [modes, names] of INPUTS_OF_MODES) {
    if (modes.includes(mode)) continue;
    for (const name of names.filter((input) => inputs.asks(input))) {
      // The compatible action takes what shapes a role session without a role, and does nothing with it.
      if (mode === 'access-keys' && modes[0] === 'assume-role' && !isDecisive(name)) continue;
      problems.add(name, `is for ${modes.join(' and ')}, and the mode is ${mode}`);
    }
  }
}

function isDecisive(name: string): boolean {
  return ['role-to-assume', 'roles', 'refresh-credentials'].includes(name) || name.startsWith('mfa-');
}

async function readRequestOf(mode: Mode, reading: Reading): Promise<Request> {
  const { inputs, problems } = reading;
  switch (mode) {
    case 'assume-role':
      return readAssumeRole(reading);
    case 'session-token': {
      const mfa = readMfa(inputs, problems);
      return {
        mode,
        ...readDelivered(mode, reading),
        identity: readIdentity(reading),
        duration: readUserSessionDuration(inputs),
        mfa,
      };
    }
    case 'federation-token':
      return {
        mode,
        ...readDelivered(mode, reading),
        identity: readIdentity(reading),
        name: readFederatedUserName(reading),
        duration: readUserSessionDuration(inputs),
        policies: readSessionPolicies(inputs, problems),
        tags: readCustomTags(inputs, problems),
      };
    case 'access-keys':
      return { mode, ...readDelivered(mode, reading), identity: readIdentity(reading) };
    case 'verify':
      return {
        mode,
        ...readSettings(reading),
        identity: readIdentity(reading),
        expectArn: inputs.text('expect-arn'),
        expectations: readExpectations(reading),
      };
    case 'provision':
      return {
        mode,
        ...(await readIdentities(mode, reading)),
        ephemeral: inputs.flag('ephemeral'),
        adoptExisting: inputs.flag('adopt-existing'),
      };
    case 'rotate':
      return {
        mode,
        ...(await readIdentities(mode, reading)),
        rotateNow: inputs.flag('rotate-now'),
        deleteOldKeys: inputs.flag('delete-old-keys'),
      };
    case 'deprovision':
      return { mode, ...(await readIdentities(mode, reading)) };
  }
}

/** What is the same for every mode that delivers one session. */
function readDelivered(mode: Mode, reading: Reading) {
  return {
    ...readSettings(reading),
    delivery: readDestinations(reading, mode),
    useExistingCredentials: reading.inputs.flag('use-existing-credentials'),
  };
}

async function readAssumeRole(reading: Reading): Promise<AssumeRoleRequest | ManyRolesRequest> {
  const { inputs } = reading;
  const identity = readRoleSource(reading);
  const limits: RoleLimits = {
    byToken: isToken(identity.source),
    byUserSession: identity.mfa !== undefined && rolesAreMany(reading),
    duration: identity.session.duration,
  };
  if (!rolesAreMany(reading)) {
    const chain = readRoleToAssume(reading, limits);
    if (limits.byToken) checkUnsigned(identity.signed, chain.length === 1 ? 'all' : [], reading);
    return {
      mode: 'assume-role',
      roles: 'one',
      ...readDelivered('assume-role', reading),
      identity: { ...identity, chain },
    };
  }
  const profileRoles = await readManyRoles(reading, limits);
  const profiles = readSessionProfileSettings(reading);
  if (limits.byToken) {
    const unsigned = profileRoles.filter(({ chain }) => chain.length === 1).map(({ profile }) => profile);
    checkUnsigned(identity.signed, unsigned.length === profileRoles.length ? 'all' : unsigned, reading);
  }
  return {
    mode: 'assume-role',
    roles: 'many',
    ...readSettings(reading),
    identity,
    profileRoles,
    continueOnError: inputs.flag('continue-on-role-error'),
    profiles,
  };
}

/** From what roles are assumed, and what their sessions are to be like. */
function readRoleSource(reading: Reading): RoleSource {
  const { inputs, problems, env } = reading;
  const session = readSessionSettings(inputs, problems);
  const source = readSigningSource(reading);
  const token = readTokenSource(reading);
  const mfa = readMfa(inputs, problems);
  if (mfa && session.plainCharacters) {
    problems.add('special-characters-workaround', 'asks several times, and a code of an MFA device is good once');
  }
  const signed = readSignedSession(inputs, problems, env);
  return token ? { source: token, mfa: undefined, session, signed } : { source, mfa, session, signed };
}

function readFederatedUserName({ inputs, problems }: Reading): string {
  const rule = '2 to 32 letters, digits or characters of +=,.@_-';
  const name = inputs.matching('federated-user-name', /^[\w+=,.@-]{2,32}$/, rule);
  if (inputs.text('federated-user-name') === undefined) {
    problems.add('federated-user-name', `is missing; it should be ${rule}`);
  }
  return name ?? '';
}
