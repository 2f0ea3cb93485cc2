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

/** The secrets that were masked, for texts in which no runner hides them: a file, or what another tool prints. */
export class Masks {
  readonly #secrets = new Set<string>();

  /** Adds each line of a secret; the answer is which of them are new. */
  add(secret: string): string[] {
    const lines = secret.split(/\r?\n/).filter((line) => line.trim() !== '' && !this.#secrets.has(line));
    lines.forEach((line) => this.#secrets.add(line));
    return lines;
  }

  /** A text in which they are hidden, also where Markdown has backslashes between their characters. */
  hide(text: string): string {
    // To look for each of them with its backslashes takes longer than all the rest of a summary.
    const bare = withoutBackslashes(text);
    const shown = [...this.#secrets].filter((secret) => bare.includes(withoutBackslashes(secret)));
    const longestFirst = shown.sort((a, b) => b.length - a.length);
    return longestFirst.reduce((hidden, secret) => hidden.replaceAll(inMarkdown(secret), '***'), text);
  }
}

function withoutBackslashes(text: string): string {
  return text.replaceAll('\\', '');
}

function inMarkdown(secret: string): RegExp {
  const escaped = (character: string) => character.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&');
  return new RegExp(
    secret.replaceAll(/[^]/gu, (character) => `\\\\?${escaped(character)}`),
    'g',
  );
}

/** How many names a line has. */
const LISTED = 20;

/** Names for one line: of thousands, the first. */
export function listed(names: readonly string[]): string {
  const more = names.length - LISTED;
  return names.slice(0, LISTED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
