/**
 * The tags that the action itself sets. By the first two everything is known that it made, and for which repository.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html
 */
export const MANAGED_BY = 'managed-by';
export const MANAGED_BY_REPOSITORY = 'managed-by-repository';

/** How all other tags of the action begin: the records of a user's access keys, and the run that made an ephemeral thing. */
export const RECORD_PREFIX = 'aws-identity-action:';

/**
 * How many tags of one thing are left to the action: those two and the records of two access keys, while one replaces the
 * other and what earlier runs left is not removed yet.
 */
export const ROOM_FOR_OWN_TAGS = 15;

/** Whether a tag is the action's, and so not a document's to set. To AWS, keys that differ in case only are the same. */
export function isOwnTag(key: string): boolean {
  const name = key.toLowerCase();
  return name === MANAGED_BY || name === MANAGED_BY_REPOSITORY || name.startsWith(RECORD_PREFIX);
}
