import type { Identity } from '../aws/arn';
import type { JobDelivery } from '../delivery/deliver';
import { checkJobProfiles } from '../delivery/job-profiles';
import { credentialOutputs, credentialVariables, identityOutputs } from '../delivery/variables-and-outputs';
import { asActionError } from '../errors/action-error';
import { messageOf } from '../errors/message';
import type { Lookup } from '../iam/look-ahead';
import type { DeclaredUser, KeyDestination } from '../identities/declaration';
import type { StoredSecret } from '../identities/stored-secret';
import { workAs } from '../identity-sources/work-as';
import type { IdentitiesRequest } from '../inputs/request';
import { inTime } from '../network/deadline';
import { storedSecretsOf } from '../provisioning/access-keys/destinations';
import { recordFound } from '../provisioning/access-keys/end-keys';
import type { MadeKey } from '../provisioning/access-keys/make-key';
import { carryOut, ownWaitOf, type CarryingOut } from '../provisioning/carry-out';
import type { AccountAccess, TargetAccount } from '../provisioning/changes/account-access';
import { obstacleFailure, requireNoObstacle } from '../provisioning/changes/change';
import { openAccount } from '../provisioning/open-account';
import {
  changesAnything,
  changesIn,
  foundOfHindered,
  foundOfKeys,
  withoutHindered,
  type Plan,
} from '../provisioning/plan';
import { policyArn } from '../provisioning/resources/policy';
import { roleArn } from '../provisioning/resources/role';
import { userArn } from '../provisioning/resources/user';
import { writeRun } from '../provisioning/run';
import { planOutput } from '../provisioning/show-plan';
import { usersWithoutPlaces, withoutUsers } from '../provisioning/users-without-places';
import { callSettings, type Step } from '../runner/step';
import { timeLimitReached, timeLimitTooShort } from '../runner/time-limit';
import { accountText, reportPlan, type ReportedPlan } from './report-plan';
import type { Work } from './work';

/** How the modes that change IAM differ. */
export interface Changing {
  /** What `plan` asks for first. */
  readonly lookups?: readonly Lookup[];
  readonly plan: (access: AccountAccess) => Promise<Plan>;
  /** Whether secrets are written to stores: then it is made sure first that they can be. */
  readonly makesSecrets?: boolean;
  /** Whether it ends only when IAM shows what was made. */
  readonly readsBack?: boolean;
  /** Whether the post step removes what is made. */
  readonly isEphemeral?: boolean;
  /** What is said when it is done. */
  readonly done: (plan: Plan) => string;
}

/** Opens the account. Then what is to change is planned, shown and done. */
export async function changeIdentities(request: IdentitiesRequest, step: Step, mode: Changing): Promise<Work> {
  const { runner, env } = step;
  const { dryRun, declaration, repository, profiles } = request;
  const { identity, access, unlimited, ledger, requireTime } = await open(request, step, mode);
  return {
    identities: [identity],
    async finish(deliver) {
      const arn = identity.arn ?? 'not known';
      runner.info(`Account ${accountText(access.account)}, as ${arn}, for the repository ${repository}.`);
      const plan = await makePlan(request, step, mode, access);
      const { hindered } = plan;
      const summary = await showPlan(plan, { arn, account: access.account }, request, step);
      const outputs = outputsOf(request, plan, identity, access.account);
      const warnOfPlaces = async () => {
        if (mode.makesSecrets) await warnOfSecrets(storedSecretsOf(declaration.users), access);
      };
      if (dryRun) {
        await warnOfPlaces();
        const failure = obstacleFailure(hindered);
        await deliver({ outputs });
        return { log: [], summary, failure };
      }
      requireTime(ownWaitOf(plan));
      const delivered = plan.keys.flatMap(({ make, destinations }) => (make ? profilesAmong(destinations) : []));
      await checkJobProfiles({ ...profiles, names: delivered, refresh: false }, step);
      const isRecorded = await recordFound(foundOfHindered(hindered), access);
      const exportKeys: CarryingOut['exportKeys'] = (keys, confirm) =>
        // A step that fails hands nothing to the job.
        hindered.length > 0 ? confirm() : deliver(keysDelivery(keys, outputs, request, env), confirm);
      try {
        await carryOut(plan, { unlimited, ledger, exportKeys, readsBack: mode.readsBack ?? false }, access);
      } catch (error) {
        return { log: [], summary, failure: failureOf(hindered, error) };
      }
      await warnOfPlaces();
      const left = changesAnything(plan) ? hindered.map(({ user }) => user) : [];
      const failure = obstacleFailure(hindered, outcomeOf(left, isRecorded));
      if (failure) {
        // What was done, later steps may know. It tells nothing secret.
        await deliver({ outputs });
        return { log: [], summary, failure };
      }
      const done = changesAnything(plan) ? mode.done(plan) : 'Nothing had to be changed.';
      return { log: [done], summary: [done, '', ...summary] };
    },
  };
}

/**
 * Plans what can be done. Where something is in the way of all of it, what was found of keys is reported and recorded.
 *
 * @throws ActionError with all that is in the way then
 */
async function makePlan(
  { dryRun, declaration }: IdentitiesRequest,
  { runner }: Step,
  mode: Changing,
  access: AccountAccess,
): Promise<Plan> {
  const isDelivering = !dryRun && mode.makesSecrets === true;
  const withoutPlaces = isDelivering ? await usersWithoutPlaces(declaration.users, access) : [];
  const plan = withoutHindered(withoutUsers(await mode.plan(access), withoutPlaces));
  const { obstacles, hindered } = plan;
  if (obstacles.length > 0) {
    reportFound(plan, runner);
    const isRecorded = !dryRun && (await recordFound(foundOfKeys(plan), access));
    requireNoObstacle([...obstacles, ...hindered], outcomeOf([], isRecorded));
  }
  return plan;
}

/** Shows a plan, and what is worth knowing of it, wherever the step is to show it. The answer is for the summary. */
async function showPlan(
  plan: Plan,
  whose: Pick<ReportedPlan, 'arn' | 'account'>,
  request: IdentitiesRequest,
  step: Step,
): Promise<string[]> {
  const isNothing = !changesAnything(plan) && plan.hindered.length === 0;
  const shown = { ...whose, changes: changesIn(plan), isNothing };
  const summary = reportPlan(shown, request, step);
  if (request.planComment) {
    const { commentPlan } = await import('./comment-plan');
    await commentPlan(shown, request, step);
  }
  for (const warning of plan.devices.flatMap(({ warnings }) => warnings)) step.runner.warning(warning);
  reportFound(plan, step.runner);
  return summary;
}

function reportFound(plan: Plan, { notice }: Step['runner']): void {
  for (const { notices } of foundOfKeys(plan)) notices.forEach(notice);
}

/** Why a plan could not be carried out, together with what was in the way of some users. */
function failureOf(hindered: Plan['hindered'], error: unknown): Error {
  const failure = error instanceof Error ? error : asActionError(error);
  if (hindered.length === 0) return failure;
  const more = hindered.map(({ text }) => `${text}.`).join(' ');
  return asActionError(failure).because(`In addition, ${more}`);
}

/**
 * What was done where something was in the way, for people.
 *
 * @param left users to whom nothing was done, where something else was; none where nothing was done at all
 */
function outcomeOf(left: readonly string[], isRecorded: boolean): string {
  const recorded = isRecorded ? ', but what was found of access keys is recorded' : '';
  if (left.length === 0) return `Nothing was changed${recorded}`;
  const users = [...new Set(left)].map((name) => `the user ${name}`).join(' and ');
  return `Nothing of ${users} was changed${recorded}. All else that the plan shows is done`;
}

/** Says what is otherwise for those who read the secrets. That it cannot be found out changes nothing, but may stop a run. */
async function warnOfSecrets(secrets: readonly StoredSecret[], access: AccountAccess): Promise<void> {
  const { stores, warn, log, isDryRun } = access;
  try {
    (await stores.warningsOf(secrets)).forEach(warn);
  } catch (error) {
    (isDryRun ? warn : log)(messageOf(error));
  }
}

/** Opens the account, within the step's time limit; for cleaning up there is none. */
async function open(request: IdentitiesRequest, step: Step, { isEphemeral, lookups }: Changing) {
  const { runner, clock, ledger, env } = step;
  const { connection, repository, githubToken, terraformToken, timeLimit, dryRun, allowedAccounts, expectArn } =
    request;
  const started = clock.now();
  const { credentials, name, identity } = await workAs(request.identity, request, step);
  const opened = await openAccount({
    credentials,
    credentialsName: name,
    identity,
    connection,
    calls: callSettings(request, step),
    repository,
    githubToken,
    terraformToken,
    env,
    isDryRun: dryRun,
    // An account that may not be the right one is not even read.
    lookups: allowedAccounts.length === 0 && expectArn === undefined ? lookups : [],
    reporter: {
      log: runner.info,
      warn: runner.warning,
      mask: runner.mask,
      remember(created) {
        if (isEphemeral) ledger.creating(created, credentials);
      },
    },
    beforeEach() {
      if (timeLimit !== undefined && clock.now() - started > timeLimit * 1000) throw timeLimitReached(timeLimit);
    },
    until: timeLimit === undefined ? undefined : started + timeLimit * 1000,
    inTime(answer) {
      if (timeLimit === undefined) return answer;
      return inTime(answer, started + timeLimit * 1000 - clock.now(), clock, () => timeLimitReached(timeLimit));
    },
  });
  ledger.runningAs(writeRun(opened.access.run), opened.identity.arn);
  const ofKeys: CarryingOut['ledger'] = {
    unfinished(keys, begun) {
      ledger.makingKeys(keys, credentials, begun);
    },
    ofJob({ user, id, isAnnounced }) {
      ledger.creating({ kind: 'access key', user, id, ...(isAnnounced && { isAnnounced }) }, credentials);
    },
  };
  /** That a step is stopped by its limit while it waits, it says before it changes anything. */
  const requireTime = (waitMs: number) => {
    const took = clock.now() - started;
    if (timeLimit !== undefined && took + waitMs >= timeLimit * 1000) throw timeLimitTooShort(timeLimit, waitMs, took);
  };
  return { ...opened, ledger: ofKeys, requireTime };
}

type Named = Pick<DeclaredUser, 'name' | 'path'>;

function outputsOf(
  { mode, declaration }: IdentitiesRequest,
  plan: Plan,
  identity: Identity,
  account: TargetAccount,
): Record<string, string> {
  const { users, roles, policies } = declaration;
  const byName = (declared: readonly Named[], arnOf: (one: Named, account: TargetAccount) => string) =>
    Object.fromEntries(declared.map((one) => [one.name, arnOf(one, account)]));
  return {
    ...identityOutputs({ mode, identity, roleArns: byName(roles, roleArn) }),
    'user-arns': JSON.stringify(byName(users, userArn)),
    'policy-arns': JSON.stringify(byName(policies, policyArn)),
    changed: String(changesAnything(plan)),
    plan: planOutput(changesIn(plan)),
  };
}

/** What the job gets: the keys that are for its environment, its outputs and its profiles. */
function keysDelivery(
  keys: readonly MadeKey[],
  outputs: Readonly<Record<string, string>>,
  { connection, profiles }: IdentitiesRequest,
  env: NodeJS.ProcessEnv,
): JobDelivery {
  const { region } = connection;
  const written = keys.flatMap(({ plan, credentials }) =>
    profilesAmong(plan.destinations).map((name) => ({ name, credentials })),
  );
  const keyFor = (where: KeyDestination['to']) =>
    keys.find(({ plan }) => plan.destinations.some(({ to }) => to === where));
  const [forOutputs, forEnvironment] = [keyFor('outputs'), keyFor('environment')];
  return {
    credentials: keys.map(({ credentials }) => credentials),
    profiles: { ...profiles, profiles: written, region, refresh: false },
    outputs: {
      ...outputs,
      profiles: JSON.stringify(written.map(({ name }) => name)),
      ...(forOutputs && credentialOutputs(forOutputs.credentials)),
    },
    variables: forEnvironment && credentialVariables(forEnvironment.credentials, region, env),
    exportedOf: forEnvironment && `the user ${forEnvironment.plan.user}`,
  };
}

function profilesAmong(destinations: readonly KeyDestination[]): string[] {
  return destinations.flatMap((destination) => (destination.to === 'profile' ? destination.profile : []));
}
