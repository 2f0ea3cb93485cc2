import pMap from 'p-map';
import { admit, checkProfilesAreFree } from '../delivery/admit';
import { maskAccountsIn } from '../runner/masks';
import { callSettings, type Step } from '../runner/step';
import { withinTimeLimit } from '../runner/time-limit';
import { secretsOf, type Credentials } from '../aws/credentials';
import { ActionError } from '../errors/action-error';
import type { AssumeRolesRequest, ProfileRole } from '../inputs/request';
import { handOver, unsetCurrent } from '../delivery/hand-over';
import { summarizeRoles } from '../delivery/summary';
import { connectSts } from '../sts/connect';
import { explainSts } from '../sts/explain';
import { assumeChain } from './assume-role';
import { credentialsOrigin } from './credentials-origin';
import { withMfa } from './mfa';
import type { Origin } from './origin';
import type { AssumedRole, RoleResult } from '../delivery/outcome';
import { credentialsOf, nameOf } from './source';
import { webIdentityOrigin } from './web-identity-origin';

/** How many roles are assumed at once. STS serves an account and region some hundred requests a second. */
const AT_ONCE = 20;

/**
 * Assumes a role for each of several profiles, side by side, all from one source.
 *
 * @throws ActionError `roles-failed` with every role that could not be assumed, when there are any
 */
export async function assumeRoles(request: AssumeRolesRequest, step: Step): Promise<void> {
  const { roles, profiles, connection } = request;
  await checkProfilesAreFree(
    roles.map(({ profile }) => profile),
    profiles.overwrite,
    step,
  );
  if (request.unsetCurrentCredentials) unsetCurrent(step);
  const results = await withinTimeLimit(request.timeLimit, assumeAll(request, step), step.clock);
  const assumed = results.flatMap((result) => ('assumed' in result ? result : []));
  const failed = results.flatMap((result) => ('error' in result ? result : []));
  if (failed.length === 0 || (request.continueOnError && assumed.length > 0)) {
    const written = assumed.map(({ profile, assumed: { session } }) => ({
      name: profile,
      credentials: session.credentials,
    }));
    await handOver(
      {
        profiles: { ...profiles, profiles: written, region: connection.region, renew: request.refreshCredentials },
        outputs: {
          mode: request.mode,
          'role-arns': JSON.stringify(
            Object.fromEntries(assumed.map(({ profile, assumed: { role } }) => [profile, role.arn])),
          ),
          profiles: JSON.stringify(written.map(({ name }) => name)),
        },
        variables: {},
      },
      step,
    );
    for (const { profile, error } of failed) step.runner.warning(`The profile ${profile} is missing. ${error.message}`);
    await summarizeRoles(results, request, step);
    return;
  }
  throw rolesFailed(failed, request);
}

/** Assumes the role of one profile alone. */
export async function assumeRoleOf(profile: string, request: AssumeRolesRequest, step: Step): Promise<Credentials> {
  const roles = request.roles.filter((role) => role.profile === profile);
  const [result] = await assumeAll({ ...request, roles }, step);
  if (!result) throw new Error(`The input roles names no profile ${profile}.`);
  if ('error' in result) throw result.error;
  return result.assumed.session.credentials;
}

async function assumeAll(request: AssumeRolesRequest, step: Step): Promise<RoleResult[]> {
  const { runner } = step;
  // Of many roles, a line each is enough.
  const quiet: Step = { ...step, runner: { ...runner, info: () => undefined } };
  const origin = await originOf(request, quiet, runner.info);
  let done = 0;
  return pMap(
    request.roles,
    async ({ profile, chain }): Promise<RoleResult> => {
      const result = await assumeOne({ profile, chain }, origin, request, quiet);
      done += 1;
      const count = `[${done}/${request.roles.length}] ${profile}:`;
      if ('error' in result) runner.info(`${count} failed`);
      else runner.info(`${count} ${result.assumed.role.arn}, until ${untilOf(result.assumed)}`);
      return result;
    },
    { concurrency: AT_ONCE },
  );
}

async function assumeOne(
  { profile, chain }: ProfileRole,
  origin: Origin,
  request: AssumeRolesRequest,
  step: Step,
): Promise<RoleResult> {
  try {
    const assumed = await assumeChain(chain, origin, request, step);
    secretsOf(assumed.session.credentials).forEach(step.runner.mask);
    if (request.maskAccountId) maskAccountsIn(assumed.role.arn, step);
    admit(assumed.session.identity, request);
    return { profile, assumed };
  } catch (error) {
    const last = chain.at(-1) ?? chain[0];
    const role = 'arn' in last ? last.arn : last.pathAndName;
    const known =
      error instanceof ActionError
        ? error
        : explainSts(error, { tried: `assume ${role}`, region: request.connection.region });
    // AWS's words name the caller, whose account need not be that of any role.
    if (request.maskAccountId) maskAccountsIn(known.message, step);
    return { profile, role, error: known };
  }
}

/** What all roles are assumed from. A code of an MFA device is good once, so that MFA is proved once, for a session. */
async function originOf(request: AssumeRolesRequest, step: Step, log: (line: string) => void): Promise<Origin> {
  if (request.by === 'web identity') return webIdentityOrigin(request.token, request, step);
  const credentials = await credentialsOf(request.source, request, step);
  const name = nameOf(request.source);
  if (!request.mfa) return credentialsOrigin({ credentials, name }, request, step);
  const sts = await connectSts(request.connection, credentials, callSettings(request, step));
  log(`Obtaining a session with MFA for the user of ${name}. Roles assumed from it last an hour at most.`);
  const tried = `obtain a session with MFA for the user of ${name}`;
  const session = await withMfa(request.mfa, credentials, request, step, (prove) =>
    sts.getSessionToken({ duration: SESSION_FOR_ROLES }, prove, tried),
  );
  secretsOf(session).forEach(step.runner.mask);
  return credentialsOrigin({ credentials: session, name: 'the session with MFA' }, request, step);
}

/** Seconds: long enough to assume every role, and no longer. */
const SESSION_FOR_ROLES = 900;

function untilOf({ session }: AssumedRole): string {
  return session.credentials.expiration?.toISOString() ?? 'an unknown time';
}

function rolesFailed(
  failed: readonly Extract<RoleResult, { error: unknown }>[],
  { roles, continueOnError }: AssumeRolesRequest,
): ActionError {
  const [first] = failed;
  // What stopped all of them alike, as when no token is to be had, is said once.
  const profiles = new Map<string, string[]>();
  for (const { profile, error } of failed) {
    profiles.set(error.message, [...(profiles.get(error.message) ?? []), profile]);
  }
  return new ActionError(
    {
      code: 'roles-failed',
      tried: `assume ${failed.length} of ${roles.length} roles; no credentials were handed on`,
      why: [...profiles]
        .map(([message, those]) => `\n- ${those.join(', ')}: ${message.replaceAll('\n', '\n  ')}`)
        .join(''),
      fix:
        'Mend each as it says.' +
        (continueOnError ? '' : ' With continue-on-role-error: true, the roles that work are handed on all the same.'),
    },
    { cause: first?.error },
  );
}
