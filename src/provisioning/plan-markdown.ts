import { code, codeInCell, fenceFor, htmlText } from '../text/markdown';
import type { Change } from './changes/change';
import { changesInShort, detailLines, hasMore, nameInShort, wideningLines, widensAccess } from './show-plan';

export interface PlanMarkdown {
  readonly lines: readonly string[];
  /** Whether all of the plan is there. */
  readonly isWhole: boolean;
}

const HEAD = ['| Action | Kind | Name | What changes |', '|:---|:---|:---|:---|'];

/**
 * The plan for a page, as far as there is room: a table with what changes next to each row; then, of each thing, the rest,
 * first of those that widen access, which are open.
 *
 * @param room in bytes
 * @param rest where to find what has no room, to complete "… more are"
 * @param picture what else is shown, below the table
 */
export function planMarkdown(
  changes: readonly Change[],
  { room, rest, picture = [] }: { readonly room: number; readonly rest: string; readonly picture?: readonly string[] },
): PlanMarkdown {
  const wide = changes.filter(widensAccess);
  const table = fitting(
    changes.map((change) => [row(change)]),
    room - size(HEAD),
  );
  const more = [...wide, ...changes.filter((change) => hasMore(change) && !widensAccess(change))].map(block);
  const shown = picture.length > 0 ? ['', ...picture] : [];
  const blocks = fitting(more, room - size([...HEAD, ...table.flat(), ...shown]));
  const [rowsLeft, blocksLeft] = [changes.length - table.length, more.length - blocks.length];
  return {
    lines: [
      ...HEAD,
      ...table.flat(),
      ...(rowsLeft > 0 ? ['', `${rowsLeft} more are ${rest}.`] : []),
      ...shown,
      ...blocks.flat(),
      ...(blocksLeft > 0 ? ['', `The details of ${blocksLeft} more are ${rest}.`] : []),
    ],
    isWhole: rowsLeft === 0 && blocksLeft === 0,
  };
}

/** As many groups of lines, from the first on, as have room. */
function fitting(groups: readonly (readonly string[])[], room: number): (readonly string[])[] {
  let taken = 0;
  const first = groups.findIndex((lines) => (taken += size(lines)) > room);
  return first < 0 ? [...groups] : groups.slice(0, first);
}

function size(lines: readonly string[]): number {
  return Buffer.byteLength(`${lines.join('\n')}\n`);
}

function row(change: Change): string {
  const { action, kind } = change;
  // What is code mentions nobody, wherever it is shown.
  const what = changesInShort(change).map(codeInCell);
  const mark = widensAccess(change) ? '⚠️ ' : '';
  return `| ${mark}${action} | ${kind} | ${codeInCell(nameInShort(change))} | ${what.join('<br>')} |`;
}

/** What there is to say of a thing, folded, unless it widens access. */
function block(change: Change): readonly string[] {
  const { action, kind, name } = change;
  const widenings = wideningLines(change);
  const lines = detailLines(change).map((line) => line.replace(/^~ /, '! '));
  const fence = fenceFor(lines);
  const title = `${action} ${kind} <code>${htmlText(name)}</code>`;
  return [
    '',
    widenings.length > 0 ? `<details open><summary>⚠️ ${title}</summary>` : `<details><summary>${title}</summary>`,
    '',
    ...widenings.map((widening) => `- **Widens access:** ${code(widening)}`),
    ...(widenings.length > 0 ? [''] : []),
    `${fence}diff`,
    ...lines,
    fence,
    '',
    '</details>',
  ];
}
