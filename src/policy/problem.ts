/** What AWS would refuse, one sentence each, beginning with its place: `Statement[1].Effect: is …`. */
export type Problems = Generator<string, void, undefined>;

/** What a text must be, and how to say so. */
export interface Rule {
  readonly fits: (text: string) => boolean;
  /** Ends the sentence "it should be …". */
  readonly should: string;
}

const MAX_SHOWN = 80;

/** The sentence about a value that is not what it should be. */
export function wrong(place: string, value: unknown, should: string): string {
  return `${place}: is ${shown(value)}; it should be ${should}`;
}

/** The sentence about an element that must be there, and is not. */
export function missing(place: string, should: string): string {
  return `${place}: is missing; it should be ${should}`;
}

/** A value that should be a text, or a list of texts that is not empty. */
export function* textProblems(value: unknown, place: string, { fits, should }: Rule): Problems {
  for (const [where, item] of members(value, place)) {
    if (typeof item !== 'string' || !fits(item)) yield wrong(where, item, should);
  }
}

/** Members with their places. An empty list stands for itself, as it is wrong wherever a policy has one. */
export function members(value: unknown, place: string): (readonly [place: string, member: unknown])[] {
  if (!Array.isArray(value) || value.length === 0) return [[place, value]];
  return value.map((item: unknown, index) => [`${place}[${index}]`, item] as const);
}

/** The known name that was probably meant: in another case, or with an `s` too many or too few. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  return known.find((candidate) => rough(candidate) === rough(name));
}

/** A name that AWS does not know, in a place where it knows only some. */
export function unknownName(place: string, known: readonly string[], suggestion: string | undefined): string {
  const instead = suggestion === undefined ? `there are ${known.join(', ')}` : `did you mean ${suggestion}?`;
  return `${place}: is not known; ${instead}`;
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return 'empty';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'string') return JSON.stringify(cut(value));
  if (typeof value === 'number') return `the number ${value}`;
  return typeof value === 'boolean' ? String(value) : 'a mapping';
}

function cut(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

function rough(name: string): string {
  return name.toLowerCase().replace(/s$/, '');
}
