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

/** A mapping with no other keys than these. The message about an unknown one is the list of those that there are. */
export function mapping<Shape extends z.core.$ZodShape>(shape: Shape, rule: string) {
  return z.strictObject(shape, {
    error: ({ code }) => (code === 'unrecognized_keys' ? Object.keys(shape).join(', ') : rule),
  });
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
  return z.record(key, value, `a mapping, such as ${example}`).check(
    z.superRefine(
      (entries, context) => {
        for (const written of Object.keys(entries).filter((each) => !pattern.test(each))) {
          context.addIssue({ code: 'custom', path: [written], message: rule, params: { of: 'name' } });
        }
      },
      { when: ({ value: entries }) => isMapping(entries) },
    ),
  );
}

/** A rule about the keys of a mapping, for which it does not matter whether their values are right. */
export function keysRule(fits: (keys: readonly string[]) => boolean, rule: string) {
  return z.refine<object>((given) => fits(Object.keys(given)), {
    error: rule,
    // Where a key is unknown, another was meant, and that is reported already.
    when: ({ value, issues }) =>
      isMapping(value) && !issues.some(({ code, path: at = [] }) => code === 'unrecognized_keys' && at.length === 0),
  });
}

/** A mapping with one key of several. */
export function oneOf<Shape extends z.core.$ZodShape>(shape: Shape, rule: string, what: string) {
  const one = keysRule((keys) => keys.length === 1, rule);
  return described(mapping(shape, rule).check(one), what, { minProperties: 1, maxProperties: 1 });
}
