/** The secrets that were masked, for texts in which no runner hides them: a file, or what another tool prints. */
export class MaskedSecrets {
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
