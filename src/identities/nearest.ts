const MAX_LENGTH = 64;

/** The one name that a misspelt one most likely stands for, if any is close enough to say so. */
export function nearest(written: string, names: Iterable<string>): string | undefined {
  const allowed = written.length < 5 ? 1 : 2;
  let [best, least]: [string | undefined, number] = [undefined, allowed + 1];
  for (const name of names) {
    if (name.length > MAX_LENGTH || Math.abs(name.length - written.length) > allowed) continue;
    const edits = editsBetween(written.toLowerCase(), name.toLowerCase());
    if (edits < least) [best, least] = [name, edits];
  }
  return best;
}

/** How many characters must be added, removed, replaced or swapped with their neighbour to get from one to the other. */
function editsBetween(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      current[column] = Math.min(
        (last[column] ?? Infinity) + 1,
        (current[column - 1] ?? Infinity) + 1,
        (last[column - 1] ?? Infinity) + (same ? 0 : 1),
        swapped ? (beforeLast[column - 2] ?? Infinity) + 1 : Infinity,
      );
    }
    [beforeLast, last] = [last, current];
  }
  return last[to.length] ?? Infinity;
}
