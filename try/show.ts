import type { RecordedRequest } from '../sandbox/http/request';
import type { Run } from '../sandbox/runner/job';
import { masked } from '../sandbox/runner/log';
import { note, show } from '../sandbox/runner/terminal';

/** Commands in a log that runners know and this one does not carry out. */
const NOT_CARRIED_OUT = new Set(['set-output', 'save-state', 'set-env', 'add-path', 'stop-commands']);

/** Characters of a value that are shown. */
const LONGEST = 150;

/** Shows what came of a step besides its log: what it left to later ones, its part of the summary, and its calls. */
export function showStep(run: Run, masks: ReadonlySet<string>, calls: readonly RecordedRequest[]): void {
  if (run.stderr !== '') show(masked(run.stderr.trimEnd(), masks).split('\n'));
  for (const { command } of run.lines) {
    if (command && NOT_CARRIED_OUT.has(command.name)) note(`Not supported here: the command ::${command.name}::`);
  }
  showValues('Variables for later steps', run.exported, masks);
  showValues('Outputs', run.outputs, masks);
  if (run.summary !== '') {
    note('Summary:');
    show(masked(run.summary.trimEnd(), masks).split('\n'));
  }
  for (const line of callLines(calls)) note(masked(line, masks));
}

/** The calls in order, each with what came of it if that is a failure; those that follow each other by one caller together. */
export function callLines(calls: readonly RecordedRequest[]): string[] {
  const lines: { readonly caller: string | undefined; readonly calls: string[] }[] = [];
  for (const { service, action, caller, status, errorCode } of calls) {
    const failure = errorCode ?? (status === undefined ? 'no answer' : undefined);
    const call = `${service} ${action}${failure === undefined ? '' : ` (${failure})`}`;
    const last = lines.at(-1);
    if (last && last.caller === caller) last.calls.push(call);
    else lines.push({ caller, calls: [call] });
  }
  return lines.map(
    (each) => `${each.caller === undefined ? 'Unsigned calls' : `Calls by ${each.caller}`}: ${each.calls.join(', ')}`,
  );
}

function showValues(title: string, values: Readonly<Record<string, string>>, masks: ReadonlySet<string>): void {
  const entries = Object.entries(values);
  if (entries.length === 0) return;
  note(`${title}:`);
  show(entries.map(([name, value]) => `  ${name}=${shortened(masked(value, masks).replaceAll('\n', '\\n'))}`));
}

function shortened(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
