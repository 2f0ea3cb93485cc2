import type { Run } from './job';

const BOLD = '\u001b[1m';
const DIM = '\u001b[2m';
const PLAIN = '\u001b[0m';

export function title(text: string): void {
  print(`\n${styled(BOLD, text)}`);
}

export function note(text: string): void {
  print(styled(DIM, text));
}

/** Shows lines as they are, a little indented. */
export function show(lines: readonly string[]): void {
  for (const line of lines) print(`  ${line}`);
}

/** What a user sees of a step with the action: its log, and the names of the variables that it set. */
export function showRun(run: Run): void {
  show(run.log);
  const names = Object.entries(run.exported).map(([name, value]) => (value === '' ? `${name} (empty)` : name));
  if (names.length > 0) note(`Variables for later steps: ${names.join(', ')}`);
  note(`Took ${(run.duration / 1000).toFixed(2)} s, exit code ${run.exitCode ?? 'none'}.`);
}

function styled(style: string, text: string): string {
  return process.stdout.isTTY ? `${style}${text}${PLAIN}` : text;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
