import { ActionError } from '../errors/action-error';
import { githubRefusalOf } from '../github/failure';
import type { Declaration, DeclaredUser, GithubSecret } from '../identities/declaration';
import type { ProvisionRequest, RotateRequest } from '../inputs/request';
import type { ExistingUser, Namesake } from './account';
import { mfaDeviceArn, oidcProviderArn, policyArn } from './arns';
import type { Hands } from './hands';
import { inOrder } from './in-order';
import { describeSecret } from '../github/connect';
import { arrivalOf, secretsFor } from './key-places';
import { readKeyRecord } from './key-record';
import { KEY_RECORD } from '../identities/own-tags';
import type { Change, Obstacle, Planned } from './plan';
import { notOurs, type Rules } from './plan-changes';
import { planKey, planRotation, type KeyHolder, type KeyPlan, type PlannedKey } from './plan-key';
import { planMfaDevice, type MfaDevicePlan } from './plan-mfa-device';
import { planOidcProvider } from './plan-oidc-provider';
import { planPolicy } from './plan-policy';
import { boundariesInUse } from './plan-policy-removal';
import { planRemoval, usersLeft } from './plan-removal';
import { planRole } from './plan-role';
import { planUser } from './plan-user';
import { readAccessKeys, readAccount, tagsIn } from './read-account';
import { sideBySide } from './side-by-side';

/** Everything that a step is to do to an account, and in which order. */
export interface Plan {
  /** Done one after the other. */
  readonly phases: readonly (readonly Change[])[];
  readonly devices: readonly MfaDevicePlan[];
  readonly keys: readonly KeyPlan[];
  /** Removed from GitHub, after all the rest. */
  readonly secrets: readonly GithubSecret[];
}

/** What is to become of each thing, in the order in which it is done. */
export function changesIn({ phases, devices, keys, secrets }: Plan): Change[] {
  return [
    ...phases.flat(),
    ...devices.map(({ change }) => change),
    ...keys.map(({ change }) => change),
    ...secrets.map((secret): Change => {
      return { action: 'delete', kind: 'GitHub secret', name: describeSecret(secret), details: [], stages: [] };
    }),
  ];
}

/** Whether the plan changes anything. */
export function changesAnything(plan: Plan): boolean {
  const { devices, keys, secrets } = plan;
  return (
    secrets.length > 0 ||
    changesIn(plan).some(({ stages }) => stages.length > 0) ||
    devices.some(({ change }) => change.action === 'create') ||
    keys.some(({ make }) => make !== undefined)
  );
}

/**
 * What makes the account as declared.
 *
 * @throws ActionError when something is in the way, with all that is
 */
export async function planProvision({ declaration, adoptExisting }: ProvisionRequest, hands: Hands): Promise<Plan> {
  const { iam, place } = hands;
  const rules: Rules = { place, adoptExisting };
  const { oidcProviders, policies, users, roles } = declaration;
  const existing = await readAccount(declaration, iam, place);
  const taken = existing.namesakes.map(nameTaken);
  const free = (kind: Namesake['kind'], name: string) =>
    !existing.namesakes.some((namesake) => namesake.kind === kind && namesake.name === name);
  const [devices, holders] = await Promise.all([
    sideBySide(users, (user) => readDevice(user, existing.users.get(user.name), hands)),
    sideBySide(
      users.filter(({ accessKey, name }) => accessKey && free('user', name)),
      (user) => readHolder(user, existing.users.get(user.name), hands),
    ),
  ]);
  const planned = {
    first: [
      ...oidcProviders.map((provider) => planOidcProvider(provider, existing.oidcProviders.get(provider.url), rules)),
      ...policies.map((policy) => planPolicy(policy, existing.policies.get(policy.name), rules)),
    ],
    users: users.map((user) => planUser(user, existing.users.get(user.name), policies, rules)),
    roles: roles.map((role) => planRole(role, existing.roles.get(role.name), policies, rules)),
    devices: devices.flatMap(({ user, device, tags }) =>
      device ? planMfaDevice(user, device, existing.users.get(user.name), tags, rules) : [],
    ),
    keys: holders.map(planKey),
  };
  const obstacles = obstaclesIn([
    ...planned.first,
    ...planned.users,
    ...planned.roles,
    ...planned.devices,
    ...planned.keys,
  ]);
  refuse([...taken, ...obstacles]);
  return {
    phases: [changesOf(planned.first), changesOf(planned.users), ...inOrder(changesOf(planned.roles))],
    devices: planned.devices.flatMap((device) => ('plan' in device ? device.plan : [])),
    keys: keysOf(planned.keys),
    secrets: [],
  };
}

/**
 * What replaces the access keys that are due.
 *
 * @throws ActionError when something is in the way, with all that is
 */
export async function planRotations(request: RotateRequest, hands: Hands): Promise<Plan> {
  const { iam, place } = hands;
  const rules: Rules = { place, adoptExisting: false };
  const users = request.declaration.users.filter(({ accessKey }) => accessKey);
  const found = await sideBySide(users, async (user) => {
    const { User } = (await iam.find('GetUser', { UserName: user.name })) ?? {};
    if (User?.UserName !== user.name)
      return { user, obstacle: undefined, holder: await readHolder(user, undefined, hands) };
    const tags = tagsIn(User.Tags);
    const remedy = 'To take it over, run mode: provision with adopt-existing: true first';
    const obstacle = notOurs('user', User.Arn ?? user.name, tags, rules, remedy);
    const accessKeys = await readAccessKeys(user.name, iam);
    return { user, obstacle, holder: await readHolder(user, { tags, accessKeys }, hands) };
  });
  const rotation = { now: request.rotateNow, deleteOld: request.deleteOldKeys };
  const planned = found.map(({ obstacle, holder }): PlannedKey =>
    obstacle ? { obstacle } : planRotation(holder, rotation),
  );
  refuse(obstaclesIn(planned));
  return { phases: [], devices: [], keys: keysOf(planned), secrets: [] };
}

/**
 * What takes everything declared down again.
 *
 * @throws ActionError when something is in the way, with all that is
 */
export async function planDeprovision(declaration: Declaration, hands: Hands): Promise<Plan> {
  const { iam, place } = hands;
  const { oidcProviders, policies, users, roles } = declaration;
  const targets = {
    users: users.map(({ name }) => name),
    roles: roles.map(({ name }) => name),
    policies: policies.map((policy) => policyArn(policy, place)),
    oidcProviders: oidcProviders.map(({ url }) => oidcProviderArn(url, place)),
    mfaDevices: users.flatMap(({ name, mfaDevice }) =>
      mfaDevice ? { user: name, serial: mfaDeviceArn(mfaDevice, place) } : [],
    ),
  };
  const phases = await planRemoval(targets, iam, place);
  const left = usersLeft(phases);
  const [obstacles, secrets] = await Promise.all([
    boundariesInUse(phases, targets.policies, iam),
    readSecrets(
      users.filter(({ name }) => !left.has(name)),
      hands,
    ),
  ]);
  refuse(obstacles);
  return { phases, devices: [], keys: [], secrets };
}

/**
 * The secrets that hold keys and seeds of these users, where there is a token to see them with. A place that is gone has
 * taken its secrets with it.
 */
async function readSecrets(users: readonly DeclaredUser[], { secrets, warn }: Hands): Promise<GithubSecret[]> {
  if (!secrets) return [];
  const found = await sideBySide(secretsOf(users), async (secret) => {
    try {
      return { secret, there: (await secrets.updatedAt(secret)) !== undefined };
    } catch (error) {
      if (!(error instanceof ActionError) || githubRefusalOf(error.cause)?.status !== 404) throw error;
      warn(`The GitHub secret ${describeSecret(secret)} stays, if it is there at all. ${error.message}`);
      return { secret, there: false };
    }
  });
  return found.filter(({ there }) => there).map(({ secret }) => secret);
}

/** The secrets in which keys and seeds of these users are kept. */
export function secretsOf(users: readonly DeclaredUser[]): GithubSecret[] {
  return users.flatMap(({ accessKey, mfaDevice }) => [
    ...secretsFor(accessKey?.deliver ?? []).flatMap(({ id, secret }) => [id, secret]),
    ...(mfaDevice?.deliver ?? []),
  ]);
}

/** Only where it is not the user's already does it matter whose a device of that name is. */
async function readDevice(user: DeclaredUser, existing: ExistingUser | undefined, { iam, place }: Hands) {
  const device = user.mfaDevice;
  if (!device) return { user, device, tags: undefined };
  const SerialNumber = mfaDeviceArn(device, place);
  if (existing?.mfaDevices.includes(SerialNumber)) return { user, device, tags: undefined };
  const answer = await iam.find('ListMFADeviceTags', { SerialNumber });
  return { user, device, tags: answer && tagsIn(answer.Tags) };
}

async function readHolder(
  user: DeclaredUser,
  existing: KeyHolder['existing'],
  { iam, secrets, clock }: Hands,
): Promise<KeyHolder> {
  const now = clock.time();
  const record = readKeyRecord(existing?.tags[KEY_RECORD]);
  const key = record.stage === 'delivering' && existing?.accessKeys.find(({ id }) => id === record.key);
  const arrival = key ? await arrivalOf(key.created, user.accessKey?.deliver ?? [], secrets) : 'none';
  const several = existing && existing.accessKeys.length > 1 ? existing.accessKeys : [];
  const used = await sideBySide(several, async ({ id }) => {
    // Only said in a message: not knowing it stops nothing.
    const answer = await iam.ask('GetAccessKeyLastUsed', { AccessKeyId: id }).catch(() => undefined);
    return [id, answer?.AccessKeyLastUsed?.LastUsedDate] as const;
  });
  const lastUsed = new Map(used.filter((entry): entry is readonly [string, Date] => entry[1] !== undefined));
  return { user, existing, arrival, lastUsed, now };
}

function nameTaken({ kind, name, arn }: Namesake): Obstacle {
  const text =
    `the ${kind} ${name} cannot be made, as ${arn} is there: AWS allows no two names that differ only in case or path. ` +
    `Declare that ${kind} by its own name and path, or choose another name`;
  return { code: 'name-taken', text };
}

function obstaclesIn(planned: readonly (Planned | PlannedKey | ReturnType<typeof planMfaDevice>)[]): Obstacle[] {
  return planned.flatMap((one) => ('obstacle' in one ? one.obstacle : []));
}

function refuse(obstacles: readonly Obstacle[]): void {
  const [first, ...others] = obstacles;
  if (!first) return;
  throw new ActionError({
    code: first.code,
    tried: 'apply the identity document. Nothing was changed',
    why: others.length === 0 ? `${first.text}.` : obstacles.map(({ text }) => `\n- ${text}`).join(''),
    fix: 'Do what is said there, and run the step again.',
  });
}

function changesOf(planned: readonly Planned[]): Change[] {
  return planned.flatMap((one) => ('change' in one ? one.change : []));
}

function keysOf(planned: readonly PlannedKey[]): KeyPlan[] {
  return planned.flatMap((one) => ('plan' in one ? one.plan : []));
}
