import { admit, checkProfilesAreFree } from '../delivery/admit';
import { maskAccountsIn } from '../runner/masks';
import { callSettings, type Step } from '../runner/step';
import { timeLimitReached } from '../runner/time-limit';
import type { Identity } from '../aws/arn';
import type { IdentitiesRequest } from '../inputs/request';
import { credentialsOf, nameOf } from '../modes/source';
import { identityOutputs } from '../delivery/publish';
import { apply, applyLater } from './apply';
import { policyArn, roleArn, userArn } from './arns';
import {
  changesAnything,
  changesIn,
  planDeprovision,
  planProvision,
  planRotations,
  secretsOf,
  type Plan,
} from './document-plan';
import type { Hands } from './hands';
import { connectIam } from '../iam/connect';
import { describeSecret } from '../github/connect';
import { makeMfaDevice } from './mfa-devices';
import { openAccount, type Entry } from './open-account';
import type { Place } from './plan';
import { readBack } from './read-back';
import { renewKeys, type Renewal } from './renew-keys';
import { planInShort, planLines, planOutput } from './show-plan';
import { sideBySide } from './side-by-side';
import { summarizePlan } from './summarize-plan';

const DONE = {
  provision: 'The account is as declared.',
  rotate: 'The keys that were due are replaced.',
  deprovision: 'What was declared is removed.',
} as const;

/** Makes an account as a document declares it, replaces its keys, or takes it all down: planned, shown, then done. */
export async function changeIdentities(request: IdentitiesRequest, step: Step): Promise<void> {
  const { runner } = step;
  const { identity, hands, renewal } = await open(request, step);
  if (request.maskAccountId) maskAccountsIn(identity.arn, step);
  admit(identity, request);
  runner.info(`Account ${identity.account}, as ${identity.arn}, for the repository ${request.repository}.`);
  if (!request.dryRun && request.mode !== 'deprovision') {
    await hands.secrets?.check(secretsOf(request.declaration.users).map(({ location }) => location));
  }

  const plan = await planFor(request, hands);
  const changes = changesIn(plan);
  const title = `${request.dryRun ? 'Plan (nothing is changed)' : 'Plan'}: ${planInShort(changes)}`;
  runner.group(title, planLines(changes));
  plan.keys.forEach(({ notice }) => {
    if (notice !== undefined) runner.notice(notice);
  });
  const outputs = outputsFor(request, plan, identity, hands.place);
  if (request.dryRun) {
    for (const [name, value] of Object.entries(outputs)) runner.setOutput(name, value);
  } else {
    await checkProfilesAreFree(profilesFor(plan), request.profiles.overwrite, step);
    await carryOut(plan, { ...renewal, outputs }, hands);
    runner.info(changesAnything(plan) ? DONE[request.mode] : 'Nothing had to be changed.');
  }
  await summarizePlan({ changes, identity, title }, request, step);
}

function planFor(request: IdentitiesRequest, hands: Hands): Promise<Plan> {
  switch (request.mode) {
    case 'provision':
      return planProvision(request, hands);
    case 'rotate':
      return planRotations(request, hands);
    case 'deprovision':
      return planDeprovision(request.declaration, hands);
  }
}

async function carryOut(plan: Plan, renewal: Renewal, hands: Hands): Promise<void> {
  const fresh = new Set<string>();
  const changes = plan.phases.flat();
  await apply(plan.phases, fresh, hands);
  await renewKeys(plan.keys, fresh, renewal, hands, async () => {
    await applyLater(changes, fresh, hands);
    await sideBySide(plan.devices, (device) => makeMfaDevice(device, fresh, hands));
    if (renewal.request.mode === 'provision') await readBack(changes, hands);
  });
  await sideBySide(plan.secrets, async (secret) => {
    await hands.secrets?.remove(secret);
    hands.log(`Removed the GitHub secret ${describeSecret(secret)}.`);
  });
}

/** Opens the account, within the step's time limit; for cleaning up there is none. */
async function open(request: IdentitiesRequest, step: Step) {
  const { runner, clock, ledger, env } = step;
  const { connection, repository, githubToken, timeLimit, source } = request;
  const credentials = await credentialsOf(source, request, step);
  const started = clock.now();
  const entry: Entry = {
    credentials,
    credentialsName: nameOf(source),
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
        if (request.mode === 'provision' && request.ephemeral) ledger.creating(created, credentials);
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
  return { identity, hands, renewal: { request, step, settling, patient } };
}

/** The profiles that keys are delivered to which are made now. */
function profilesFor({ keys }: Plan): string[] {
  const destinations = keys.flatMap(({ make, destinations: places }) => (make ? places : []));
  return destinations.flatMap((destination) => (destination.to === 'profile' ? destination.profile : []));
}

function outputsFor(
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
