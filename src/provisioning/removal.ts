import type { Tags } from '../identities/declaration';
import type { Write } from '../iam/connect';
import { ownerOf } from './ownership';
import type { Change, Kind, Place } from './plan';

/** What was to be removed, and is not there. */
export function gone(kind: Kind, name: string): Change {
  return { action: 'keep', kind, name, details: ['is not there'], stages: [] };
}

/** What stays as it is, as it is not this repository's; undefined for what is. */
export function leftAlone(kind: Kind, name: string, tags: Tags, { repository }: Place): Change | undefined {
  const owner = ownerOf(tags, repository);
  if (owner === 'this repository') return undefined;
  const whose = owner === 'nobody' ? 'this action did not make it' : `it is managed by ${owner.repository}`;
  return { action: 'leave', kind, name, details: [`left as it is: ${whose}`], stages: [] };
}

/** The stages in which there is something to do. */
export function staged(stages: readonly (readonly Write[])[]): (readonly Write[])[] {
  return stages.filter((stage) => stage.length > 0);
}
