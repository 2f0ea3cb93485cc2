/*
 * What AWS takes in a tag, of IAM as of STS.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html#id_tags_rules
 */

export const MAX_TAG_KEY_LENGTH = 128;
export const MAX_TAG_VALUE_LENGTH = 256;

/** The characters of keys and values, as a class of a regular expression with the flag `u` has them: `[…]`. */
export const TAG_CHARACTERS = String.raw`\p{L}\p{Z}\p{N}_.:/=+\-@`;
