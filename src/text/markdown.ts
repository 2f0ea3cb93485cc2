/** Characters that Markdown or HTML give a meaning to. */
const SPECIAL = /[\\`*_{}[\]<>#|~&]/g;
const URL_TEXT = /(https?:\/\/[\w.:/%#?=+~-]+)/;

/** A text as prose, in which nothing but the address of a page has a meaning to Markdown. */
export function escaped(text: string): string {
  return text
    .split(URL_TEXT)
    .map((part, index) => (index % 2 === 1 ? part : part.replace(SPECIAL, '\\$&')))
    .join('');
}

/** A text as code in a line, also one with backticks. */
export function code(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  const fence = fenceFor([line], 1);
  const space = fence.length > 1 ? ' ' : '';
  return `${fence}${space}${line}${space}${fence}`;
}

/** The same in the cell of a table. */
export function codeInCell(text: string): string {
  return code(text).replaceAll('|', '\\|');
}

/** A text within HTML. */
export function htmlText(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** Longer than any row of backticks in the lines, which may be anyone's. */
export function fenceFor(lines: readonly string[], shortest = 3): string {
  const rows = lines.join('\n').match(/`+/g) ?? [];
  return '`'.repeat(Math.max(shortest, ...rows.map((row) => row.length + 1)));
}
