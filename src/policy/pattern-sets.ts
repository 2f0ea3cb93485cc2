/**
 * Texts of a policy: those that fit one of the patterns, or all others. In a pattern, `*` stands for any text and `?` for
 * any one character; a variable such as `${aws:username}` for what nobody knows.
 */
export interface PatternSet {
  readonly isComplement: boolean;
  readonly patterns: readonly string[];
}

export const EVERYTHING: PatternSet = { isComplement: true, patterns: [] };

/** The set piece by piece: each pattern, or the whole complement. It is within a union of sets if each piece is in one. */
export function piecesOf(set: PatternSet): PatternSet[] {
  return set.isComplement ? [set] : set.patterns.map((pattern) => ({ isComplement: false, patterns: [pattern] }));
}

/** Whether every text of one set is surely in the other. */
export function isWithin(inner: PatternSet, outer: PatternSet): boolean {
  if (!outer.isComplement) {
    return outer.patterns.some((pattern) => /^\*+$/.test(pattern)) || (!inner.isComplement && eachWithin(inner, outer));
  }
  return inner.isComplement
    ? eachWithin(outer, inner)
    : outer.patterns.every((out) => inner.patterns.every((pattern) => areDisjoint(pattern, out)));
}

function eachWithin({ patterns }: PatternSet, others: PatternSet): boolean {
  return patterns.every((pattern) => others.patterns.some((other) => covers(other, pattern)));
}

/** Whether every text that fits the other pattern fits this one. */
export function covers(pattern: string, other: string): boolean {
  let [at, from] = [0, 0];
  let star: { readonly after: number; taken: number } | undefined;
  while (from < other.length) {
    const [sign, character] = [pattern[at], other[from]];
    if (sign === '*') {
      star = { after: ++at, taken: from };
    } else if (sign === character || (sign === '?' && character !== '*')) {
      at++;
      from++;
    } else if (star) {
      at = star.after;
      from = ++star.taken;
    } else {
      return false;
    }
  }
  return /^\**$/.test(pattern.slice(at));
}

/** Whether no text fits both patterns. */
function areDisjoint(one: string, other: string): boolean {
  const [first, second] = [one, other].map((pattern) => pattern.replaceAll(/\$\{[^}]*\}/g, '*')) as [string, string];
  // Which beginnings of the second pattern can end where one of the first does.
  let reached = new Set([0]);
  const withStars = (ends: Set<number>): Set<number> => {
    for (const end of ends) if (second[end] === '*') ends.add(end + 1);
    return ends;
  };
  reached = withStars(reached);
  for (const sign of first) {
    const next = new Set<number>();
    for (const end of reached) {
      if (sign === '*') {
        for (let later = end; later <= second.length; later++) next.add(later);
        continue;
      }
      const other = second[end];
      if (other === '*') next.add(end);
      else if (other !== undefined && (other === sign || other === '?' || sign === '?')) next.add(end + 1);
    }
    reached = withStars(next);
  }
  return !reached.has(second.length);
}
