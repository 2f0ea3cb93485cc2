import { beginningOf } from '../errors/message';
import { INDENT, type Action, type Change } from './changes/change';

const MARKS: Readonly<Record<Action, string>> = { create: '+', change: '~', delete: '-', keep: '=', leave: '!' };

/** How much stands next to a row: of many changes of one thing the first, and of a long one its beginning. */
const [MOST_CHANGES, MOST_CHARACTERS] = [4, 80];

/** What stands before the path and the name in the ARN of a policy or a device. */
const ARN_PREFIX = /\barn:[^\s:]+:iam::(?:aws|\d{12}):(?:policy|mfa|u2f)\//g;

const [SIGNED, TAG] = [/^[+~-] /, /^([+~-]) tag /];

/** The plan in a sentence: "2 to create, 1 to change, 0 to delete, 3 to keep; 1 widens access". */
export function planInShort(changes: readonly Change[]): string {
  const count = (action: Action) => changes.filter((change) => change.action === action).length;
  const counts = (['create', 'change', 'delete', 'keep'] as const).map((action) => `${count(action)} to ${action}`);
  const wider = changes.filter(widensAccess).length;
  return (
    [...counts, ...(count('leave') > 0 ? [`${count('leave')} left alone`] : [])].join(', ') +
    (wider > 0 ? `; ${wider} ${wider === 1 ? 'widens' : 'widen'} access` : '')
  );
}

export function widensAccess({ widenings }: Change): boolean {
  return widenings.length > 0;
}

/**
 * What changes of a thing, each in a few words: `~ trust policy`, `+ 2 tags`. A sentence about a thing that stays stands
 * for itself.
 */
export function changesInShort({ details }: Change): string[] {
  const whole = details.filter((line) => !line.startsWith(INDENT));
  const tags = whole.filter((line) => TAG.test(line));
  const signs = [...new Set(tags.map((line) => line.slice(0, 1)))];
  const ofTags = signs.flatMap((sign) => {
    const alike = tags.filter((line) => line.startsWith(sign));
    return alike.length === 1 ? alike : [`${sign} ${alike.length} tags`];
  });
  const all = [...whole.filter((line) => !TAG.test(line)), ...ofTags];
  const more = all.length - MOST_CHANGES;
  return [...all.slice(0, MOST_CHANGES).map(shortened), ...(more > 0 ? [`and ${more} more`] : [])];
}

/** What a thing is called in its row: of an MFA device, the path and the name. */
export function nameInShort({ name }: Change): string {
  return name.replaceAll(ARN_PREFIX, '');
}

function shortened(text: string): string {
  const named = oneLine(text).replaceAll(ARN_PREFIX, '');
  return named.length <= MOST_CHARACTERS ? named : `${beginningOf(named, MOST_CHARACTERS)}…`;
}

/** Whether the details of a thing say more of it than its row. */
export function hasMore(change: Change): boolean {
  return widensAccess(change) || change.details.join() !== changesInShort(change).join();
}

/** What changes of a thing, line by line, with the signs in the first column: so GitHub colours them. */
export function detailLines({ details }: Change): string[] {
  return details.map(oneLine).map((line) => {
    const inside = line.startsWith(INDENT) ? line.slice(INDENT.length) : line;
    return SIGNED.test(inside) && inside !== line ? `${inside.slice(0, 1)} ${INDENT}${inside.slice(2)}` : line;
  });
}

/** What the account holds may have line breaks, with which a line could pass for several. */
function oneLine(text: string): string {
  return text.replaceAll(/\s*[\n\u2028\u2029]\s*/g, ' ');
}

/** How a thing widens access, a line each. */
export function wideningLines({ widenings }: Change): string[] {
  return widenings.map(oneLine);
}

/** The plan for the log: a table with what changes next to each row; then, of each thing, the rest. */
export function planLines(changes: readonly Change[]): string[] {
  const width = (texts: readonly string[]) => Math.max(0, ...texts.map((text) => text.length));
  const [kinds, names] = [width(changes.map(({ kind }) => kind)), width(changes.map(nameInShort))];
  const rows = changes.map((change) => {
    const { action, kind } = change;
    const name = nameInShort(change);
    const what = [...(widensAccess(change) ? ['WIDENS ACCESS'] : []), ...changesInShort(change)].join(', ');
    return `${MARKS[action]} ${action.padEnd(6)}  ${kind.padEnd(kinds)}  ${name.padEnd(names)}  ${what}`.trimEnd();
  });
  const blocks = changes.filter(hasMore).map((change) => {
    const widenings = wideningLines(change).map((widening) => `WIDENS ACCESS: ${widening}`);
    return ['', `${change.kind} ${change.name}`, ...widenings, ...detailLines(change)];
  });
  return [...rows, ...blocks.flat()];
}

/** The plan as the step's output has it. */
export function planOutput(changes: readonly Change[]): string {
  return JSON.stringify(
    changes.map((change) => {
      const { action, kind, name, details, widenings } = change;
      return { action, kind, name, details, ...(widensAccess(change) && { widenings }) };
    }),
  );
}
