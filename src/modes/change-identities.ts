import type { Identity } from '../aws/arn';
import { checkProfilesAreFree } from '../delivery/check-profiles';
import type { JobDelivery } from '../delivery/deliver';
import type { Report } from '../delivery/report';
import { credentialOutputs, credentialVariables, identityOutputs } from '../delivery/variables-and-outputs';
import { workAs } from '../identity-sources/work-as';
import type { IdentitiesRequest } from '../inputs/request';
import type { MadeKey } from '../provisioning/access-keys/make-key';
import { carryOut, type CarryingOut } from '../provisioning/carry-out';
import type { AccountAccess, TargetAccount } from '../provisioning/changes/account-access';
import type { Change } from '../provisioning/changes/change';
import { openAccount } from '../provisioning/open-account';
import { changesAnything, changesIn, type Plan } from '../provisioning/plan';
import { githubSecretsOf } from '../provisioning/plan-deprovision';
import { policyArn } from '../provisioning/resources/policy';
import { roleArn } from '../provisioning/resources/role';
import { userArn } from '../provisioning/resources/user';
import { planInShort, planLines, planMarkdown, planOutput } from '../provisioning/show-plan';
import { callSettings, type Step } from '../runner/step';
import { timeLimitReached } from '../runner/time-limit';
import type { Work } from './work';

/** In what the modes that change IAM differ. */
export interface Changing {
  readonly plan: (access: AccountAccess) => Promise<Plan>;
  /** Whether secrets of GitHub are written: then it is made sure first that they can be. */
  readonly makesSecrets: boolean;
  /** Whether it ends only when IAM shows what was made. */
  readonly readsBack: boolean;
  /** Whether the post step removes what is made. */
  readonly isEphemeral: boolean;
  /** What is said when it is done. */
  readonly done: string;
}

/** Opens the account. Then what is to change is planned, shown and done. */
export async function changeIdentities(request: IdentitiesRequest, step: Step, mode: Changing): Promise<Work> {
  const { runner } = step;
  const { identity, access, unlimited, keepForPost } = await open(request, mode, step);
  return {
    identities: [identity],
    async finish(deliver) {
      runner.info(`Account ${identity.account}, as ${identity.arn}, for the repository ${request.repository}.`);
      if (!request.dryRun && mode.makesSecrets) {
        await access.secrets?.check(githubSecretsOf(request.declaration.users).map(({ location }) => location));
      }
      const plan = await mode.plan(access);
      const changes = changesIn(plan);
      const title = `${request.dryRun ? 'Plan (nothing is changed)' : 'Plan'}: ${planInShort(changes)}`;
      runner.group(title, planLines(changes));
      plan.keys.forEach(({ notice }) => {
        if (notice !== undefined) runner.notice(notice);
      });
      const outputs = outputsOf(request, plan, identity, access.account);
      if (request.dryRun) {
        await deliver({ credentials: [], profiles: undefined, outputs, variables: {} });
        return planReport({ changes, identity, title, done: undefined }, request);
      }
      await checkProfilesAreFree(profilesOf(plan, request), step);
      const exportKeys: CarryingOut['exportKeys'] = (keys, confirm) =>
        deliver(keysDelivery(keys, outputs, request, step.env), confirm);
      await carryOut(plan, { unlimited, keepForPost, exportKeys, readsBack: mode.readsBack }, access);
      const done = changesAnything(plan) ? mode.done : 'Nothing had to be changed.';
      return planReport({ changes, identity, title, done }, request);
    },
  };
}

/** Opens the account, within the step's time limit; for cleaning up there is none. */
async function open(request: IdentitiesRequest, { isEphemeral }: Changing, step: Step) {
  const { runner, clock, ledger, env } = step;
  const { connection, repository, githubToken, timeLimit } = request;
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
    env,
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
  });
  const keepForPost: CarryingOut['keepForPost'] = (planned, made) => {
    ledger.makingKeys(
      planned.map(({ user, destinations }) => ({ user, destinations })),
      credentials,
      Object.fromEntries(made.map((key) => [key.user, key.credentials])),
    );
  };
  return { ...opened, keepForPost };
}

/** The profiles that keys are delivered to which are made now. */
function profilesOf({ keys }: Plan, { profiles }: IdentitiesRequest) {
  const { overwrite } = profiles;
  const destinations = keys.flatMap(({ make, destinations: places }) => (make ? places : []));
  return destinations.flatMap((destination) =>
    destination.to === 'profile' ? { name: destination.profile, overwrite } : [],
  );
}

function outputsOf(
  { mode, declaration }: IdentitiesRequest,
  plan: Plan,
  identity: Identity,
  account: TargetAccount,
): Record<string, string> {
  const { users, roles, policies } = declaration;
  const named = <T extends { readonly name: string; readonly path: string }>(
    declared: readonly T[],
    arnOf: (one: T, account: TargetAccount) => string,
  ) => Object.fromEntries(declared.map((one) => [one.name, arnOf(one, account)]));
  return {
    ...identityOutputs({ mode, identity, roleArns: named(roles, roleArn), profiles: [] }),
    'user-arns': JSON.stringify(named(users, userArn)),
    'policy-arns': JSON.stringify(named(policies, policyArn)),
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
  const destinations = keys.flatMap(({ destinations: places, credentials }) =>
    places.map((destination) => ({ destination, credentials })),
  );
  const written = destinations.flatMap(({ destination, credentials }) =>
    destination.to === 'profile' ? { name: destination.profile, credentials } : [],
  );
  const forOutputs = destinations.find(({ destination }) => destination.to === 'outputs');
  const forEnvironment = destinations.find(({ destination }) => destination.to === 'environment');
  return {
    credentials: keys.map(({ credentials }) => credentials),
    profiles: { ...profiles, profiles: written, region, refresh: false },
    outputs: {
      ...outputs,
      profiles: JSON.stringify(written.map(({ name }) => name)),
      ...(forOutputs && credentialOutputs(forOutputs.credentials)),
    },
    variables: forEnvironment ? credentialVariables(forEnvironment.credentials, region, env) : {},
  };
}

interface PlanFindings {
  readonly title: string;
  readonly changes: readonly Change[];
  readonly identity: Identity;
  /** What is said when it is done, if it is. */
  readonly done: string | undefined;
}

/** What had to be done, or with dry-run would have. */
function planReport({ title, changes, identity, done }: PlanFindings, { mode }: IdentitiesRequest): Report {
  return {
    log: done === undefined ? [] : [done],
    summary: [
      `### AWS identities: ${mode}`,
      '',
      `${title}. Account ${identity.account}, as \`${identity.arn}\`.`,
      '',
      ...planMarkdown(changes),
    ],
  };
}
