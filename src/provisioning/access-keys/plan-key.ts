import type { KeyDestination } from '../../identities/declaration';
import {
  needed,
  withoutCalls,
  type Action,
  type Change,
  type Obstacle,
  type Planned,
  type Stages,
} from '../changes/change';
import { deleteKey, type ExistingKey } from './access-key';
import { destinationOf } from './destinations';
import type { KeyHolder } from './key-holder';
import { recordCall } from './key-record';
import { keysAfterRecovery, type RecoveredKeys } from './recovery';

/** What is to become of a user's access key. */
export interface KeyPlan {
  readonly user: string;
  readonly destinations: readonly KeyDestination[];
  /** What is recovered first, and how the plan is shown. */
  readonly change: Change;
  /** The key to make then, if one is to be made. */
  readonly make: NewKey | undefined;
  /** What a reader of the log should not miss. */
  readonly notice: string | undefined;
}

export interface NewKey {
  /** The keys that are there already. Any other was made by an attempt whose answer was lost. */
  readonly known: readonly string[];
  readonly replaces: ReplacedKey | undefined;
}

/** A key in use, and what becomes of it once the new one is delivered. */
export interface ReplacedKey {
  readonly key: string;
  readonly retire: 'deactivate' | 'delete';
}

/** What a rotation replaces, and how. */
export interface Rotation {
  /** Whether keys are replaced that are not due yet. */
  readonly now: boolean;
  readonly deleteOld: boolean;
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const MAX_KEYS = 2;

/** Gives a user a key that is known to be delivered, unless it has one. */
export function planKey(holder: KeyHolder): Planned<KeyPlan> {
  const { user, existing } = holder;
  if (!existing) {
    return keyPlan(holder, { action: 'create', details: [toBeMade(holder)], make: { known: [], replaces: undefined } });
  }
  const recovered = keysAfterRecovery(holder, existing);
  const { record, keys, calls, details } = recovered;
  if (record.progress === 'delivered') {
    return keyPlan(holder, { ...kept(recovered, `${record.key} is delivered`), notice: notAgain(holder) });
  }
  if (keys.length >= MAX_KEYS) return noRoom(holder, keys);
  if (record.progress === 'incomplete' && record.after !== undefined) {
    const { after } = record;
    return keyPlan(holder, {
      action: 'change',
      details: [`${after} is replaced, as its delivery was spoiled by a run that failed`, ...details],
      stages: [calls, [recordCall(user.name, { progress: 'creating', after, other: undefined })]],
      make: { known: [after], replaces: { key: after, retire: 'deactivate' } },
    });
  }
  const other = keys[0]?.id;
  const otherStays = other === undefined ? [] : [`${other} is there as well, and none of ours: it stays`];
  return keyPlan(holder, {
    action: 'create',
    details: [toBeMade(holder), ...otherStays, ...details],
    stages: [calls, [recordCall(user.name, { progress: 'creating', after: undefined, other })]],
    make: { known: keys.map(({ id }) => id), replaces: undefined },
  });
}

/** Replaces the key that a user has, if it is due. */
export function planKeyRotation(holder: KeyHolder, rotation: Rotation): Planned<KeyPlan> {
  const { existing } = holder;
  if (!existing) {
    return keyPlan(holder, { action: 'leave', details: ['the user is not there: provision makes it'] });
  }
  const recovered = keysAfterRecovery(holder, existing);
  const { keys, calls, recording, details } = recovered;
  const current = currentKey(recovered);
  if (!current) {
    if (keys.length >= MAX_KEYS) return noRoom(holder, keys);
    const why = 'there is no key to replace: provision makes one';
    return keyPlan(holder, { action: 'leave', details: [why, ...details], stages: [calls, recording] });
  }
  const wait = whyNotDue(holder, recovered, current, rotation);
  if (wait !== undefined) return keyPlan(holder, kept(recovered, wait));
  return planReplacement(holder, recovered, current, rotation);
}

function planReplacement(
  holder: KeyHolder,
  { record, keys, calls, details }: RecoveredKeys,
  { id, created }: ExistingKey,
  { deleteOld }: Rotation,
): Planned<KeyPlan> {
  const { user, now } = holder;
  const other = keys.find((key) => key.id !== id);
  // The key of the last rotation has had its time, unless somebody made it active again.
  const isLastOne = record.progress === 'delivered' && record.retired === other?.id && !other?.active;
  if (other && !isLastOne) return noRoom(holder, keys);
  return keyPlan(holder, {
    action: 'change',
    details: [
      `${id}, ${days(now - created.getTime())} old, is replaced, and then ${deleteOld ? 'deleted' : 'deactivated'}`,
      ...(other ? [`${other.id}, replaced by the last rotation, is deleted`] : []),
      ...details,
    ],
    stages: [
      calls,
      other ? [deleteKey(user.name, other.id)] : [],
      [recordCall(user.name, { progress: 'creating', after: id, other: undefined })],
    ],
    make: { known: [id], replaces: { key: id, retire: deleteOld ? 'delete' : 'deactivate' } },
  });
}

/** The key in use, if one is. */
function currentKey({ record, keys }: RecoveredKeys): ExistingKey | undefined {
  switch (record.progress) {
    case 'delivered':
      return keys.find(({ id }) => id === record.key);
    case 'incomplete':
      return keys.find(({ id }) => id === record.after);
    case 'none':
      // Nothing is recorded of a user that was taken over. Its only key is the one in use.
      return keys.length === 1 ? keys[0] : undefined;
  }
}

/** Why a key is not replaced yet; undefined when it is due. */
function whyNotDue(
  { user, now }: KeyHolder,
  { record }: RecoveredKeys,
  { id, created }: ExistingKey,
  rotation: Rotation,
): string | undefined {
  const maxAge = user.accessKey?.maxAge;
  const age = now - created.getTime();
  if (rotation.now || record.progress === 'incomplete' || (maxAge !== undefined && age > maxAge)) return undefined;
  const when = maxAge === undefined ? 'no max-age is declared' : `to be replaced when it is ${days(maxAge)} old`;
  return `${id} is ${days(age)} old; ${when}`;
}

/** The key in use stays: only what an earlier run left is recovered. */
function kept({ calls, recording, details }: RecoveredKeys, why: string): KeyPlanParts {
  const stages = needed([calls, recording]);
  return { action: stages.length > 0 ? 'change' : 'keep', details: [why, ...details], stages };
}

interface KeyPlanParts {
  readonly action: Action;
  readonly details: readonly string[];
  readonly stages?: Stages;
  readonly make?: NewKey;
  readonly notice?: string | undefined;
}

function keyPlan({ user }: KeyHolder, parts: KeyPlanParts): KeyPlan {
  const { action, details, stages = [], make, notice } = parts;
  const change = { ...withoutCalls(action, 'access key', user.name, ...details), stages: needed(stages) };
  return { user: user.name, destinations: user.accessKey?.deliver ?? [], change, make, notice };
}

function toBeMade({ user }: KeyHolder): string {
  const destinations = user.accessKey?.deliver.map((declared) => destinationOf(declared).description) ?? [];
  return `+ for: ${destinations.join(', ')}`;
}

/** AWS shows a secret once: what a job was given, later jobs do not get again. */
function notAgain({ user }: KeyHolder): string | undefined {
  const destinations = user.accessKey?.deliver.map(destinationOf) ?? [];
  if (destinations.every(({ halves }) => halves.length > 0)) return undefined;
  return (
    `The access key of ${user.name} was delivered by an earlier run, and AWS does not show it again: this job does not ` +
    'get it. To deliver a new one, use mode: rotate with rotate-now: true; to keep it for later jobs, deliver it to ' +
    'github-secrets.'
  );
}

function noRoom({ user, lastUsed, now }: KeyHolder, keys: readonly ExistingKey[]): Obstacle {
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
