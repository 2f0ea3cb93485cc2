import type * as z from 'zod/mini';
import { identityDocument, type IdentityDocument } from './definition/document';
import type { KeyPath } from './key-path';
import { nearest } from './nearest';

/**
 * What holds of a document: like the document, but every part that is wrong is left out (of lists, undefined stands in its
 * place), so that what is right about the rest can be checked as well.
 */
export type Sound<T> = T extends readonly (infer Item)[]
  ? readonly (Sound<Item> | undefined)[]
  : T extends object
    ? { readonly [Key in keyof T]?: Sound<T[Key]> | undefined }
    : T;

export type SoundDocument = Sound<IdentityDocument>;
export type SoundUser = NonNullable<NonNullable<SoundDocument['users']>[string]>;
export type SoundRole = NonNullable<NonNullable<SoundDocument['roles']>[string]>;

/** Something wrong with a part of a document, worded to follow its path. */
export interface Wrong {
  readonly path: KeyPath;
  readonly wrong: string;
}

export interface Structure {
  readonly sound: SoundDocument;
  readonly wrongs: readonly Wrong[];
}

type Issue = z.core.$ZodIssue;

const MAX_SHOWN = 80;

/** Checks a value against the definition of a document. */
export function readStructure(value: unknown): Structure {
  const { error } = identityDocument.safeParse(value);
  const issues = (error?.issues ?? []).flatMap((issue) => decisive(issue, []));
  const unsound = new Set(issues.flatMap(unsoundPaths).map((path) => JSON.stringify(path)));
  return {
    // What the issues leave is of the definition's type, as none of its rules found fault with it.
    sound: (isContainer(value) && !unsound.has('[]') ? without(value, unsound, []) : {}) as SoundDocument,
    wrongs: issues.flatMap((issue) => wrongsOf(issue, value)),
  };
}

/** Of the forms that a value may have, the one it has decides what is wrong with it: its issues, else that it has none. */
function decisive(issue: Issue, parent: KeyPath): Issue[] {
  const path = [...parent, ...issue.path];
  if (issue.code === 'invalid_union') {
    const form = issue.errors.findLast((issues) => !issues.some(isOfAnotherForm));
    if (form) return form.flatMap((inner) => decisive(inner, path));
  }
  return [{ ...issue, path }];
}

function isOfAnotherForm({ code, path }: Issue): boolean {
  return path.length === 0 && (code === 'invalid_type' || code === 'invalid_value');
}

function wrongsOf(issue: Issue, root: unknown): Wrong[] {
  if (issue.code === 'unrecognized_keys') {
    const known = issue.message.split(', ');
    return issue.keys.map((key) => ({
      path: [...issue.path, key],
      wrong: `is not known here; ${suggestion(key, known)}`,
    }));
  }
  const wrong = isOfName(issue)
    ? `has a wrong name; it should be ${issue.message}`
    : `is ${shown(issue, root)}; it should be ${issue.message}`;
  return [{ path: issue.path, wrong }];
}

/** Says which of the known names was probably meant, or what there is. */
export function suggestion(written: string, known: readonly string[]): string {
  const close = nearest(written, known);
  return close === undefined ? `there are ${known.join(', ')}` : `did you mean ${close}?`;
}

/** A text of the wrong type is not shown: there is no telling what it is, and it may be secret. */
function shown({ code, path }: Issue, root: unknown): string {
  const value = path.reduce<unknown>(
    (parent, key) => (isContainer(parent) ? Reflect.get(parent, key) : undefined),
    root,
  );
  if (value === undefined) return 'missing';
  if (value === null) return 'empty';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (typeof value === 'string') return code === 'invalid_type' ? 'a text' : quoted(value);
  if (typeof value === 'number') return `the number ${value}`;
  return typeof value === 'object' ? mappingShown(Object.keys(value)) : `the value ${JSON.stringify(value)}`;
}

function mappingShown(keys: readonly string[]): string {
  if (keys.length === 0) return 'an empty mapping';
  return keys.length > 5
    ? `a mapping of ${keys.length}`
    : `a mapping with ${keys.map((key) => key.slice(0, MAX_SHOWN)).join(', ')}`;
}

/** A text as problems show it: on one line, and not endless. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text);
}

/** What to leave out for an issue. A wrong name does not spoil what it names; an item of a list is right as a whole. */
function unsoundPaths(issue: Issue): KeyPath[] {
  if (isOfName(issue)) return [];
  const item = issue.path.findLastIndex((key) => typeof key === 'number');
  if (item >= 0) return [issue.path.slice(0, item + 1)];
  return issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
}

function isOfName(issue: Issue): boolean {
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
