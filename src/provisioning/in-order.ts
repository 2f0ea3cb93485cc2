import type { Change } from './plan';

/**
 * Changes in phases, none of which names what a later one makes: AWS refuses a trust policy whose principal is not
 * there. Those that name each other in a circle come last, together, for AWS to refuse.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
export function inOrder(changes: readonly Change[]): Change[][] {
  const phases: Change[][] = [];
  const texts = new Map(changes.map((change) => [change, JSON.stringify(change.stages)]));
  let left = [...changes];
  while (left.length > 0) {
    const waits = (change: Change) =>
      left.some((other) => other !== change && texts.get(change)?.includes(arnOf(other) ?? '\0'));
    const waiting = left.filter(waits);
    if (waiting.length === left.length) return [...phases, waiting];
    phases.push(left.filter((change) => !waiting.includes(change)));
    left = waiting;
  }
  return phases;
}

/** Of what it makes. */
function arnOf({ creates }: Change): string | undefined {
  return creates && 'arn' in creates ? creates.arn : undefined;
}
