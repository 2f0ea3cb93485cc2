/**
 * The tags that the action itself sets. By the first two everything is known that it made, and for which repository.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html
 */
export const MANAGED_BY = 'managed-by';
export const MANAGED_BY_REPOSITORY = 'managed-by-repository';

/** The tag of a user with the record of its access key. */
export const KEY_RECORD = 'aws-identity-action:access-key';

export const OWN_TAGS: readonly string[] = [MANAGED_BY, MANAGED_BY_REPOSITORY, KEY_RECORD];
