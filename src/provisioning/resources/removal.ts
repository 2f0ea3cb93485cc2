import type { Tags } from '../../identities/declaration';
import type { TargetAccount } from '../changes/account-access';
import { needed, withoutCalls, type Change, type Kind, type PlannedCall } from '../changes/change';
import { ownerOf } from './ownership';

/** One call of a removal: often of something for which AWS would refuse to delete the thing that has it. */
export type RemovalCall = PlannedCall & {
  /** What it removes, for people, where that need be said. */
  readonly detail?: string;
};

/**
 * What becomes of a thing that a removal leaves: it is not there, or not this repository's. Undefined for any other.
 *
 * @param tags undefined where it is not there
 */
export function nothingToRemove(
  kind: Kind,
  name: string,
  tags: Tags | undefined,
  { repository }: TargetAccount,
): Change | undefined {
  if (!tags) return withoutCalls('keep', kind, name, 'is not there');
  const owner = ownerOf(tags, repository);
  if (owner === 'this repository') return undefined;
  const whose = owner === 'nobody' ? 'this action did not make it' : `it is managed by ${owner.repository}`;
  return withoutCalls('leave', kind, name, `left as it is: ${whose}`);
}

/** Removes a thing, stage by stage. */
export function removalOf(kind: Kind, name: string, ...stages: readonly (readonly RemovalCall[])[]): Change {
  const details = stages.flat().flatMap(({ detail }) => detail ?? []);
  return { ...withoutCalls('delete', kind, name, ...details), stages: needed(stages) };
}
