import {
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type Node,
  type Pair,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { messageOf } from '../errors/message';
import type { KeyPath } from './key-path';
import type { Position, TextProblem } from './problem';

/** What a YAML or JSON text holds. */
export interface YamlText {
  /** Undefined if the problems are such that nobody can say what the text holds. */
  readonly value: unknown;
  readonly problems: readonly TextProblem[];
  /** Where a part stands: its key, or its value in a list; where it has no position of its own, what it belongs to. */
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

/** Reads YAML 1.2, of which JSON is a part, with anchors, aliases and merge keys. Nothing is thrown, whatever the text. */
export function readYaml(text: string): YamlText {
  const lines = new LineCounter();
  const positionAt = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const unreadable = (problems: readonly TextProblem[]): YamlText => ({
    value: undefined,
    problems,
    locate: () => positionAt(0),
    written: () => undefined,
  });
  try {
    // Keys that are there twice are found below, where their path is known.
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false, merge: true });
    const syntax = document.errors.map(({ pos, code, message }) => ({
      path: [],
      ...positionAt(pos[0]),
      message: code === 'MULTIPLE_DOCS' ? SEVERAL_DOCUMENTS : `is not YAML: ${message}`,
    }));
    if (syntax.length > 0) return unreadable(syntax);
    const { problems, readable, offsets } = survey(document, positionAt);
    if (!readable) return unreadable(problems);
    return {
      value: document.toJS({ maxAliasCount: MAX_ALIASES }) as unknown,
      problems,
      locate: (path) => positionAt(offsetOf(path, offsets)),
      written: (path) => writtenAt(path, document),
    };
  } catch (error) {
    return unreadable([{ path: [], line: 1, column: 1, message: reasonOf(error) }]);
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof RangeError) return 'is nested too deeply';
  // Aliases without an anchor, the other reason for this error, are found before.
  if (error instanceof ReferenceError) return `repeats its parts by aliases (*name) more than ${MAX_ALIASES} times`;
  return `cannot be read: ${messageOf(error)}`;
}

interface Survey {
  readonly problems: TextProblem[];
  /** Whether the value can be made. */
  readable: boolean;
  /** By path, as `offsetOf` writes it. */
  readonly offsets: Map<string, number>;
}

/** Visits every node once: notes where each stands, and what YAML allows but a document of this kind does not. */
function survey(document: Document, positionAt: (offset: number) => Position): Survey {
  const found: Survey = { problems: [], readable: true, offsets: new Map() };
  const paths = new Map<unknown, KeyPath>();

  const add = (offset: number, path: KeyPath, message: string, readable = true): void => {
    found.problems.push({ path, ...positionAt(offset), message });
    found.readable &&= readable;
  };

  /** The path of a node, from that of the mapping's pair or of the list that it is in. */
  const enter = (key: unknown, node: Node, ancestors: readonly unknown[]): KeyPath => {
    const parent = paths.get(ancestors.at(-1)) ?? [];
    const path = typeof key === 'number' ? [...parent, key] : parent;
    if (typeof key === 'number') found.offsets.set(JSON.stringify(path), startOf(node));
    paths.set(node, path);
    return path;
  };

  const checkTag = (node: Scalar | YAMLMap | YAMLSeq, path: KeyPath): void => {
    if (node.tag === undefined || node.tag === '!' || KNOWN_TAGS.has(node.tag)) return;
    add(startOf(node), path, `has the YAML tag ${JSON.stringify(node.tag)}; it should have none`);
  };

  const checkKeys = ({ items }: YAMLMap, parent: KeyPath): void => {
    const lines = new Map<string, number>();
    for (const pair of items) {
      const offset = startOf(pair.key);
      const key = resolved(pair.key, document);
      // A scalar may hold more than a text, too: bytes, with the tag !!binary.
      if (!isScalar(key) || isObject(key.value)) {
        add(offset, parent, 'has a key that is no text', false);
        continue;
      }
      const name = typeof key.value === 'symbol' ? '<<' : String(key.value);
      const path = [...parent, name];
      const first = lines.get(name);
      if (typeof key.value !== 'string' && typeof key.value !== 'symbol') {
        add(offset, path, `is not a text to YAML; it should be in quotes: ${JSON.stringify(key.source ?? name)}`);
      }
      if (name === '__proto__') add(offset, path, 'is a key that nothing here can have');
      if (first !== undefined) add(offset, path, `is there twice; it stands on line ${first} already`);
      if (typeof key.value === 'symbol' && !mergedMaps(pair.value, document)) {
        add(offset, path, 'should be an alias of a mapping, or a list of such', false);
      }
      lines.set(name, positionAt(offset).line);
      found.offsets.set(JSON.stringify(path), offset);
      paths.set(pair, path);
    }
  };

  if (document.directives?.yaml.version === '1.1') {
    add(0, [], 'is marked as YAML 1.1; it should be YAML 1.2, without the line %YAML');
  }
  visit(document, {
    Pair: (_, pair) => (paths.has(pair) ? undefined : visit.SKIP),
    Alias: (key, node, ancestors) => {
      if (key === 'key') return;
      const path = enter(key, node, ancestors);
      const target = node.resolve(document);
      const anchor = `refers to the anchor "${node.source}", which is not set before it`;
      if (!target) add(startOf(node), path, anchor, false);
      else if (ancestors.includes(target)) add(startOf(node), path, 'contains itself', false);
    },
    Scalar: (key, node, ancestors) => {
      if (key !== 'key') checkTag(node, enter(key, node, ancestors));
    },
    Collection: (key, node, ancestors) => {
      const path = enter(key, node, ancestors);
      checkTag(node, path);
      if (path.length >= MAX_DEPTH) {
        add(startOf(node), path.slice(0, 3), `is nested more than ${MAX_DEPTH} levels deep`, false);
        return visit.SKIP;
      }
      if (isMap(node)) checkKeys(node, path);
      return undefined;
    },
  });
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
