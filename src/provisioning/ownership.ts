import type { Tags } from '../identities/declaration';
import { KEY_RECORD, MANAGED_BY, MANAGED_BY_REPOSITORY } from '../identities/own-tags';

const OURSELVES = 'aws-identity-action';

/** The tags that say by whom, and for which repository (`owner/name`), something was made. */
export function ownershipTags(repository: string): Tags {
  return { [MANAGED_BY]: OURSELVES, [MANAGED_BY_REPOSITORY]: repository };
}

export type Owner = 'this repository' | 'nobody' | { readonly repository: string };

/** Whose something is, by its tags. What this action did not make is nobody's. */
export function ownerOf(tags: Tags, repository: string): Owner {
  if (tags[MANAGED_BY] !== OURSELVES) return 'nobody';
  const owner = tags[MANAGED_BY_REPOSITORY];
  if (owner === undefined) return 'nobody';
  // GitHub tells names of repositories apart whatever their case.
  return owner.toLowerCase() === repository.toLowerCase() ? 'this repository' : { repository: owner };
}

/** Tags without those that are not the document's to set: AWS's own, and the record of the access key. */
export function declarableTags(tags: Tags): Tags {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => key !== KEY_RECORD && !/^aws:/i.test(key)));
}
