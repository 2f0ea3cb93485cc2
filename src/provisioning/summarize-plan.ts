import type { Identity } from '../aws/arn';
import { withoutAccounts, writeSummary } from '../delivery/summary';
import type { IdentitiesRequest } from '../inputs/request';
import type { Step } from '../runner/step';
import type { Change } from './plan';
import { planMarkdown } from './show-plan';

/** What a step that changes IAM had to do, or with dry-run would have. */
export interface PlanSummary {
  readonly title: string;
  readonly changes: readonly Change[];
  readonly identity: Identity;
}

/** Tells in the job summary what was planned, and done. */
export async function summarizePlan(
  { title, changes, identity }: PlanSummary,
  { maskAccountId, mode }: IdentitiesRequest,
  step: Step,
): Promise<void> {
  const lines = [
    `### AWS identities: ${mode}`,
    '',
    `${title}. Account ${identity.account}, as \`${identity.arn}\`.`,
    '',
    ...planMarkdown(changes),
  ];
  await writeSummary(maskAccountId ? lines.map(withoutAccounts) : lines, step);
}
