import type { Created } from '../../runner/ledger';
import type { AccountAccess } from './account-access';
import { isReferenceTo, type Change, type PlannedCall, type Stages } from './change';
import { concurrently } from './concurrently';
import { isTagged, requireOwn as requireOwnMade } from './require-own';

const DONE = { create: 'Created', change: 'Changed', delete: 'Deleted', keep: 'Kept', leave: 'Left' } as const;

/**
 * Makes the changes of each phase concurrently, one phase after the other.
 *
 * @param made where the ARNs of what was made come to: not all of IAM may know of it yet
 * @throws ActionError for the first call that failed for good; what was done stays, and the next run continues from there
 */
export async function apply(
  phases: readonly (readonly Change[])[],
  access: AccountAccess,
  made = new Set<string>(),
): Promise<void> {
  const needed = phases.map((phase) => phase.filter(({ stages, last }) => stages.length > 0 || last));
  const total = needed.flat().length;
  let done = 0;
  for (const phase of needed) {
    await concurrently(phase, async (change) => {
      const { action, kind, name, stages, last, creates } = change;
      if (creates) access.remember(creates);
      await makeCalls(stages, access, (call) => freshFor(call, change, made), creates);
      await last?.(access);
      if (creates && 'arn' in creates) made.add(creates.arn);
      done += 1;
      access.log(`[${done}/${total}] ${DONE[action]} ${kind} ${name}.`);
    });
  }
}

/** Makes what nothing else of the plan waits for: what new users and roles may do. */
export async function applyLater(changes: readonly Change[], made: Set<string>, access: AccountAccess): Promise<void> {
  await concurrently(changes, (change) => makeCalls(change.later, access, (call) => freshFor(call, change, made)));
}

/**
 * Makes the calls of each stage concurrently, one stage after the other.
 *
 * @param fresh what a call refers to that was made just now: it is waited for until IAM knows it
 * @param creates what the calls make
 */
export async function makeCalls(
  stages: Stages,
  access: AccountAccess,
  fresh: (call: PlannedCall) => readonly string[] = () => [],
  creates?: Created,
): Promise<void> {
  for (const stage of stages) await concurrently(stage, (call) => makeCall(call, access, fresh(call), creates));
}

/**
 * Makes one planned call.
 *
 * @returns whether AWS did it now: what is to be removed may be gone already
 */
export async function makeCall(
  { operation, input, doneAnyway }: PlannedCall,
  access: AccountAccess,
  fresh: readonly string[] = [],
  creates?: Created,
): Promise<boolean> {
  const { iam } = access;
  const requireOwn = creates && isTagged(creates) ? () => requireOwnMade(creates, input, access) : undefined;
  try {
    // The compiler cannot see that an operation and its input belong together.
    const answer = await iam.change(operation, input, { fresh, requireOwn });
    if (operation === 'DeleteAccessKey' && input.AccessKeyId) access.deletedKeys.add(input.AccessKeyId);
    return answer !== undefined;
  } catch (error) {
    if (!(await doneAnyway?.(error, iam))) throw error;
    return true;
  }
}

/** What a call refers to, and the thing that it changes, as far as this run made it. */
function freshFor({ refersTo = [] }: PlannedCall, { creates }: Change, made: Set<string>): string[] {
  const changed = creates && 'arn' in creates ? [creates.arn] : [];
  return [...changed, ...refersTo].filter((reference) => [...made].some((arn) => isReferenceTo(arn, reference)));
}
