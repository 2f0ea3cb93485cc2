/**
 * The rule that `name` breaks as the name of a profile, worded to follow "a profile name"; undefined when it is fine. A
 * name that not all of AWS's tools find again is refused: the SDKs for Java, JavaScript and Rust know these characters
 * only. https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
 */
export function validateProfileName(name: string): string | undefined {
  if (name === '') return 'must not be empty';
  if (/[\s\p{Cc}]/u.test(name)) return 'must not contain spaces, line breaks or control characters';
  if (/[^A-Za-z0-9_.%@:+/-]/.test(name)) {
    return 'must not contain other characters than letters from A to Z, digits and _.-%@:+/';
  }
  // The settings of the section [DEFAULT] are those of all profiles for Python's parser, and so for the AWS CLI.
  if (name === 'DEFAULT') return 'must not be DEFAULT; the default profile is default, in lower case';
  // For the AWS SDK for JavaScript, these are no profiles, or spoil the whole file.
  if (name in {}) return `must not be ${name}, as every object in JavaScript has something of that name`;
  return undefined;
}
