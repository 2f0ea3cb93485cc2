import { parseRoleArn, partitionOfArn, userOrRoleIn } from './arn';

/**
 * The hosts of the partitions whose console is open to the public.
 * https://docs.aws.amazon.com/general/latest/gr/mgmt-console.html
 */
const HOSTS: ReadonlyMap<string, string> = new Map([
  ['aws', 'console.aws.amazon.com'],
  ['aws-cn', 'console.amazonaws.cn'],
  ['aws-eusc', 'console.amazonaws-eusc.eu'],
  ['aws-us-gov', 'console.amazonaws-us-gov.com'],
]);

/** The page of a user or role in AWS's console, of a session that of its role; undefined where there is none. */
export function consolePage(arn: string): string | undefined {
  const host = HOSTS.get(partitionOfArn(arn));
  const role = parseRoleArn(arn);
  const { kind, name } = (role ? { kind: 'role', name: role.name } : userOrRoleIn(arn)) ?? {};
  if (host === undefined || kind === undefined || name === undefined) return undefined;
  return `https://${host}/iam/home#/${kind}s/details/${encodeURIComponent(name)}`;
}
