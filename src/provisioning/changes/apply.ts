import type { Created } from '../../runner/ledger';
import type { AccountAccess } from './account-access';
import { isObstacle, isReferenceTo, requireNoObstacle, type Change, type PlannedCall, type Stages } from './change';
import { concurrently } from './concurrently';
import { isTagged, onceSeen, requireOwn as requireOwnMade } from './require-own';

const DONE = { create: 'Created', change: 'Changed', delete: 'Deleted', keep: 'Kept', leave: 'Left' } as const;

/** What is there now. */
export interface Made {
  /** ARNs of what this run has made: not all of IAM may know of it yet. */
  readonly arns: Set<string>;
  /** The changes that were to create what was there when an attempt was made again, whose answer was lost. */
  readonly found: Set<Change>;
}

export function nothingMade(): Made {
  return { arns: new Set(), found: new Set() };
}

/**
 * Makes the changes of each phase concurrently, one phase after the other.
 *
 * @param made where that comes to what is made
 * @throws ActionError for the first call that failed for good; what was done stays, and the next run continues from there
 */
export async function apply(
  phases: readonly (readonly Change[])[],
  access: AccountAccess,
  made = nothingMade(),
): Promise<void> {
  const needed = phases.map((phase) => phase.filter(({ stages, last }) => stages.length > 0 || last));
  const total = needed.flat().length;
  let done = 0;
  for (const phase of needed) {
    await concurrently(phase, async (change) => {
      const { action, kind, name, stages, last, creates } = change;
      if (creates) access.remember(creates);
      const isMadeNow = await makeCalls(stages, access, (call) => freshFor(call, change, made), creates);
      await last?.(access);
      if (creates && 'arn' in creates) made.arns.add(creates.arn);
      if (action === 'create' && !isMadeNow) made.found.add(change);
      done += 1;
      access.log(`[${done}/${total}] ${DONE[action]} ${kind} ${name}.`);
    });
  }
}

/**
 * Makes what nothing else of the plan waits for: what new users and roles may do. Of what was found, that is what makes it as
 * declared, whoever has created it.
 */
export async function applyLater(changes: readonly Change[], made: Made, access: AccountAccess): Promise<void> {
  await concurrently(changes, async (change) => {
    const found = made.found.has(change) ? await asFound(change, access) : undefined;
    const calls = found ? [...found.stages, ...found.later] : change.later;
    await makeCalls(calls, access, (call) => freshFor(call, change, made));
  });
}

/** What makes as declared what was found, as far as IAM shows it. */
async function asFound({ kind, name, planAgain }: Change, access: AccountAccess): Promise<Change | undefined> {
  const planned = planAgain && (await onceSeen(() => planAgain(access), access));
  if (!planned) return undefined;
  requireNoObstacle([planned], `The ${kind} ${name} was there when it was to be created`);
  if (isObstacle(planned)) return undefined;
  const differences = planned.details.map((line) => `\n      ${line}`).join('');
  if (planned.stages.length > 0) {
    access.log(`The ${kind} ${name} was there when it was to be created, and is made as declared:${differences}`);
  }
  return planned;
}

/**
 * Makes the calls of each stage concurrently, one stage after the other.
 *
 * @param fresh what a call refers to that was made just now: it is waited for until IAM knows it
 * @param creates what the calls make
 * @returns whether AWS did all of it now: what is to be made may be there already, and what is to be removed gone
 */
export async function makeCalls(
  stages: Stages,
  access: AccountAccess,
  fresh: (call: PlannedCall) => readonly string[] = () => [],
  creates?: Created,
): Promise<boolean> {
  const done: boolean[] = [];
  for (const stage of stages) {
    done.push(...(await concurrently(stage, (call) => makeCall(call, access, fresh(call), creates))));
  }
  return done.every((isDone) => isDone);
}

/**
 * Makes one planned call.
 *
 * @returns whether AWS did it now: what is to be made may be there already, and what is to be removed gone
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
function freshFor({ refersTo = [] }: PlannedCall, { creates }: Change, { arns }: Made): string[] {
  const changed = creates && 'arn' in creates ? [creates.arn] : [];
  return [...changed, ...refersTo].filter((reference) => [...arns].some((arn) => isReferenceTo(arn, reference)));
}
