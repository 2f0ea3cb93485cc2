import * as z from 'zod/mini';
import { isMapping } from '../../text/value';

/*
 * What the definition is made of. The text of a rule says what a value should be: it ends the sentence "it should be …".
 */

/** Adds the words that editors show, and keywords of JSON Schema for rules that zod cannot express. */
export function described<S extends z.core.$ZodType>(
  schema: S,
  description: string,
  keywords: Record<string, unknown> = {},
): S {
  z.globalRegistry.add(schema, { description, ...keywords });
  return schema;
}

/** A keyword's schema of a mapping that has this member. Strict validators want each that is required declared next to it. */
export function having(member: string) {
  return { properties: { [member]: true }, required: [member] };
}

/** A member that a mapping need not have. */
export function optional<S extends z.core.$ZodType>(...member: Parameters<typeof described<S>>) {
  return z.optional(described(...member));
}

export function text(pattern: RegExp, rule: string) {
  return z.string(rule).check(z.regex(pattern, rule));
}

/** A text that AWS is to compare as it is. */
export function exact(pattern: RegExp, rule: string) {
  const noPattern = 'exact, without * and ?; for patterns, write a trust policy of your own';
  return z.string(rule).check(z.regex(/^[^*?]*$/, { error: noPattern, abort: true }), z.regex(pattern, rule));
}

/**
 * A text that AWS is to compare as it is, or as a pattern in which `*` stands for any text.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
 */
export function patternOf(pattern: RegExp, rule: string) {
  const noPattern = 'without ?, which would stand for any one character; * stands for any text';
  const noVariable =
    'without ${, with which a variable of a policy begins; for these, write a trust policy of your own';
  return z
    .string(rule)
    .check(
      z.regex(/^[^?]*$/, { error: noPattern, abort: true }),
      z.regex(/^(?![^]*\$\{)/, { error: noVariable, abort: true }),
      z.regex(pattern, rule),
    );
}

/** One thing, or a list of them. */
export function severalOf<S extends z.core.$ZodType>(one: S, rule: string) {
  return z.union([one, z.array(one).check(z.minLength(1, 'a list of at least one'))], `${rule}; or a list`);
}

/** What issues of our own are of, apart from rules about values. */
export type IssueParams = { readonly of: 'name' } | { readonly of: 'unknown key'; readonly known: readonly string[] };

export function paramsOf(issue: z.core.$ZodRawIssue | z.core.$ZodIssue): IssueParams | undefined {
  return issue.code === 'custom' ? (issue.params as IssueParams | undefined) : undefined;
}

/** A mapping with no other keys than these. Unlike zod's own check of keys, this one says which there are. */
export function mapping<Shape extends z.core.$ZodShape>(shape: Shape, rule: string) {
  const known = Object.keys(shape);
  // One that is strict would drop the keys that are unknown before they can be named.
  const loose = z.looseObject(shape, rule);
  z.globalRegistry.add(loose, { additionalProperties: false });
  const isUnknown = (key: string) => !known.includes(key);
  return (loose as z.ZodMiniObject<Shape, z.core.$strict>).check(
    keysIssues(isUnknown, 'is not known here', { of: 'unknown key', known }),
  );
}

/** An issue for each key of a mapping that is wrong, whatever is wrong with the values. */
function keysIssues(isWrong: (key: string) => boolean, message: string, params: IssueParams) {
  return z.superRefine<object>(
    (entries, context) => {
      for (const key of Object.keys(entries).filter(isWrong)) {
        context.addIssue({ code: 'custom', path: [key], message, params });
      }
    },
    { when: ({ value: entries }) => isMapping(entries) },
  );
}

export function name(max: number) {
  return {
    pattern: new RegExp(`^[\\w+=,.@-]{1,${max}}$`),
    rule: `1 to ${max} letters, digits or characters of +=,.@_-`,
  };
}

/** A mapping from names to things. Unlike zod's own check of keys, this one lets the thing of a wrong name be checked. */
export function named<V extends z.core.$ZodType>(
  { pattern, rule }: ReturnType<typeof name>,
  value: V,
  example: string,
) {
  const key = described(z.string(), rule, { pattern: pattern.source });
  const isWrong = (written: string) => !pattern.test(written);
  return z.record(key, value, `a mapping, such as ${example}`).check(keysIssues(isWrong, rule, { of: 'name' }));
}

/** A rule about the keys of a mapping, for which it does not matter whether their values are right. */
export function keysRule(fits: (keys: readonly string[]) => boolean, rule: string) {
  return z.refine<object>((given) => fits(Object.keys(given)), {
    error: rule,
    // Where a key is unknown, another was meant, and that is reported already.
    when: ({ value, issues }) =>
      isMapping(value) && !issues.some((issue) => paramsOf(issue)?.of === 'unknown key' && issue.path?.length === 1),
  });
}

/** A mapping with one key of several. */
export function oneOf<Shape extends z.core.$ZodShape>(shape: Shape, rule: string, what: string) {
  const one = keysRule((keys) => keys.length === 1, rule);
  return described(mapping(shape, rule).check(one), what, { minProperties: 1, maxProperties: 1 });
}
