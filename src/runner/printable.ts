/** The runner takes U+0085 for white space, as .NET does. */
const COMMAND = /^([\s\u0085]*):(?=:)/gm;

/**
 * A text that the runner only prints. What AWS or GitHub said, or someone wrote into an account, could else be a command
 * to it: a line that begins with `::`, or has `##[` anywhere.
 * https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
 */
export function printable(text: string): string {
  return text.replaceAll(COMMAND, '$1: ').replaceAll('##[', '## [');
}
