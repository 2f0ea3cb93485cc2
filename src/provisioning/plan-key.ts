import type { DeclaredUser, KeyDestination } from '../identities/declaration';
import type { ExistingKey, ExistingUser } from './account';
import type { Write } from '../iam/connect';
import { readKeyRecord, type SettledRecord } from './key-record';
import { KEY_RECORD } from '../identities/own-tags';
import type { Change, Obstacle } from './plan';
import { recordCall, settle, type Arrival } from './settle-key';

/** What is to become of a user's access key. */
export interface KeyPlan {
  readonly user: string;
  readonly destinations: readonly KeyDestination[];
  /** What is put right first, and how the plan is shown. */
  readonly change: Change;
  /** The key to make then, if one is to be made. */
  readonly make: NewKey | undefined;
  /** What a reader of the log should not miss. */
  readonly notice?: string;
}

export interface NewKey {
  /** The keys that are there already. Any other was made by an attempt whose answer was lost. */
  readonly known: readonly string[];
  /** The key in use that it replaces. */
  readonly after?: string;
  /** What becomes of that one, once the new one is delivered. */
  readonly retire?: 'deactivate' | 'delete';
}

export type PlannedKey = { readonly plan: KeyPlan } | { readonly obstacle: Obstacle };

/** A user as far as its keys go. */
export interface KeyHolder {
  readonly user: DeclaredUser;
  readonly existing: Pick<ExistingUser, 'tags' | 'accessKeys'> | undefined;
  /** What became of a key whose delivery an earlier run began. */
  readonly arrival: Arrival;
  /** When each of its keys was last used, where that is known. */
  readonly lastUsed: ReadonlyMap<string, Date>;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** How a rotation goes about it. */
export interface Rotation {
  /** Whether keys are replaced that are not due yet. */
  readonly now: boolean;
  readonly deleteOld: boolean;
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const MAX_KEYS = 2;

/** Sees to it that a user has a key that is known to be delivered. */
export function planKey(holder: KeyHolder): PlannedKey {
  const { existing } = holder;
  if (!existing) return { plan: keyPlan(holder, 'create', [toBeMade(holder)], [], { known: [] }) };
  const { settled, left, setRight, details } = setRightFirst(holder, existing);
  if (settled.record.stage === 'delivered') {
    const { key } = settled.record;
    const stages = [setRight, recordStage(holder, settled)];
    const plan = keyPlan(holder, needed(stages) ? 'change' : 'keep', [`${key} is delivered`, ...details], stages);
    const notice = notAgain(holder);
    return { plan: { ...plan, ...(notice !== undefined && { notice }) } };
  }
  if (left.length >= MAX_KEYS) return { obstacle: full(holder, left) };
  if (settled.record.stage === 'incomplete' && settled.record.after !== undefined) {
    const { after } = settled.record;
    const make = { known: [after], after, retire: 'deactivate' } as const;
    const lines = [`${after} is replaced, as its delivery was spoiled by a run that failed`, ...details];
    const stages = [setRight, [recordCall(holder.user.name, { stage: 'creating', after })]];
    return { plan: keyPlan(holder, 'change', lines, stages, make) };
  }
  const [beside] = left;
  const record = { stage: 'creating', ...(beside && { beside: beside.id }) } as const;
  const stages = [setRight, [recordCall(holder.user.name, record)]];
  const besides = beside ? [`${beside.id} is there as well, and none of ours: it stays`] : [];
  return {
    plan: keyPlan(holder, 'create', [toBeMade(holder), ...besides, ...details], stages, {
      known: left.map(({ id }) => id),
    }),
  };
}

/** Replaces the key that a user has, if it is due. */
export function planRotation(holder: KeyHolder, rotation: Rotation): PlannedKey {
  const { user, existing, now } = holder;
  if (!existing) return { plan: keyPlan(holder, 'leave', ['the user is not there: provision makes it'], []) };
  const { settled, left, setRight, details } = setRightFirst(holder, existing);
  const current = currentKey(settled.record, left);
  if (!current) {
    if (left.length >= MAX_KEYS) return { obstacle: full(holder, left) };
    const stages = [setRight, recordStage(holder, settled)];
    return { plan: keyPlan(holder, 'leave', ['there is no key to replace: provision makes one', ...details], stages) };
  }
  const age = now - current.created.getTime();
  const spoiled = settled.record.stage === 'incomplete';
  const due = rotation.now || spoiled || (user.accessKey?.maxAge !== undefined && age > user.accessKey.maxAge);
  if (!due) {
    const stages = [setRight, recordStage(holder, settled)];
    const why =
      user.accessKey?.maxAge === undefined
        ? 'no max-age is declared'
        : `to be replaced when it is ${days(user.accessKey.maxAge)} old`;
    const action = needed(stages) ? 'change' : 'keep';
    return { plan: keyPlan(holder, action, [`${current.id} is ${days(age)} old; ${why}`, ...details], stages) };
  }
  const other = left.find(({ id }) => id !== current.id);
  const earlier = settled.record.stage === 'delivered' ? [settled.record.retired, settled.record.retiring] : [];
  // The key of the last rotation has had its time, unless somebody made it active again.
  if (other && (other.active || !earlier.includes(other.id))) return { obstacle: full(holder, left) };
  const removing = other ? [deleteKey(user.name, other.id)] : [];
  const stages = [setRight, removing, [recordCall(user.name, { stage: 'creating', after: current.id })]];
  const fate = rotation.deleteOld ? 'deleted' : 'deactivated';
  const lines = [
    `${current.id}, ${days(age)} old, is replaced, and then ${fate}`,
    ...(other ? [`${other.id}, replaced by the last rotation, is deleted`] : []),
    ...details,
  ];
  const retire = rotation.deleteOld ? 'delete' : 'deactivate';
  const make = { known: [current.id], after: current.id, retire } as const;
  return { plan: keyPlan(holder, 'change', lines, stages, make) };
}

/** What an earlier run left: keys that nobody has go, and a rotation that was all but done is ended. */
function setRightFirst({ user, arrival }: KeyHolder, existing: NonNullable<KeyHolder['existing']>) {
  const settled = settle(readKeyRecord(existing.tags[KEY_RECORD]), existing.accessKeys, arrival);
  const left = existing.accessKeys.filter(({ id }) => !settled.orphans.includes(id));
  const retiring = settled.record.stage === 'delivered' ? settled.record.retiring : undefined;
  const setRight: Write[] = [
    ...settled.orphans.map((id) => deleteKey(user.name, id)),
    ...(retiring === undefined ? [] : [deactivateKey(user.name, retiring)]),
  ];
  const record =
    settled.record.stage === 'delivered' && retiring !== undefined
      ? ({ stage: 'delivered', key: settled.record.key, retired: retiring } as const)
      : settled.record;
  const details = [
    ...settled.orphans.map((id) => `${id}, which a run that failed left and nobody has, is deleted`),
    ...(retiring === undefined ? [] : [`${retiring}, which was replaced, is deactivated`]),
  ];
  return {
    settled: { record, changed: settled.changed || retiring !== undefined },
    left: left.map((key) => (key.id === retiring ? { ...key, active: false } : key)),
    setRight,
    details,
  };
}

function toBeMade({ user }: KeyHolder): string {
  const places = user.accessKey?.deliver.map((destination) =>
    destination.to === 'profile' ? `profile ${destination.profile}` : destination.to.replace('-', ' '),
  );
  return `+ for: ${places?.join(', ') ?? ''}`;
}

/** AWS shows a secret once: what a job was given, later jobs do not get again. */
function notAgain({ user }: KeyHolder): string | undefined {
  const inJob = user.accessKey?.deliver.filter(({ to }) => to !== 'github-secrets') ?? [];
  if (inJob.length === 0) return undefined;
  return (
    `The access key of ${user.name} was delivered by an earlier run, and AWS does not show it again: this job does not ` +
    'get it. To deliver a new one, use mode: rotate with rotate-now: true; to keep it for later jobs, deliver it to ' +
    'github-secrets.'
  );
}

function currentKey(record: SettledRecord, left: readonly ExistingKey[]): ExistingKey | undefined {
  if (record.stage === 'delivered') return left.find(({ id }) => id === record.key);
  if (record.stage === 'incomplete') return left.find(({ id }) => id === record.after);
  // Nothing is recorded of a user that was taken over. Its only key is the one in use.
  return left.length === 1 ? left[0] : undefined;
}

function recordStage(
  { user }: KeyHolder,
  { record, changed }: { readonly record: SettledRecord; readonly changed: boolean },
): Write[] {
  return changed ? [recordCall(user.name, record)] : [];
}

function keyPlan(
  { user }: KeyHolder,
  action: Change['action'],
  details: readonly string[],
  stages: readonly (readonly Write[])[],
  make?: NewKey,
): KeyPlan {
  const change: Change = {
    action,
    kind: 'access key',
    name: user.name,
    details,
    stages: stages.filter(({ length }) => length > 0),
  };
  return { user: user.name, destinations: user.accessKey?.deliver ?? [], change, make };
}

function needed(stages: readonly (readonly Write[])[]): boolean {
  return stages.some(({ length }) => length > 0);
}

export function deleteKey(UserName: string, AccessKeyId: string): Write {
  return { operation: 'DeleteAccessKey', input: { UserName, AccessKeyId } };
}

export function deactivateKey(UserName: string, AccessKeyId: string): Write {
  return { operation: 'UpdateAccessKey', input: { UserName, AccessKeyId, Status: 'Inactive' } };
}

function full({ user, lastUsed, now }: KeyHolder, keys: readonly ExistingKey[]): Obstacle {
  const described = keys.map(({ id, active, created }) => {
    const used = lastUsed.get(id);
    const use = used ? `last used ${days(now - used.getTime())} ago` : 'never used';
    return `${id} (${active ? 'active' : 'inactive'}, ${days(now - created.getTime())} old, ${use})`;
  });
  return {
    code: 'access-keys-full',
    text:
      `the user ${user.name} has two access keys already, as many as AWS allows: ${described.join(' and ')}. ` +
      `Delete the one that is not in use: aws iam delete-access-key --user-name ${user.name} --access-key-id …`,
  };
}

function days(ms: number): string {
  const [count, unit] = ms < 2 * 86_400_000 ? [ms / 3_600_000, 'hours'] : [ms / 86_400_000, 'days'];
  return `${Math.max(0, Math.floor(count))} ${unit}`;
}
