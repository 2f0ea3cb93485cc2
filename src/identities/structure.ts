import type * as z from 'zod/mini';
import { suggestion } from '../text/did-you-mean';
import type { KeyPath, PartProblem } from '../text/problem';
import { describeValue } from '../text/value';
import { identityDocument, type IdentityDocument } from './definition/identity-document';

/**
 * What holds of a document: like the document, but every part that is wrong is omitted (in a list, undefined stands for it),
 * so that what is right about the rest can be checked as well.
 */
export type Sound<T> = T extends readonly (infer Item)[]
  ? readonly (Sound<Item> | undefined)[]
  : T extends object
    ? { readonly [Key in keyof T]?: Sound<T[Key]> | undefined }
    : T;

export type SoundDocument = Sound<IdentityDocument>;
export type SoundUser = NonNullable<NonNullable<SoundDocument['users']>[string]>;
export type SoundRole = NonNullable<NonNullable<SoundDocument['roles']>[string]>;

/** What the definition's check finds wrong, and the path of it from the top. */
interface Finding {
  readonly issue: z.core.$ZodIssue;
  readonly path: KeyPath;
}

/** Checks a value against the definition of a document. */
export function readStructure(value: unknown): { sound: SoundDocument; problems: readonly PartProblem[] } {
  const { error } = identityDocument.safeParse(value);
  const findings = (error?.issues ?? []).flatMap((issue) => decisive(issue, []));
  const unsound = new Set(findings.flatMap(unsoundPaths).map((path) => JSON.stringify(path)));
  return {
    // What remains is of the definition's type, as none of its rules found fault with it.
    sound: (isContainer(value) && !unsound.has('[]') ? without(value, unsound, []) : {}) as SoundDocument,
    problems: findings.flatMap((finding) => problemsOf(finding, value)),
  };
}

/** Of the forms that a value may have, the one it has decides what is wrong with it: its issues, else that it has none. */
function decisive(issue: z.core.$ZodIssue, parent: KeyPath): Finding[] {
  const path = [...parent, ...issue.path.map((key) => (typeof key === 'symbol' ? String(key) : key))];
  if (issue.code === 'invalid_union') {
    const form = issue.errors.findLast((issues) => !issues.some(isOfAnotherForm));
    if (form) return form.flatMap((inner) => decisive(inner, path));
  }
  return [{ issue, path }];
}

function isOfAnotherForm({ code, path }: z.core.$ZodIssue): boolean {
  return path.length === 0 && (code === 'invalid_type' || code === 'invalid_value');
}

function problemsOf({ issue, path }: Finding, root: unknown): PartProblem[] {
  const { code, message } = issue;
  if (code === 'unrecognized_keys') {
    const known = message.split(', ');
    return issue.keys.map((key) => ({ path: [...path, key], message: `is not known here; ${suggestion(key, known)}` }));
  }
  if (isOfName(issue)) return [{ path, message: `has a wrong name; it should be ${message}` }];
  // Nobody can say what a text of the wrong type is: it may be secret.
  const shown = describeValue(valueAt(path, root), { secret: code === 'invalid_type' });
  return [{ path, message: `is ${shown}; it should be ${message}` }];
}

function valueAt(path: KeyPath, root: unknown): unknown {
  return path.reduce<unknown>((parent, key) => (isContainer(parent) ? Reflect.get(parent, key) : undefined), root);
}

/** What to omit for an issue. A wrong name does not spoil what it names; an item of a list is right as a whole. */
function unsoundPaths({ issue, path }: Finding): KeyPath[] {
  if (isOfName(issue)) return [];
  const item = path.findLastIndex((key) => typeof key === 'number');
  if (item >= 0) return [path.slice(0, item + 1)];
  return issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...path, key]) : [path];
}

function isOfName(issue: z.core.$ZodIssue): boolean {
  return issue.code === 'custom' && issue.params?.of === 'name';
}

function without(value: object, unsound: ReadonlySet<string>, path: KeyPath): unknown {
  const kept = (key: string | number, item: unknown): unknown => {
    const itsPath = [...path, key];
    if (unsound.has(JSON.stringify(itsPath))) return undefined;
    return isContainer(item) ? without(item, unsound, itsPath) : item;
  };
  if (Array.isArray(value)) return value.map((item: unknown, index) => kept(index, item));
  const entries = Object.entries(value).map(([key, item]) => [key, kept(key, item)] as const);
  return Object.fromEntries(entries.filter(([, item]) => item !== undefined));
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
