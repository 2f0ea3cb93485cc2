import { suggestion } from '../text/did-you-mean';
import type { KeyPath, PartProblem } from '../text/problem';
import { describeValue } from '../text/value';

/** What AWS would refuse, each with its path in the policy. */
export type PolicyProblems = Generator<PartProblem, void, undefined>;

/** What a text must be, and how to say so. */
export interface TextRule {
  readonly fits: (text: string) => boolean;
  /** Ends the sentence "it should be …". */
  readonly should: string;
  /** What was probably meant by a value that does not fit. */
  readonly meant?: (value: unknown) => string | undefined;
}

/** A value that is not what it should be. */
export function wrong(path: KeyPath, value: unknown, should: string, meant?: string): PartProblem {
  const perhaps = meant === undefined ? '' : `; perhaps ${JSON.stringify(meant)}`;
  return { path, message: `is ${describeValue(value)}; it should be ${should}${perhaps}` };
}

/** A name that AWS does not know where it knows only some, of which `listed` are shown. */
export function unknownName(path: KeyPath, known: readonly string[], listed = known): PartProblem {
  return { path, message: `is not known here; ${suggestion(String(path.at(-1)), known, listed)}` };
}

/** A value that should be a text, or a list of texts that is not empty. */
export function* textProblems(value: unknown, path: KeyPath, { fits, should, meant }: TextRule): PolicyProblems {
  for (const [at, item] of members(value, path)) {
    if (typeof item !== 'string' || !fits(item)) yield wrong(at, item, should, meant?.(item));
  }
}

/** Members with their paths. An empty list stands for itself, as it is wrong wherever a policy has one. */
export function members(value: unknown, path: KeyPath): (readonly [path: KeyPath, member: unknown])[] {
  if (!Array.isArray(value) || value.length === 0) return [[path, value]];
  return value.map((item: unknown, index) => [[...path, index], item] as const);
}
