import { messageOf } from '../errors/message';
import { withoutSecrets } from '../runner/masks';
import type { Step } from '../runner/step';
import { stepTitle } from '../runner/step-title';
import { escaped } from '../text/markdown';

/** What a step says at its end: each mode makes its own. */
export interface Report {
  /** Lines of the log. */
  readonly log: readonly string[];
  /** Lines of Markdown for the job summary, below the title of the step. */
  readonly summary: readonly string[];
  /** What the step fails with, where it reports what else it has done. */
  readonly failure?: Error | undefined;
}

/** Writes a report to the log and to the job summary. */
export async function writeReport({ log, summary }: Report, hideAccounts: boolean, step: Step): Promise<void> {
  for (const line of log) step.runner.info(line);
  const shown = (text: string) => withoutSecrets(text, hideAccounts, step);
  await writeSummary([`### ${escaped(shown(stepTitle(step.env)))}`, '', shown(summary.join('\n'))].join('\n'), step);
}

/** Writes Markdown to the job summary. One that cannot be written is a pity, not a failure. */
export async function writeSummary(text: string, { runner }: Step): Promise<void> {
  try {
    await runner.summarize(`${text}\n`);
  } catch (error) {
    runner.warning(`The job summary could not be written: ${messageOf(error)}`);
  }
}
