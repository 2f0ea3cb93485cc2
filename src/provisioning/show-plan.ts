import type { Action, Change } from './changes/change';

const MARKS: Readonly<Record<Action, string>> = { create: '+', change: '~', delete: '-', keep: '=', leave: '!' };

/** The table and the failure of a later call need room, too. */
const ROOM_FOR_DETAILS = 768 * 1024;

/** The plan in a sentence: "2 to create, 1 to change, 0 to delete, 3 to keep". */
export function planInShort(changes: readonly Change[]): string {
  const count = (action: Action) => changes.filter((change) => change.action === action).length;
  const counts = (['create', 'change', 'delete', 'keep'] as const).map((action) => `${count(action)} to ${action}`);
  return [...counts, ...(count('leave') > 0 ? [`${count('leave')} left alone`] : [])].join(', ');
}

/** The plan as a table for the log, with what differs below each row. */
export function planLines(changes: readonly Change[]): string[] {
  const width = (texts: readonly string[]) => Math.max(0, ...texts.map((text) => text.length));
  const kinds = width(changes.map(({ kind }) => kind));
  return changes.flatMap(({ action, kind, name, details }) => [
    `${MARKS[action]} ${action.padEnd(6)}  ${kind.padEnd(kinds)}  ${name}`,
    ...details.map((line) => `      ${line}`),
  ]);
}

/**
 * The plan for the job summary, which the runner drops whole where it is larger than 1 MiB: details that have no room
 * are left to the log.
 *
 * @param room for details, in bytes
 */
export function planMarkdown(changes: readonly Change[], room = ROOM_FOR_DETAILS): string[] {
  const rows = changes.map(
    ({ action, kind, name }) => `| ${action} | ${kind} | ${code(name).replaceAll('|', '\\|')} |`,
  );
  const detailed = changes
    .filter(({ details }) => details.length > 0)
    .map(({ kind, name, details }) => ['', `**${kind}** ${code(name)}`, '', '```diff', ...details, '```']);
  const shown = fitting(detailed, room);
  const left = detailed.length - shown.length;
  const table = ['| | | |', '|---|---|---|', ...rows];
  if (detailed.length === 0) return table;
  const omitted = left > 0 ? ['', `The details of ${left} more are in the log of the step.`] : [];
  return [...table, '', '<details><summary>Details</summary>', ...shown.flat(), ...omitted, '', '</details>'];
}

/** As many blocks of lines, from the first on, as have room. */
function fitting(blocks: readonly (readonly string[])[], room: number): (readonly string[])[] {
  let taken = 0;
  const first = blocks.findIndex((lines) => (taken += Buffer.byteLength(`${lines.join('\n')}\n`)) > room);
  return first < 0 ? [...blocks] : blocks.slice(0, first);
}

/** Paths of users, and so ARNs, and names of environments may hold backticks. */
function code(text: string): string {
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``;
}

/** The plan as the step's output has it. */
export function planOutput(changes: readonly Change[]): string {
  return JSON.stringify(changes.map(({ action, kind, name, details }) => ({ action, kind, name, details })));
}
