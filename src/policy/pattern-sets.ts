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
  const [signs, characters] = [pattern.match(SIGN) ?? [], other.match(SIGN) ?? []];
  let [at, from] = [0, 0];
  let star: { readonly after: number; taken: number } | undefined;
  while (from < characters.length) {
    const [sign, character = ''] = [signs[at], characters[from]];
    if (sign === '*') {
      star = { after: ++at, taken: from };
    } else if (sign === character || (sign === '?' && !UNKNOWN.test(character))) {
      at++;
      from++;
    } else if (star) {
      at = star.after;
      from = ++star.taken;
    } else {
      return false;
    }
  }
  return signs.slice(at).every((sign) => sign === '*');
}

/** A variable is one sign, which only `*` covers, or the same variable: nobody knows how long its text is. */
const SIGN = /\$\{[^}]*\}|./gsu;
const UNKNOWN = /^(?:\*|\$\{.*)$/s;

/** Whether no text fits both patterns. */
function areDisjoint(one: string, other: string): boolean {
  const [first, second] = [signsOf(one), signsOf(other)];
  // Of each beginning of the second pattern: whether some text fits it and the part of the first that is read.
  let fits = afterStars([true, ...Array<boolean>(second.length).fill(false)], second);
  for (const sign of first) {
    const next = Array<boolean>(second.length + 1).fill(false);
    let isAny = false;
    for (const [end, fit] of fits.entries()) {
      isAny ||= fit;
      if (sign === '*') next[end] = isAny;
      else if (fit && second[end] === '*') next[end] = true;
      else if (fit && end < second.length && areAlike(sign, second[end])) next[end + 1] = true;
    }
    fits = afterStars(next, second);
  }
  return fits.at(-1) !== true;
}

/** The characters of a pattern. A variable may stand for any text. */
function signsOf(pattern: string): string[] {
  return Array.from(pattern.replaceAll(/\$\{[^}]*\}/g, '*'));
}

/** A `*` may also stand for nothing. */
function afterStars(fits: boolean[], pattern: readonly string[]): boolean[] {
  for (const [end, sign] of pattern.entries()) if (sign === '*' && fits[end]) fits[end + 1] = true;
  return fits;
}

function areAlike(one: string, other: string | undefined): boolean {
  return one === other || one === '?' || other === '?';
}
