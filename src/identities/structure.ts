import type * as z from 'zod/mini';
import { wholeAccount } from '../aws/arn';
import { nearest, suggestion } from '../text/did-you-mean';
import type { KeyPath, PartProblem } from '../text/problem';
import { describeValue, isObject } from '../text/value';
import { alteredMessage, type YamlText } from '../text/yaml';
import { paramsOf } from './definition/building-blocks';
import { identityDocument, type IdentityDocument } from './definition/identity-document';
import { emptiesIn, outdentedKeys } from './indentation';

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

/**
 * Checks a value against the definition of a document.
 *
 * @param written how its scalars are written
 */
export function readStructure(
  value: unknown,
  written: YamlText['written'],
): { sound: SoundDocument; problems: readonly PartProblem[] } {
  const outdented = outdentedKeys(value);
  const findings = findingsOf(value);
  const unsound = new Set([...outdented.map(({ path }) => path), ...findings.flatMap(unsoundPaths)].map(idOf));
  const asWritten = rightTexts(findings, value, ({ issue, path }) => {
    const [part, text] = [valueAt(path, value), written(path)];
    const isAltered = typeof part !== 'string' && (issue.code !== 'invalid_union' || text !== String(part));
    return isAltered && text !== '' ? text : undefined;
  });
  const asAccount = rightTexts(findings, value, ({ path }) => wholeAccount(valueAt(path, value)));
  const others = findings.filter(({ path }) => !outdented.some(({ explains }) => explains(path)));
  return {
    // What remains is of the definition's type, as none of its rules found fault with it.
    sound: (isObject(value) && !unsound.has('[]')
      ? copied(value, (part, path) => (unsound.has(idOf(path)) ? undefined : part))
      : {}) as SoundDocument,
    problems: [
      ...outdented,
      ...others.flatMap((finding) => problemsOf(finding, value, { written, asWritten, asAccount })),
    ],
  };
}

function findingsOf(value: unknown): Finding[] {
  return (identityDocument.safeParse(value).error?.issues ?? []).flatMap((issue) => decisive(issue, []));
}

function idOf(path: KeyPath): string {
  return JSON.stringify(path);
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

function problemsOf(
  { issue, path }: Finding,
  root: unknown,
  { written, asWritten, asAccount }: Readonly<Record<'written' | 'asWritten' | 'asAccount', YamlText['written']>>,
): PartProblem[] {
  const { code, message } = issue;
  const params = paramsOf(issue);
  if (params?.of === 'unknown key') return [{ path, message: unknownKey(path, params.known, root) }];
  if (params?.of === 'name') return [{ path, message: `has a wrong name; it should be ${message}` }];
  const value = valueAt(path, root);
  const text = asWritten(path);
  if (text !== undefined) return [{ path, message: alteredMessage(value, text) }];
  // Nobody can say what a text of the wrong type is: it may be secret.
  const shown = describeValue(value, { secret: code === 'invalid_type' });
  const account = asAccount(path);
  const perhaps = account === undefined ? '' : `; perhaps ${JSON.stringify(account)}`;
  const source = typeof value === 'string' ? undefined : written(path);
  const as = source && source !== JSON.stringify(value) ? `${source}, which is read as ` : '';
  return [{ path, message: `is ${as}${shown}; it should be ${message}${perhaps}` }];
}

function unknownKey(path: KeyPath, known: readonly string[], root: unknown): string {
  const key = String(path.at(-1));
  const before = emptiesIn(valueAt(path.slice(0, -1), root))(key);
  return before === undefined || nearest(key, known) !== undefined
    ? `is not known here; ${suggestion(key, known)}`
    : `is not known here; as a part of ${before}, which is empty, it should be indented further: ${before}: { ${key}: … }`;
}

/** Says of a part that is wrong which text in its place would be right, if that is the one that `textOf` has for it. */
function rightTexts(findings: readonly Finding[], root: unknown, textOf: (finding: Finding) => string | undefined) {
  const texts = new Map(
    findings.flatMap((finding) => {
      const text = textOf(finding);
      return text === undefined ? [] : [[idOf(finding.path), text] as const];
    }),
  );
  if (texts.size === 0 || !isObject(root)) return () => undefined;
  const changed = copied(root, (part, path) => texts.get(idOf(path)) ?? part);
  const wrong = new Set(findingsOf(changed).map(({ path }) => idOf(path)));
  return (path: KeyPath) => (wrong.has(idOf(path)) ? undefined : texts.get(idOf(path)));
}

function valueAt(path: KeyPath, root: unknown): unknown {
  return path.reduce<unknown>((parent, key) => (isObject(parent) ? Reflect.get(parent, key) : undefined), root);
}

/** What to omit for an issue. A wrong name does not spoil what it names; an item of a list is right as a whole. */
function unsoundPaths({ issue, path }: Finding): KeyPath[] {
  if (paramsOf(issue)?.of === 'name') return [];
  const item = path.findLastIndex((key) => typeof key === 'number');
  return item >= 0 ? [path.slice(0, item + 1)] : [path];
}

/** A copy in which each part is what `change` makes of it; what is undefined is omitted from mappings. */
function copied(value: object, change: (part: unknown, path: KeyPath) => unknown, path: KeyPath = []): unknown {
  const changed = (key: string | number, part: unknown): unknown => {
    const itsPath = [...path, key];
    const result = change(part, itsPath);
    return isObject(result) ? copied(result, change, itsPath) : result;
  };
  if (Array.isArray(value)) return value.map((part: unknown, index) => changed(index, part));
  const entries = Object.entries(value).map(([key, part]) => [key, changed(key, part)] as const);
  return Object.fromEntries(entries.filter(([, part]) => part !== undefined));
}
