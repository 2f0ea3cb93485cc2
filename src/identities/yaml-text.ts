import {
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Document,
  type Node,
  type Pair,
  type YAMLMap,
} from 'yaml';
import { messageOf } from '../errors/message';
import type { KeyPath } from './key-path';

/** Where something stands in a text; both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Something wrong with a text as YAML, worded to follow the path of the part or, without one, to stand alone. */
export interface Fault {
  readonly position: Position;
  readonly path?: KeyPath;
  readonly wrong: string;
}

/** What a YAML or JSON text holds. */
export interface YamlText {
  /** Undefined when the text's faults leave no telling what it holds. */
  readonly value: unknown;
  readonly faults: readonly Fault[];
  /** Where a part stands: its key, or its value in a list; where it has no place of its own, what it belongs to. */
  readonly locate: (path: KeyPath) => Position;
  /** A scalar as it is written (`1.10`, where the value is the number 1.1), or undefined where none is written. */
  readonly written: (path: KeyPath) => string | undefined;
}

const MAX_DEPTH = 64;
/** An alias costs nothing here but is a whole copy to those who read the value: a few lines could stand for gigabytes. */
const MAX_ALIASES = 1000;

const SEVERAL_DOCUMENTS = 'is several documents, divided by lines of ---; it should be one';

const KNOWN_TAGS = new Set(
  ['str', 'int', 'float', 'bool', 'null', 'map', 'seq'].map((type) => `tag:yaml.org,2002:${type}`),
);

/** Reads YAML 1.2, of which JSON is a part, with anchors, aliases and merge keys. Whatever the text, nothing is thrown. */
export function readYaml(text: string): YamlText {
  const lines = new LineCounter();
  const positionAt = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const unreadable = (faults: readonly Fault[]): YamlText => ({
    value: undefined,
    faults,
    locate: () => positionAt(0),
    written: () => undefined,
  });
  try {
    // Keys that are there twice are found below, where their path is known.
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false, merge: true });
    const syntax = document.errors.map(({ pos, code, message }) => ({
      position: positionAt(pos[0]),
      wrong: code === 'MULTIPLE_DOCS' ? SEVERAL_DOCUMENTS : `is not YAML: ${message}`,
    }));
    if (syntax.length > 0) return unreadable(syntax);
    const { faults, readable, offsets } = survey(document, positionAt);
    if (!readable) return unreadable(faults);
    return {
      value: document.toJS({ maxAliasCount: MAX_ALIASES }) as unknown,
      faults,
      locate: (path) => positionAt(offsetOf(path, offsets)),
      written: (path) => writtenAt(path, document),
    };
  } catch (error) {
    return unreadable([{ position: { line: 1, column: 1 }, wrong: reasonOf(error) }]);
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof RangeError) return 'is nested too deeply';
  // Aliases without an anchor, the other reason for this error, are found before.
  if (error instanceof ReferenceError) return `repeats its parts by aliases (*name) more than ${MAX_ALIASES} times`;
  return `cannot be read: ${messageOf(error)}`;
}

interface Survey {
  readonly faults: Fault[];
  /** Whether the value can be made. */
  readable: boolean;
  /** By path, as `offsetOf` writes it. */
  readonly offsets: Map<string, number>;
}

/** Walks every node once: notes where each stands, and what YAML allows but a document of this kind does not. */
function survey(document: Document, positionAt: (offset: number) => Position): Survey {
  const found: Survey = { faults: [], readable: true, offsets: new Map() };
  const within: Node[] = [];

  const fault = (offset: number, path: KeyPath, wrong: string, readable = true): void => {
    found.faults.push({ position: positionAt(offset), path, wrong });
    found.readable &&= readable;
  };

  const visit = (node: unknown, path: KeyPath): void => {
    if (isAlias(node)) {
      const target = node.resolve(document);
      if (!target)
        fault(startOf(node), path, `refers to the anchor "${node.source}", which is not set before it`, false);
      else if (within.includes(target)) fault(startOf(node), path, 'contains itself', false);
      return;
    }
    if (isScalar(node) || isCollection(node)) {
      if (node.tag !== undefined && node.tag !== '!' && !KNOWN_TAGS.has(node.tag)) {
        fault(startOf(node), path, `has the YAML tag ${JSON.stringify(node.tag)}; it should have none`);
      }
    }
    if (!isCollection(node)) return;
    if (path.length >= MAX_DEPTH) {
      fault(startOf(node), path.slice(0, 3), `is nested more than ${MAX_DEPTH} levels deep`, false);
      return;
    }
    within.push(node);
    if (isMap(node)) visitPairs(node.items, path);
    else for (const [index, item] of node.items.entries()) visitPart(item, [...path, index], startOf(item));
    within.pop();
  };

  const visitPart = (node: unknown, path: KeyPath, offset: number): void => {
    found.offsets.set(JSON.stringify(path), offset);
    visit(node, path);
  };

  const visitPairs = (pairs: readonly Pair[], path: KeyPath): void => {
    const lines = new Map<string, number>();
    for (const pair of pairs) {
      const offset = startOf(pair.key);
      const key = resolved(pair.key, document);
      // A scalar may hold more than a text, too: bytes, with the tag !!binary.
      if (!isScalar(key) || isObject(key.value)) {
        fault(offset, path, 'has a key that is no text', false);
        continue;
      }
      const name = typeof key.value === 'symbol' ? '<<' : String(key.value);
      const first = lines.get(name);
      if (typeof key.value !== 'string' && typeof key.value !== 'symbol') {
        const text = JSON.stringify(key.source ?? name);
        fault(offset, [...path, name], `is not a text to YAML; it should be in quotes: ${text}`);
      }
      if (name === '__proto__') fault(offset, [...path, name], 'is a key that nothing here can have');
      if (first !== undefined) fault(offset, [...path, name], `is there twice; it stands on line ${first} already`);
      if (typeof key.value === 'symbol' && !mergedMaps(pair.value, document)) {
        fault(offset, [...path, name], 'should be an alias of a mapping, or a list of such', false);
      }
      lines.set(name, positionAt(offset).line);
      visitPart(pair.value, [...path, name], offset);
    }
  };

  const { yaml } = document.directives ?? {};
  if (yaml?.version === '1.1') fault(0, [], 'is marked as YAML 1.1; it should be YAML 1.2, without the line %YAML');
  visit(document.contents, []);
  return found;
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function startOf(node: unknown): number {
  return (isScalar(node) || isCollection(node) || isAlias(node) ? node.range?.[0] : undefined) ?? 0;
}

function offsetOf(path: KeyPath, offsets: ReadonlyMap<string, number>): number {
  for (let length = path.length; length > 0; length--) {
    const offset = offsets.get(JSON.stringify(path.slice(0, length)));
    if (offset !== undefined) return offset;
  }
  return 0;
}

function writtenAt(path: KeyPath, document: Document): string | undefined {
  let node: unknown = document.contents;
  for (const key of path) {
    const parent = resolved(node, document);
    if (!isCollection(parent)) return undefined;
    node = isMap(parent) ? valueIn(parent, key, document) : parent.items[Number(key)];
  }
  const scalar = resolved(node, document);
  return isScalar(scalar) ? scalar.source : undefined;
}

/** The value of a key, from the mapping itself or else from those that it merges. */
function valueIn(map: YAMLMap, key: PropertyKey, document: Document): unknown {
  const own = map.items.find((pair) => isScalar(pair.key) && pair.key.value === key);
  if (own) return own.value;
  const merged = map.items.filter(isMerge).flatMap((pair) => mergedMaps(pair.value, document) ?? []);
  return merged.map((each) => valueIn(each, key, document)).find((value) => value !== undefined);
}

function isMerge({ key }: Pair): boolean {
  return isScalar(key) && typeof key.value === 'symbol';
}

/** The mappings that the value of a merge key stands for, or undefined where it stands for something else. */
function mergedMaps(value: unknown, document: Document): YAMLMap[] | undefined {
  const merged = resolved(value, document);
  const maps = (isSeq(merged) ? merged.items : [merged]).map((each) => resolved(each, document));
  return maps.every((each) => isMap(each)) ? maps : undefined;
}

function resolved(node: unknown, document: Document): unknown {
  return isAlias(node) ? node.resolve(document) : node;
}
