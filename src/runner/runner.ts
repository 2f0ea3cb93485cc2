import { statSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { EOL } from 'node:os';
import * as core from '@actions/core';
import { visible } from '../errors/message';
import { fittingSummary } from './job-summary';
import { Masks, printable } from './printable';
import { writingTo, type RunnerPath } from './runner-files';

/** What a step may ask of GitHub's runner. */
export interface Runner {
  /** Hides the text in every later log line, here and in later steps. Each line of it is hidden by itself. */
  readonly mask: (secret: string) => void;
  /** Sets a variable for this process and for later steps. */
  readonly exportVariable: (name: string, value: string) => void;
  readonly setOutput: (name: string, value: string) => void;
  /** Saves a value for the post step. It is written to a file in clear text: never a secret. */
  readonly saveState: (name: string, value: string) => void;
  readonly info: (line: string) => void;
  /** Lines that the log shows folded, under a title. */
  readonly group: (title: string, lines: readonly string[]) => void;
  readonly notice: (text: string) => void;
  readonly warning: (text: string) => void;
  /** Marks the step as failed. GitHub shows the message at the place in a file, if there is one. */
  readonly fail: (message: string, title: string, at?: FilePlace) => void;
  /** Adds Markdown to the job summary, if the runner has one, as far as it has room. What was masked is hidden in it. */
  readonly summarize: (markdown: string) => Promise<void>;
}

/** A place in a file of the workspace, by which GitHub finds it in the changes of a pull request. */
export interface FilePlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** The process of a step, as far as its runner looks at it: the environment, and the exit code, which it sets. */
export type StepProcess = Pick<NodeJS.Process, 'env' | 'exitCode'>;

/** The runner that this process was started by. */
export function actionsRunner(step: StepProcess): Runner {
  const { env } = step;
  const masks = new Masks();
  const writer =
    (file: RunnerPath, write: (name: string, value: string) => void): Runner['setOutput'] =>
    (name, value) => {
      writingTo(file, env, () => {
        write(name, value);
      });
    };
  return {
    mask(secret) {
      masks.add(secret).forEach(core.setSecret);
    },
    exportVariable: writer('GITHUB_ENV', core.exportVariable),
    setOutput: writer('GITHUB_OUTPUT', core.setOutput),
    saveState: writer('GITHUB_STATE', core.saveState),
    info: (line) => {
      core.info(printable(line));
    },
    group(title, lines) {
      core.startGroup(title);
      lines.forEach((line) => {
        core.info(printable(line));
      });
      core.endGroup();
    },
    notice: (text) => {
      core.notice(visible(text));
    },
    warning: (text) => {
      core.warning(visible(text));
    },
    fail(message, title, at) {
      step.exitCode = core.ExitCode.Failure;
      core.error(visible(message), {
        title,
        ...(at && { file: at.file, startLine: at.line, startColumn: at.column }),
      });
    },
    async summarize(markdown) {
      const file = env.GITHUB_STEP_SUMMARY;
      if (!file) return;
      const { size = 0 } = statSync(file, { throwIfNoEntry: false }) ?? {};
      await appendFile(file, fittingSummary(`${masks.hide(visible(markdown))}${EOL}`, size));
    },
  };
}
