/**
 * The rule that `name` breaks as the name of a profile, worded to follow "a profile name"; undefined when it is fine.
 * What `aws-actions/configure-aws-credentials` refuses is refused, and what no reader of the file would find again.
 */
export function validateProfileName(name: string): string | undefined {
  if (name === '') return 'must not be empty';
  if (/[\s\p{Cc}]/u.test(name)) return 'must not contain spaces, line breaks or control characters';
  if (/[[\]]/.test(name)) return 'must not contain brackets';
  if (/[/\\]/.test(name)) return 'must not contain slashes or backslashes';
  if (/["']/.test(name)) return 'must not contain quotes';
  if (/^[#;]/.test(name)) return 'must not begin with # or ;, which begin a comment';
  // The AWS SDK for JavaScript refuses a whole file that has a profile of this name.
  if (name === '__proto__') return 'must not be __proto__';
  return undefined;
}
