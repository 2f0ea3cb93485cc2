import { visible } from '../errors/message';

const COMMAND = /^(\s*):(?=:)/gm;

/**
 * A text that the runner only prints. What a service said, or someone wrote into an account, could else be a command
 * to it: a line that begins with `::`, or has `##[` anywhere.
 * https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
 */
export function printable(text: string): string {
  return visible(text).replaceAll(COMMAND, '$1: ').replaceAll('##[', '## [');
}

/** How many names a line has. */
const LISTED = 20;

/** Names for one line: of thousands, the first. */
export function listed(names: readonly string[]): string {
  const more = names.length - LISTED;
  return names.slice(0, LISTED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
