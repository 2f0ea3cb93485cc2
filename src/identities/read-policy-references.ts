import { isPolicyArn, partitionOfArn } from '../aws/arn';
import { quoted } from '../text/describe-value';
import { nearest } from '../text/did-you-mean';
import type { KeyPath } from '../text/problem';
import type { PolicyReference } from './declaration';
import type { DocumentReading } from './document-reading';

/** Managed policies, each of them once. */
export function readPolicyReferences(
  given: readonly (string | undefined)[] = [],
  path: KeyPath,
  reading: DocumentReading,
): PolicyReference[] {
  const indexes = new Map<string, number>();
  return given.flatMap((written, index) => {
    if (written === undefined) return [];
    const first = indexes.get(written);
    if (first !== undefined) {
      reading.problems.add([...path, index], `is ${quoted(written)}, which the list names already as [${first}]`);
      return [];
    }
    indexes.set(written, index);
    return readPolicyReference(written, [...path, index], reading) ?? [];
  });
}

/** A managed policy, by the name of one that the document declares or by its ARN. */
export function readPolicyReference(
  written: string | undefined,
  path: KeyPath,
  { problems, settings: { partition }, policyNames }: DocumentReading,
): PolicyReference | undefined {
  if (written === undefined) return undefined;
  if (!written.startsWith('arn:')) {
    if (policyNames.includes(written)) return { declared: written };
    const close = nearest(written, policyNames);
    const should =
      close === undefined
        ? `the name of one, or an ARN; AWS's own are named as arn:${partition}:iam::aws:policy/ReadOnlyAccess`
        : `${quoted(close)}, perhaps, or an ARN`;
    problems.add(path, `is ${quoted(written)}, which is no policy of this document; it should be ${should}`);
    return undefined;
  }
  const actual = partitionOfArn(written);
  if (!isPolicyArn(written)) {
    const example = `arn:${partition}:iam::123456789012:policy/name`;
    problems.add(path, `is ${quoted(written)}; it should be the ARN of a policy, such as ${example}`);
  } else if (actual !== partition) {
    problems.add(path, `is of the partition ${actual}; it should be of that of the region, ${partition}`);
  }
  return { arn: written };
}
