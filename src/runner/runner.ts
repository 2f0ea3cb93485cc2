import { appendFile, statSync } from 'node:fs';
import { EOL } from 'node:os';
import { promisify } from 'node:util';
import * as core from '@actions/core';
import type { FilePlace } from '../errors/action-error';
import { visible } from '../errors/message';
import { fittingSummary } from './job-summary';
import { MaskedSecrets } from './masked-secrets';
import { printable } from './printable';
import { writingTo, type RunnerPath } from './runner-files';
import { stepTitle } from './step-title';

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
  /** GitHub shows the text at the place in a file, if there is one. */
  readonly warning: (text: string, at?: FilePlace) => void;
  /** Marks the step as failed. GitHub shows the message at the place in a file, if there is one. */
  readonly fail: (message: string, title: string, at?: FilePlace) => void;
  /** A text without what was masked, for a place where the runner does not hide it: a file, or a page of GitHub. */
  readonly hide: (text: string) => string;
  /** Adds Markdown to the job summary, if the runner has one, as far as it has room. What was masked is hidden in it. */
  readonly summarize: (markdown: string) => Promise<void>;
}

/** Not that of `node:fs/promises`: to load it takes a millisecond, which is saved before the first request. */
const append = promisify(appendFile);

/** The process of a step, as far as its runner looks at it: the environment, and the exit code, which it sets. */
export type StepProcess = Pick<NodeJS.Process, 'env' | 'exitCode'>;

/** The runner that this process was started by. */
export function actionsRunner(step: StepProcess): Runner {
  const { env } = step;
  const masks = new MaskedSecrets();
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
    notice(text) {
      core.notice(visible(text), { title: stepTitle(env) });
    },
    warning(text, at) {
      core.warning(visible(text), annotation(stepTitle(env), at));
    },
    fail(message, title, at) {
      step.exitCode = core.ExitCode.Failure;
      core.error(visible(message), annotation(title, at));
    },
    hide: (text) => masks.hide(visible(text)),
    async summarize(markdown) {
      const file = env.GITHUB_STEP_SUMMARY;
      if (!file) return;
      const { size = 0 } = statSync(file, { throwIfNoEntry: false }) ?? {};
      await append(file, fittingSummary(`${masks.hide(visible(markdown))}${EOL}`, size));
    },
  };
}

/** How GitHub shows a text: under a title, and at the place in a file, if there is one. */
function annotation(title: string, at: FilePlace | undefined): core.AnnotationProperties {
  return { title, ...(at && { file: at.file, startLine: at.line, startColumn: at.column }) };
}
