import { sameMeaning } from '../policy/meaning';
import { parsePolicyText } from '../policy/policy-document';
import type { Hands } from './hands';
import { isRefusal } from '../aws/failure';
import type { Write } from '../iam/connect';
import type { Change } from './plan';
import type { Created } from '../runner/ledger';
import { readPolicy } from './read-account';
import { sideBySide } from './side-by-side';

const DONE = { create: 'Created', change: 'Changed', delete: 'Deleted', keep: 'Kept', leave: 'Left' } as const;

/** What was made by this run, as calls name it: not all of IAM may know of it yet. */
export type Fresh = Set<string>;

/**
 * Makes the changes of each phase, side by side, one phase after the other.
 *
 * @throws ActionError for the first call that failed for good; what was done stays, and the next run goes on from there
 */
export async function apply(phases: readonly (readonly Change[])[], fresh: Fresh, hands: Hands): Promise<void> {
  const needed = phases.map((phase) => phase.filter(({ stages }) => stages.length > 0));
  const total = needed.flat().length;
  let done = 0;
  for (const phase of needed) {
    await sideBySide(phase, async (change) => {
      await applyChange(change, fresh, hands);
      done += 1;
      hands.log(`[${done}/${total}] ${DONE[change.action]} ${change.kind} ${change.name}.`);
    });
  }
}

/** Makes what nothing else of the plan waits for: what new users and roles may do. */
export async function applyLater(changes: readonly Change[], fresh: Fresh, hands: Hands): Promise<void> {
  await sideBySide(changes, ({ later = [] }) => makeCalls(later, fresh, hands));
}

/** Makes the calls of each stage, side by side, one stage after the other. */
export async function makeCalls(stages: readonly (readonly Write[])[], fresh: Fresh, hands: Hands): Promise<void> {
  for (const stage of stages) await sideBySide(stage, (write) => makeCall(write, fresh, hands));
}

async function applyChange({ stages, creates }: Change, fresh: Fresh, hands: Hands): Promise<void> {
  if (creates) hands.remember(creates);
  await makeCalls(stages, fresh, hands);
  if (creates) marksOf(creates).forEach((mark) => fresh.add(mark));
}

/** Makes one planned call. */
export async function makeCall({ operation, input }: Write, fresh: Fresh, { iam }: Hands): Promise<void> {
  try {
    // The compiler cannot see that an operation and its input belong together.
    await iam.change(operation, input, { fresh: referredTo(fresh, input) });
  } catch (error) {
    if (operation === 'CreatePolicyVersion' && isRefusal(error, 'LimitExceeded')) {
      // The version that an attempt made whose answer was lost took the last place.
      const policy = await readPolicy(input.PolicyArn ?? '', iam);
      if (policy && sameMeaning(policy.document, parsePolicyText(input.PolicyDocument ?? ''))) return;
    }
    throw error;
  }
}

/** Everything by which other calls name something that was made. */
function marksOf(created: Created): string[] {
  switch (created.kind) {
    case 'user':
      return [created.arn, userMark(created.name)];
    case 'role':
      return [created.arn, `"RoleName":"${created.name}"`];
    case 'policy':
    case 'OIDC provider':
      return [created.arn];
    case 'MFA device':
      return [created.serial];
    case 'access key':
    case 'GitHub secret':
      return [];
  }
}

/** How calls name a user. */
export function userMark(name: string): string {
  return `"UserName":"${name}"`;
}

function referredTo(fresh: Fresh, input: object): string[] {
  const text = JSON.stringify(input);
  return [...fresh].filter((mark) => text.includes(mark));
}
