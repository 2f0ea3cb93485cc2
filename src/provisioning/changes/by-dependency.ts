import { isReferenceTo, type Change } from './change';

/**
 * Changes in phases, none of which refers to what a later one makes: AWS refuses a trust policy whose principal is not
 * there.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 *
 * @param independent makes of a change that refers to itself, or to another in a circle, one that waits for neither
 */
export function byDependency(changes: readonly Change[], independent: (change: Change) => Change): Change[][] {
  const phases: Change[][] = [];
  let left = [...changes];
  while (left.length > 0) {
    const waiting = left.filter((change) => left.some((other) => refersTo(change, other)));
    const ready = left.filter((change) => !waiting.includes(change));
    const circular = ready.length > 0 ? undefined : left.find((change) => leadsTo(change, change, left));
    const freed = circular && independent(circular);
    if (circular && freed && !refersTo(freed, ...left)) {
      left = left.map((change) => (change === circular ? freed : change));
      continue;
    }
    phases.push(ready.length > 0 ? ready : left);
    left = ready.length > 0 ? waiting : [];
  }
  return phases;
}

/** Whether a change refers to what others make. What is taken over is there. */
function refersTo({ stages }: Change, ...others: readonly Change[]): boolean {
  const arns = others.flatMap(({ action, creates }) =>
    action === 'create' && creates && 'arn' in creates ? creates.arn : [],
  );
  const references = stages.flat().flatMap(({ refersTo: given = [] }) => given);
  return references.some((reference) => arns.some((arn) => isReferenceTo(arn, reference)));
}

/** Whether a change refers to another, directly or through more of them. */
function leadsTo(change: Change, other: Change, among: readonly Change[], seen = new Set<Change>()): boolean {
  if (refersTo(change, other)) return true;
  seen.add(change);
  return among.some((next) => !seen.has(next) && refersTo(change, next) && leadsTo(next, other, among, seen));
}
