import {
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  visit,
  type Alias,
  type Document,
  type Node,
  type Pair,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import type { KeyPath, Position, TextProblem } from './problem';
import { isObject } from './value';

const MAX_DEPTH = 64;
/** Each of them is compared with all others when the value is made. */
const MAX_ALIASES = 10_000;

const KNOWN_TAGS = new Set(
  ['str', 'int', 'float', 'bool', 'null', 'map', 'seq'].map((type) => `tag:yaml.org,2002:${type}`),
);

type Ancestors = readonly unknown[];

/**
 * What one visit of every node of a document finds: where each stands, how it is written, and what YAML allows but a
 * document here may not have.
 */
export class YamlSurvey {
  readonly problems: TextProblem[] = [];
  #readable = true;
  readonly #paths = new Map<unknown, KeyPath>();
  readonly #offsets = new Map<string, number>();
  readonly #anchors = new Map<string, Node>();
  /** What aliases stand for. The library's own search begins at the top of the document for each of them. */
  readonly #targets = new Map<unknown, Node>();
  /** Of mappings that values were asked of, the pairs by their keys. */
  readonly #pairs = new Map<YAMLMap, ReadonlyMap<unknown, Pair>>();
  readonly #merges: (readonly [value: unknown, path: KeyPath, offset: number])[] = [];

  constructor(
    private readonly document: Document,
    private readonly positionAt: (offset: number) => Position,
  ) {
    if (document.directives?.yaml.version === '1.1') {
      this.#add(0, [], 'is marked as YAML 1.1; it should be YAML 1.2, without the line %YAML');
    }
    visit(document, {
      Pair: (_, pair, ancestors) => (this.#enterPair(pair, ancestors) ? undefined : visit.SKIP),
      Collection: (key, node, ancestors) => (this.#enterCollection(node, key, ancestors) ? undefined : visit.SKIP),
      Scalar: (key, node, ancestors) => {
        if (key !== 'key') this.#checkProperties(node, this.#enter(node, key, ancestors));
      },
      Alias: (key, node, ancestors) => {
        if (key !== 'key') this.#enterAlias(node, key, ancestors);
        return this.#targets.size < MAX_ALIASES ? undefined : visit.BREAK;
      },
    });
    if (this.#targets.size >= MAX_ALIASES) this.#addUnreadable(0, [], `has ${MAX_ALIASES} aliases (*name) or more`);
    for (const [value, path, offset] of this.#merges) {
      if (!this.#merged(value)) this.#addUnreadable(offset, path, 'should be an alias of a mapping, or a list of such');
    }
  }

  /** Whether the value of the document can be made. */
  get readable(): boolean {
    return this.#readable;
  }

  /** Where a part stands; where it has no offset of its own, what it belongs to. */
  offsetOf(path: KeyPath): number {
    for (let length = path.length; length > 0; length--) {
      const offset = this.#offsets.get(JSON.stringify(path.slice(0, length)));
      if (offset !== undefined) return offset;
    }
    return 0;
  }

  /** A scalar as it is written, or undefined where none is written. */
  written(path: KeyPath): string | undefined {
    let node: unknown = this.document.contents;
    for (const key of path) {
      const parent = this.#resolved(node);
      if (!isCollection(parent)) return undefined;
      node = isMap(parent) ? this.#valueIn(parent, key) : parent.items[Number(key)];
    }
    const scalar = this.#resolved(node);
    return isScalar(scalar) ? scalar.source : undefined;
  }

  #add(offset: number, path: KeyPath, message: string): void {
    this.problems.push({ path, ...this.positionAt(offset), message });
  }

  #addUnreadable(offset: number, path: KeyPath, message: string): void {
    this.#add(offset, path, message);
    this.#readable = false;
  }

  /** The path of a node, from that of the list or of the mapping's pair that it is in. */
  #enter(node: Node, key: unknown, ancestors: Ancestors): KeyPath {
    const parent = this.#paths.get(ancestors.at(-1)) ?? [];
    const path = typeof key === 'number' ? [...parent, key] : parent;
    if (typeof key === 'number') this.#offsets.set(JSON.stringify(path), startOf(node));
    this.#paths.set(node, path);
    return path;
  }

  /** Whether the key of a pair is one that leads to its value. */
  #enterPair(pair: Pair, ancestors: Ancestors): boolean {
    const parent = this.#paths.get(ancestors.at(-1)) ?? [];
    const offset = startOf(pair.key);
    const key = isAlias(pair.key) ? this.#follow(pair.key) : pair.key;
    // A scalar may hold more than a text, too: bytes, with the tag !!binary.
    if (!isScalar(key) || isObject(key.value)) {
      this.#addUnreadable(offset, parent, 'has a key that is no text');
      return false;
    }
    if (key.anchor !== undefined) this.#anchors.set(key.anchor, key);
    const isMergeKey = typeof key.value === 'symbol';
    const name = isMergeKey ? '<<' : typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
    const path = [...parent, name];
    const first = this.#offsets.get(JSON.stringify(path));
    if (!isMergeKey && typeof key.value !== 'string') {
      // Nothing, or ~, is no name of anything: the reader of the mapping says so, and quotes would not help.
      if (name !== '' && name !== '~') {
        this.#add(offset, path, `is not a text to YAML; it should be in quotes: ${JSON.stringify(name)}`);
      }
      // Read as it would be in quotes, so that this is all that is found wrong with it.
      key.value = name;
    }
    if (name === '__proto__') this.#add(offset, path, 'is a key that nothing here can have');
    if (first !== undefined) {
      this.#add(offset, path, `is there twice; it stands on line ${this.positionAt(first).line} already`);
    }
    if (isMergeKey) this.#merges.push([pair.value, path, offset]);
    this.#offsets.set(JSON.stringify(path), offset);
    this.#paths.set(pair, path);
    return true;
  }

  /** Whether a mapping or list is one whose parts are visited. */
  #enterCollection(node: YAMLMap | YAMLSeq, key: unknown, ancestors: Ancestors): boolean {
    const path = this.#enter(node, key, ancestors);
    this.#checkProperties(node, path);
    if (path.length < MAX_DEPTH) return true;
    this.#addUnreadable(startOf(node), path.slice(0, 3), `is nested more than ${MAX_DEPTH} levels deep`);
    return false;
  }

  #enterAlias(node: Alias, key: unknown, ancestors: Ancestors): void {
    const path = this.#enter(node, key, ancestors);
    const target = this.#follow(node);
    // Neither this name nor that of a tag is shown: the text may be a secret that looks like one.
    if (!target) this.#addUnreadable(startOf(node), path, 'refers to an anchor (*name) that is not set before it');
    else if (ancestors.includes(target)) this.#addUnreadable(startOf(node), path, 'contains itself');
  }

  #checkProperties(node: Scalar | YAMLMap | YAMLSeq, path: KeyPath): void {
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    if (node.tag === undefined || node.tag === '!' || KNOWN_TAGS.has(node.tag)) return;
    this.#add(startOf(node), path, 'has a YAML tag (!name); it should have none');
  }

  #follow(alias: Alias): Node | undefined {
    const target = this.#anchors.get(alias.source);
    if (target) this.#targets.set(alias, target);
    return target;
  }

  #resolved(node: unknown): unknown {
    return isAlias(node) ? this.#targets.get(node) : node;
  }

  /** The value of a key, from the mapping itself or else from those that it merges. */
  #valueIn(map: YAMLMap, key: PropertyKey): unknown {
    const own = this.#pairsOf(map).get(key);
    if (own) return own.value;
    const merged = map.items.filter(isMerge).flatMap((pair) => this.#merged(pair.value) ?? []);
    return merged.map((each) => this.#valueIn(each, key)).find((value) => value !== undefined);
  }

  #pairsOf(map: YAMLMap): ReadonlyMap<unknown, Pair> {
    const known = this.#pairs.get(map);
    if (known) return known;
    // Of keys that are there twice, which is wrong, the first is meant.
    const pairs = new Map(map.items.toReversed().map((pair) => [isScalar(pair.key) ? pair.key.value : pair.key, pair]));
    this.#pairs.set(map, pairs);
    return pairs;
  }

  /** The mappings that the value of a merge key stands for, or undefined where it stands for something else. */
  #merged(value: unknown): YAMLMap[] | undefined {
    const merged = this.#resolved(value);
    const maps = (isSeq(merged) ? merged.items : [merged]).map((each) => this.#resolved(each));
    return maps.every((each) => isMap(each)) ? maps : undefined;
  }
}

function isMerge({ key }: Pair): boolean {
  return isScalar(key) && typeof key.value === 'symbol';
}

function startOf(node: unknown): number {
  return (isScalar(node) || isCollection(node) || isAlias(node) ? node.range?.[0] : undefined) ?? 0;
}
