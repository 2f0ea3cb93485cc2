import pMap from 'p-map';
import { secretsOf } from '../aws/credentials';
import { callsAws } from '../aws/endpoint';
import type { JobDelivery } from '../delivery/deliver';
import type { Report } from '../delivery/report';
import { requireAllowedAccount } from '../delivery/require-allowed-account';
import { ActionError, asActionError } from '../errors/action-error';
import { assumeChain } from '../identity-sources/chain';
import type { AssumedRole, RoleAssumer } from '../identity-sources/identity-source';
import { withMfa } from '../identity-sources/mfa';
import { openSource, signerFrom } from '../identity-sources/open-source';
import { signedRequests } from '../identity-sources/signed-requests';
import { identityOf } from '../identity-sources/work-as';
import { variableOf } from '../inputs/input-names';
import { isProof, type ManyRolesRequest, type ProfileRole } from '../inputs/request';
import { maskAccountsIn, maskIdentity } from '../runner/masks';
import { callSettings, type Step } from '../runner/step';
import { connectSts } from '../sts/connect';
import { MAX_CHAINED_DURATION, MIN_DURATION } from '../sts/session-parameters';
import { codeInCell } from '../text/markdown';
import { atMinute } from '../text/time-words';
import { expiryOf, identityCell, renewalOf } from './identity-report';
import type { Work } from './work';

/** How many roles are assumed at once. STS serves an account and region some hundred requests a second. */
const AT_ONCE = 20;

/** What became of the role of one profile. */
type RoleResult =
  | { readonly profile: string; readonly assumed: AssumedRole }
  | { readonly profile: string; readonly role: string; readonly error: ActionError };
type RoleObtained = Extract<RoleResult, { assumed: unknown }>;
type RoleFailed = Extract<RoleResult, { error: unknown }>;

/**
 * Assumes a role for each of several profiles, concurrently, all from one source.
 *
 * @throws ActionError `roles-failed` when it is finished, with every role that could not be assumed, if there are any
 */
export async function assumeManyRoles(request: ManyRolesRequest, step: Step): Promise<Work> {
  const results = await assumeAll(request, step);
  const obtained = results.filter((result) => 'assumed' in result);
  const failed = results.filter((result) => 'error' in result);
  return {
    identities: obtained.map(({ assumed }) => assumed.session.identity),
    async finish(deliver) {
      if (failed.length > 0 && !(request.continueOnError && obtained.length > 0)) throw rolesFailed(failed, request);
      await deliver(rolesDelivery(obtained, request));
      for (const { profile, error } of failed) {
        step.runner.warning(`The profile ${profile} is missing. ${error.message}`);
      }
      return rolesReport(results, request, step);
    },
  };
}

async function assumeAll(request: ManyRolesRequest, step: Step): Promise<RoleResult[]> {
  const { profileRoles } = request;
  const { runner } = step;
  // Of many roles, a line each is enough.
  const quiet: Step = { ...step, runner: { ...runner, info: () => undefined } };
  const source = await openForAll(request, step, quiet);
  let done = 0;
  return pMap(
    profileRoles,
    async (one): Promise<RoleResult> => {
      const result = await assumeOne(one, source, request, quiet);
      done += 1;
      const count = `[${done}/${profileRoles.length}] ${one.profile}:`;
      runner.info(`${count} ${'error' in result ? 'failed' : roleAndEnd(result.assumed)}`);
      return result;
    },
    { concurrency: AT_ONCE },
  );
}

async function assumeOne(
  { profile, chain }: ProfileRole,
  source: RoleAssumer,
  request: ManyRolesRequest,
  step: Step,
): Promise<RoleResult> {
  try {
    const { role, session } = await assumeChain({ ...request.identity, chain }, source, request, step);
    secretsOf(session.credentials).forEach(step.runner.mask);
    if (request.maskAccountId) maskAccountsIn(role.arn, step);
    const identity = await identityOf({ ...session, name: `the session of ${role.arn}` }, request, step);
    if (request.maskAccountId) maskIdentity(identity, step);
    requireAllowedAccount(identity, request);
    return { profile, assumed: { role, session: { ...session, identity } } };
  } catch (error) {
    const last = chain.at(-1) ?? chain[0];
    const role = 'arn' in last ? last.arn : last.pathAndName;
    const known = asActionError(error);
    // AWS's words name the caller, whose account need not be that of any role.
    if (request.maskAccountId) maskAccountsIn(known.message, step);
    return { profile, role, error: known };
  }
}

/**
 * What all roles are assumed from. A code of an MFA device is good once, so that MFA is proved once, for a session.
 *
 * @param step what is said in it of the source is said once
 * @param quiet in which the roles are assumed
 */
async function openForAll(request: ManyRolesRequest, step: Step, quiet: Step): Promise<RoleAssumer> {
  const { source, mfa } = request.identity;
  if (isProof(source)) return openSource(request.identity, request, quiet);
  const signer = await signerFrom(source, request, step);
  if (!mfa) return signedRequests(signer, undefined, request, quiet);
  const sts = await connectSts(request.connection, signer.credentials, callSettings(request, step));
  const limit = callsAws(request.connection.stsEndpoint, 'STS')
    ? ` Roles assumed with it last ${MAX_CHAINED_DURATION} seconds at most.`
    : '';
  step.runner.info(`Obtaining a session with MFA for the user of ${signer.name}.${limit}`);
  const tried = `obtain a session with MFA for the user of ${signer.name}`;
  // Long enough to assume every role, and no longer.
  const credentials = await withMfa({ ...signer, mfa }, request, step, (prove) =>
    sts.getSessionToken({ duration: MIN_DURATION }, prove, tried),
  );
  secretsOf(credentials).forEach(step.runner.mask);
  return signedRequests({ credentials, name: 'the session with MFA', identity: undefined }, undefined, request, quiet);
}

function roleAndEnd({ role, session }: AssumedRole): string {
  const { expiration } = session.credentials;
  return `${role.arn}, until ${expiration ? atMinute(expiration.getTime()) : 'an unknown time'}`;
}

function rolesDelivery(obtained: readonly RoleObtained[], request: ManyRolesRequest): JobDelivery {
  const { mode, profiles, connection, profileRoles } = request;
  const written = obtained.map(({ profile, assumed: { session } }) => ({
    name: profile,
    credentials: session.credentials,
    arn: session.identity.arn,
  }));
  const chains = profileRoles.map(({ profile, chain }) => [
    profile,
    chain.map((role) => ('arn' in role ? role.arn : role.pathAndName)),
  ]);
  const asRead = { [variableOf('roles')]: JSON.stringify(Object.fromEntries(chains)) };
  const arns = obtained.map(({ profile, assumed }) => [profile, assumed.role.arn]);
  return {
    credentials: written.map(({ credentials }) => credentials),
    profiles: { ...profiles, profiles: written, region: connection.region, asRead },
    outputs: {
      mode,
      'role-arns': JSON.stringify(Object.fromEntries(arns)),
      profiles: JSON.stringify(written.map(({ name }) => name)),
    },
  };
}

/** Which roles were assumed for which profiles, and which were not. */
export function rolesReport(
  results: readonly RoleResult[],
  { connection, profiles, identity }: Pick<ManyRolesRequest, 'connection' | 'profiles' | 'identity'>,
  step: Pick<Step, 'env' | 'clock'>,
): Report {
  const renewed = profiles.refresh ? renewalOf(identity.source, step) : undefined;
  const rows = results.map((result) => {
    const profile = codeInCell(result.profile);
    if ('error' in result) return `| ${profile} | ${codeInCell(result.role)} | | **failed:** ${result.error.code} |`;
    const { role, session } = result.assumed;
    const expires = expiryOf(session.credentials, renewed, step) ?? 'not known';
    const account = session.identity.account ?? 'not known';
    return `| ${profile} | ${identityCell(role.arn, connection)} | ${account} | ${expires} |`;
  });
  return {
    log: [],
    summary: ['| Profile | Role | Account | Expires |', '|:---|:---|:---|:---|', ...rows],
  };
}

function rolesFailed(failed: readonly RoleFailed[], request: ManyRolesRequest): ActionError {
  const { profileRoles, continueOnError } = request;
  // What stopped all of them alike, as when no token is to be had, is said once.
  const profiles = new Map<string, string[]>();
  for (const { profile, error } of failed) {
    profiles.set(error.message, [...(profiles.get(error.message) ?? []), profile]);
  }
  return new ActionError({
    code: 'roles-failed',
    tried: `assume ${failed.length} of ${profileRoles.length} roles; no credentials were exported`,
    why: [...profiles]
      .map(([message, those]) => `\n- ${those.join(', ')}: ${message.replaceAll('\n', '\n  ')}`)
      .join(''),
    fix:
      'Follow the fix of each.' +
      (continueOnError ? '' : ' With continue-on-role-error: true, the profiles of the roles that work are written.'),
    cause: failed[0]?.error,
  });
}
