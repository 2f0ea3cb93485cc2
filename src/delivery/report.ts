import { messageOf } from '../errors/message';
import { withoutAccounts } from '../runner/masks';
import type { Step } from '../runner/step';

/** What a step says at its end: each mode makes its own. */
export interface Report {
  /** Lines of the log. */
  readonly log: readonly string[];
  /** Lines of Markdown for the job summary. */
  readonly summary: readonly string[];
}

/** Writes a report to the log and to the job summary. */
export async function writeReport({ log, summary }: Report, hideAccounts: boolean, step: Step): Promise<void> {
  for (const line of log) step.runner.info(line);
  const text = summary.join('\n');
  await writeSummary(hideAccounts ? withoutAccounts(text) : text, step);
}

/** Says in the job summary what failed and how to fix it. */
export async function summarizeFailure(message: string, step: Step): Promise<void> {
  // Longer than any in the message, which may be anyone's.
  const longest = Math.max(0, ...(message.match(/`+/g) ?? []).map((ticks) => ticks.length));
  const fence = '`'.repeat(Math.max(3, longest + 1));
  await writeSummary(['### AWS identity: failed', '', `${fence}text`, message, fence].join('\n'), step);
}

/** A summary that cannot be written is a pity, not a failure. */
async function writeSummary(text: string, { runner }: Step): Promise<void> {
  try {
    await runner.summarize(`${text}\n`);
  } catch (error) {
    runner.warning(`The job summary could not be written: ${messageOf(error)}`);
  }
}
