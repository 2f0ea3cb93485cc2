import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../errors/message';
import type { IdentitiesRequest } from '../inputs/request';
import type { TargetAccount } from '../provisioning/changes/account-access';
import type { Change } from '../provisioning/changes/change';
import { planMarkdown } from '../provisioning/plan-markdown';
import { planPicture } from '../provisioning/plan-picture';
import { planInShort, planLines } from '../provisioning/show-plan';
import { maskAccountsIn, withoutSecrets } from '../runner/masks';
import { inJobTemp } from '../runner/runner-files';
import type { Step } from '../runner/step';
import { code } from '../text/markdown';

/** Of a summary, in bytes: what else the step says, and the failure of a later call, need room, too. */
const ROOM_IN_SUMMARY = 768 * 1024;

export interface ReportedPlan {
  readonly changes: readonly Change[];
  readonly account: TargetAccount;
  /** As whom the step works. */
  readonly arn: string;
  /** Whether all is as the document says. */
  readonly isNothing: boolean;
}

/** Shows a plan in the log, and where it is too large for the job summary, in a file. The answer is for the summary. */
export function reportPlan(plan: ReportedPlan, request: IdentitiesRequest, step: Step): string[] {
  const { changes, account } = plan;
  const lines = planLines(changes);
  // Those whom the document and the account name, too: where no mask reaches, they are hidden as well.
  if (request.maskAccountId) maskAccountsIn(lines.join('\n'), step);
  step.runner.group(titleOf(plan, request), lines);
  const head = planHead(plan, request);
  const picture = planPicture(changes, request.declaration, account);
  const page = planMarkdown(changes, { room: ROOM_IN_SUMMARY, rest: 'in the log of the step', picture });
  if (!page.isWhole) writeWhole([...head, ...planMarkdown(changes, { room: Infinity, rest: '' }).lines], request, step);
  return [...head, ...page.lines];
}

/** What stands above a plan on a page. */
export function planHead(plan: ReportedPlan, request: IdentitiesRequest): string[] {
  return [`${titleOf(plan, request)}. Account ${accountText(plan.account)}, as ${code(plan.arn)}.`, ''];
}

function titleOf({ changes }: ReportedPlan, { dryRun }: IdentitiesRequest): string {
  return `${dryRun ? 'Plan (nothing is changed)' : 'Plan'}: ${planInShort(changes)}`;
}

export function accountText({ account }: TargetAccount): string {
  return account || 'without an ID';
}

/** That the file cannot be written is a pity, not a failure: the log has the plan, too. */
function writeWhole(lines: readonly string[], request: IdentitiesRequest, step: Step): void {
  const { runner, env } = step;
  try {
    const file = inJobTemp(env, (temp) => join(mkdtempSync(join(temp, 'aws-plan-')), 'plan.md'));
    writeFileSync(file, shownText(lines, request, step), { mode: 0o600 });
    runner.notice(`The plan is too large for the job summary. For as long as the job runs, it is whole in ${file}.`);
  } catch (error) {
    runner.warning(
      `The plan is too large for the job summary, and could not be written to a file: ${messageOf(error)}`,
    );
  }
}

/** A text for a place where no runner hides what was masked. */
export function shownText(lines: readonly string[], { maskAccountId }: IdentitiesRequest, step: Step): string {
  return withoutSecrets(`${lines.join('\n')}\n`, maskAccountId, step);
}
