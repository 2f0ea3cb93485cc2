import type { Tags } from '../../identities/declaration';
import { needed, withoutCalls, type Change, type Kind, type PlannedCall } from '../changes/change';
import type { TargetAccount } from '../changes/target-account';
import { leftAlone } from './ownership';

/** One step of a removal: often of something for which AWS would refuse to delete the thing that has it. */
export interface RemovalStep {
  /** What is removed, for people; undefined where that need not be said. */
  readonly detail: string | undefined;
  readonly call: PlannedCall;
}

/**
 * A thing that a removal finds nothing to do for: it is not there, or not this repository's. Else undefined.
 *
 * @param tags undefined where it is not there
 */
export function nothingToRemove(
  kind: Kind,
  name: string,
  tags: Tags | undefined,
  account: TargetAccount,
): Change | undefined {
  return tags ? leftAlone(kind, name, tags, account) : withoutCalls('keep', kind, name, 'is not there');
}

/** Removes a thing, stage by stage. */
export function removalOf(kind: Kind, name: string, stages: readonly (readonly RemovalStep[])[]): Change {
  return {
    ...withoutCalls('delete', kind, name, ...stages.flat().flatMap(({ detail }) => detail ?? [])),
    stages: needed(stages.map((stage) => stage.map(({ call }) => call))),
  };
}

/** A step that need not be said. */
export function silently(call: PlannedCall): RemovalStep {
  return { detail: undefined, call };
}
