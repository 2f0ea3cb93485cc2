import type { Identity } from '../aws/arn';
import { checkProfilesAreFree } from '../delivery/check-profiles';
import type { Delivery } from '../delivery/deliver';
import type { Report } from '../delivery/report';
import { credentialOutputs, credentialVariables, identityOutputs } from '../delivery/variables-and-outputs';
import { describeSecret } from '../github/connect';
import { connectIam } from '../iam/connect';
import { workAs } from '../identity-sources/work-as';
import type { IdentitiesRequest } from '../inputs/request';
import type { MadeKey } from '../provisioning/access-keys';
import { apply, applyLater } from '../provisioning/apply';
import { policyArn, roleArn, userArn } from '../provisioning/arns';
import { changesAnything, changesIn, secretsOf, type Plan } from '../provisioning/document-plan';
import type { Hands } from '../provisioning/hands';
import { makeMfaDevice } from '../provisioning/mfa-devices';
import { openAccount, type Entry } from '../provisioning/open-account';
import type { Change, Place } from '../provisioning/plan';
import { readBack } from '../provisioning/read-back';
import { renewKeys, type Renewal } from '../provisioning/renew-keys';
import { planInShort, planLines, planMarkdown, planOutput } from '../provisioning/show-plan';
import { sideBySide } from '../provisioning/side-by-side';
import { callSettings, type Step } from '../runner/step';
import { timeLimitReached } from '../runner/time-limit';
import type { Deliver, Work } from './work';

/** In what the modes that change IAM differ. */
export interface Changing {
  readonly plan: (hands: Hands) => Promise<Plan>;
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
  const { identity, hands, renewal } = await open(request, mode, step);
  return {
    identities: [identity],
    async finish(deliver) {
      runner.info(`Account ${identity.account}, as ${identity.arn}, for the repository ${request.repository}.`);
      if (!request.dryRun && mode.makesSecrets) {
        await hands.secrets?.check(secretsOf(request.declaration.users).map(({ location }) => location));
      }
      const plan = await mode.plan(hands);
      const changes = changesIn(plan);
      const title = `${request.dryRun ? 'Plan (nothing is changed)' : 'Plan'}: ${planInShort(changes)}`;
      runner.group(title, planLines(changes));
      plan.keys.forEach(({ notice }) => {
        if (notice !== undefined) runner.notice(notice);
      });
      const outputs = outputsOf(request, plan, identity, hands.place);
      if (request.dryRun) {
        await deliver({ credentials: [], profiles: undefined, outputs, variables: {} });
        return planReport({ changes, identity, title, done: undefined }, request);
      }
      await checkProfilesAreFree(profilesOf(plan, request), step);
      await carryOut(plan, mode, { ...renewal, deliver: keysTo(deliver, outputs, request, step) }, hands);
      const done = changesAnything(plan) ? mode.done : 'Nothing had to be changed.';
      return planReport({ changes, identity, title, done }, request);
    },
  };
}

async function carryOut(plan: Plan, { readsBack }: Changing, renewal: Renewal, hands: Hands): Promise<void> {
  const fresh = new Set<string>();
  const changes = plan.phases.flat();
  await apply(plan.phases, fresh, hands);
  await renewKeys(plan.keys, fresh, renewal, hands, async () => {
    await applyLater(changes, fresh, hands);
    await sideBySide(plan.devices, (device) => makeMfaDevice(device, fresh, hands));
    if (readsBack) await readBack(changes, hands);
  });
  await sideBySide(plan.secrets, async (secret) => {
    await hands.secrets?.remove(secret);
    hands.log(`Removed the GitHub secret ${describeSecret(secret)}.`);
  });
}

/** Opens the account, within the step's time limit; for cleaning up there is none. */
async function open(request: IdentitiesRequest, { isEphemeral }: Changing, step: Step) {
  const { runner, clock, ledger, env } = step;
  const { connection, repository, githubToken, timeLimit } = request;
  const started = clock.now();
  const { credentials, name } = await workAs(request.identity, request, step);
  const entry: Entry = {
    credentials,
    credentialsName: name,
    connection,
    calls: callSettings(request, step),
    repository,
    githubToken,
    env,
    witness: {
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
  };
  const { identity, hands } = await openAccount(entry);
  const patient: Hands = { ...hands, iam: await connectIam(connection, credentials, entry.calls) };
  const settling: Renewal['settling'] = (planned, made) => {
    ledger.makingKeys(
      planned.map(({ user, destinations }) => ({ user, destinations })),
      credentials,
      Object.fromEntries(made.map((key) => [key.user, key.credentials])),
    );
  };
  return { identity, hands, renewal: { settling, patient } };
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
  place: Place,
): Record<string, string> {
  const { users, roles, policies } = declaration;
  const named = <T extends { readonly name: string; readonly path: string }>(
    declared: readonly T[],
    arnOf: (one: T, place: Place) => string,
  ) => Object.fromEntries(declared.map((one) => [one.name, arnOf(one, place)]));
  return {
    ...identityOutputs({ mode, identity, roleArns: named(roles, roleArn), profiles: [] }),
    'user-arns': JSON.stringify(named(users, userArn)),
    'policy-arns': JSON.stringify(named(policies, policyArn)),
    changed: String(changesAnything(plan)),
    plan: planOutput(changesIn(plan)),
  };
}

/** Delivers keys to the job, with what the step says of its plan. */
function keysTo(
  deliver: Deliver,
  outputs: Readonly<Record<string, string>>,
  request: IdentitiesRequest,
  { env }: Step,
): Renewal['deliver'] {
  return (keys, confirm) => deliver(keysDelivery(keys, outputs, request, env), confirm);
}

/** What the job gets: the keys that are for its environment, its outputs and its profiles. */
function keysDelivery(
  keys: readonly MadeKey[],
  outputs: Readonly<Record<string, string>>,
  { connection, profiles }: IdentitiesRequest,
  env: NodeJS.ProcessEnv,
): Delivery {
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
    profiles: { ...profiles, profiles: written, region, renew: false },
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
