import type { Change } from './change';

/**
 * Changes in phases, none of which refers to what a later one makes: AWS refuses a trust policy whose principal is not
 * there. Those that refer to each other in a circle come last, together, for AWS to refuse.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
export function byDependency(changes: readonly Change[]): Change[][] {
  const phases: Change[][] = [];
  let left = [...changes];
  while (left.length > 0) {
    const waiting = left.filter((change) => left.some((other) => other !== change && refersTo(change, other)));
    if (waiting.length === left.length) return [...phases, waiting];
    phases.push(left.filter((change) => !waiting.includes(change)));
    left = waiting;
  }
  return phases;
}

/** Whether a change refers to what another makes. */
function refersTo({ stages }: Change, { creates }: Change): boolean {
  if (!creates || !('arn' in creates)) return false;
  return stages.flat().some((planned) => planned.refersTo?.includes(creates.arn));
}
