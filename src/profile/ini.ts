/*
 * Edits to the text of an AWS profile file. Everything here is cut and paste by offset, never parse and print, so that
 * whatever is not ours keeps its bytes.
 */

/** A section's settings, in the order in which they are written. */
export type Settings = Readonly<Record<string, string>>;

/** Where something is in a text. */
interface Span {
  readonly start: number;
  /** Where its text ends; its line ending follows. */
  readonly end: number;
  /** Where the next line starts. */
  readonly next: number;
}

interface Line extends Span {
  readonly kind: 'header' | 'setting' | 'blank or comment';
  /** The section's name, when the line is a header. */
  readonly header: string | undefined;
  readonly indent: string;
  /** The byte order mark before its start, or nothing. */
  readonly mark: string;
}

/**
 * A byte order mark, with blanks before it: most of AWS's tools do not take it for a blank, as JavaScript does. The second
 * spelling is the same mark in a file that could only be read byte by byte.
 */
const MARK = String.raw`(?:\s|\u00EF\u00BB\u00BF)*(?:\uFEFF|\u00EF\u00BB\u00BF)`;
const MARK_BEFORE = new RegExp(`^${MARK}`);
const MARK_ALONE = new RegExp(`^${MARK}$`);

/**
 * A line that is a comment for as long as sections are there which it names: of several jobs, if several use the file. What
 * most of AWS's tools cannot read follows.
 */
const LINE_SET_ASIDE =
  /(?<=^|[\r\n])# set aside by aws-identity-action for (\[[^\]\r\n]*\](?: \[[^\]\r\n]*\])*): ([^\r\n]*)(\r\n|\r|\n|$)/g;

/** Where a new section goes. */
const TOP: Span = { start: 0, end: 0, next: 0 };

/** A section to write. */
export interface NewSection {
  readonly header: string;
  readonly settings: Settings;
}

/** A section that was written, and the text of the one that it replaced, if there was one. */
export interface ReplacedSection {
  readonly header: string;
  readonly replaced: string | null;
}

/** What to put in the place of a part of a text. */
interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * The sections that `text` has, in the spelling `profile dev`, which stands for all that AWS's tools take for it, such as
 * `[ profile  dev ]` and `[profile "dev"]`.
 */
export function headersIn(text: string): ReadonlySet<string> {
  return new Set(sectionsIn(linesOf(text)).keys());
}

/**
 * Puts sections into `text`: each in place of the section of that name, whose text is then `replaced`, else at the top,
 * the last one first. At the top, a section can be removed again to the byte, whatever other runs put in or took out
 * meanwhile, and whether or not the file ends with a line ending. Byte order marks, and settings above all sections, with
 * which most of AWS's tools read nothing of a file, are comments until no section that was put in is left.
 *
 * @throws Error when a setting or a header has a line break, or when a section is there more than once.
 */
export function writeSections(
  original: string,
  sections: readonly NewSection[],
): { readonly text: string; readonly written: readonly ReplacedSection[] } {
  const lineEnding = dominantLineEnding(original);
  const text = readable(original, new Set(sections.map(({ header }) => plainName(header))), lineEnding);
  const there = sectionsIn(linesOf(text));
  const edits = sections.map(({ header, settings }) => {
    const [section, ...others] = there.get(plainName(header)) ?? [];
    if (others.length > 0) {
      throw new Error(`It has the section [${header}] ${others.length + 1} times. Keep one of them.`);
    }
    const { start, end, next } = section ?? TOP;
    const indent = { header: indentAt(text, start), settings: indentAt(text, next) };
    const ours = sectionText(header, settings, indent, lineEnding) + (section ? '' : lineEnding + lineEnding);
    return { header, start, end, text: ours, replaced: section ? text.slice(start, end) : null };
  });
  return {
    text: spliced(text, edits),
    written: edits.map(({ header, replaced }) => ({ header, replaced })),
  };
}

/** The lines below the header of the section `[header]`, each with the line ending before it; undefined without such a section. */
export function linesOfSection(text: string, header: string): string | undefined {
  const [section] = sectionsIn(linesOf(text)).get(header) ?? [];
  return section && text.slice(section.start, section.end).replace(/^[^\r\n]*/, '');
}

/**
 * Takes out of `text` what `writeSections` wrote. In place of a section that replaced another, that one is put back.
 * Others are taken out from their header to their last setting, with the blank line that was put behind them; comments
 * and further blank lines behind them stay. A section that is no longer there was removed by someone else, and stays so.
 *
 * @param written last first, where a section was written more than once
 */
export function undoSections(text: string, written: readonly ReplacedSection[]): string {
  const there = sectionsIn(linesOf(text));
  // Of several edits of one section, the last in this order was made first: it knows what was there before all.
  const first = new Map(written.map(({ header, replaced }) => [plainName(header), replaced]));
  const edits = [...first].flatMap(([header, replaced]): Splice[] => {
    const [section] = there.get(header) ?? [];
    if (section === undefined) return [];
    const { start, end, next } = section;
    return [replaced === null ? { start, end: afterLineEnding(text, next), text: '' } : { start, end, text: replaced }];
  });
  return asBefore(spliced(text, edits), new Set(first.keys()));
}

/** Makes all edits at once. Of several at the same place, the last comes first, and one that takes nothing out before all. */
function spliced(text: string, edits: readonly Splice[]): string {
  const inOrder = edits.toReversed().sort((one, other) => one.start - other.start || one.end - other.end);
  let at = 0;
  const parts = inOrder.map((edit) => {
    const before = text.slice(at, edit.start);
    at = edit.end;
    return before + edit.text;
  });
  return parts.join('') + text.slice(at);
}

function afterLineEnding(text: string, offset: number): number {
  if (text.startsWith('\r\n', offset)) return offset + 2;
  return /[\r\n]/.test(text.charAt(offset)) ? offset + 1 : offset;
}

/** The text without what keeps AWS's tools from reading it: while these sections are in it, that is a comment. */
function readable(original: string, headers: ReadonlySet<string>, lineEnding: string): string {
  const text = original.replace(LINE_SET_ASIDE, (_, names: string, content: string, ending: string) =>
    setAside(new Set([...headersOf(names), ...headers]), content + ending),
  );
  const edits: Splice[] = [];
  let isStray = true;
  for (const { kind, start, mark } of linesOf(text)) {
    if (kind === 'header') isStray = false;
    if (kind === 'setting' && isStray) edits.push({ start, end: start, text: setAside(headers, '') });
    if (mark === '') continue;
    edits.push({ start: start - mark.length, end: start, text: setAside(headers, mark + lineEnding) });
  }
  return spliced(text, edits);
}

/**
 * Undoes `readable` for these sections, where none is left for which something is set aside. Of a section that replaced this
 * one and is put back now, a line may name others that have gone meanwhile.
 */
function asBefore(text: string, headers: ReadonlySet<string>): string {
  const there = sectionsIn(linesOf(text));
  // Sections are found in their order.
  const [[first] = []] = there.values();
  const head = first?.start ?? text.length;
  return text.replace(LINE_SET_ASIDE, (line, names: string, content: string, ending: string, at: number) => {
    const others = headersOf(names).filter((header) => !headers.has(header) && there.has(header));
    if (others.length > 0) return setAside(new Set(others), content + ending);
    if (MARK_ALONE.test(content)) return content;
    // Below a section of someone else, it would be a setting of that one.
    return at < head ? content + ending : line;
  });
}

function setAside(headers: ReadonlySet<string>, content: string): string {
  return `# set aside by aws-identity-action for ${[...headers].map((header) => `[${header}]`).join(' ')}: ${content}`;
}

/** The sections in `[dev] [profile dev]`. */
function headersOf(names: string): string[] {
  return [...names.matchAll(/\[([^\]]*)\]/g)].map(([, header = '']) => header);
}

/** The lines from an offset on, one after the other: of a large file, all at once would take many times its size. */
function* linesOf(text: string, from = 0): Generator<Line> {
  const pattern = /([^\r\n]*)(?:\r\n|\r|\n|$)/g;
  pattern.lastIndex = from;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const [whole, all = ''] = match;
    if (whole === '') return;
    const mark = MARK_BEFORE.exec(all)?.[0] ?? '';
    const content = all.slice(mark.length);
    const header = /^\s*\[([^\]]*)\]/.exec(content)?.[1];
    yield {
      start: match.index + mark.length,
      end: match.index + all.length,
      next: match.index + whole.length,
      kind: header !== undefined ? 'header' : /^\s*(?:[#;]|$)/.test(content) ? 'blank or comment' : 'setting',
      header: header === undefined ? undefined : plainName(header),
      indent: /^\s*/.exec(content)?.[0] ?? '',
      mark,
    };
  }
}

/** `profile dev` for ` profile  "dev" `. */
function plainName(header: string): string {
  return header.trim().replace(/^(\S+)\s+(["']?)(.*)\2$/, '$1 $3');
}

/** Where the sections of each name are, from the header to the last setting. */
function sectionsIn(lines: Iterable<Line>): Map<string, Span[]> {
  const sections = new Map<string, Span[]>();
  let last: { -readonly [K in keyof Span]: Span[K] } | undefined;
  for (const { kind, header, start, end, next } of lines) {
    if (header !== undefined) {
      last = { start, end, next };
      const ofName = sections.get(header);
      if (ofName) ofName.push(last);
      else sections.set(header, [last]);
    } else if (kind === 'setting' && last) {
      Object.assign(last, { end, next });
    }
  }
  return sections;
}

/**
 * The indentation of the first header or setting from `offset` on. Python's parser, and so the AWS CLI, takes a line
 * that is indented deeper than the setting above it for a part of that setting, even a header; what is put in above a
 * line is therefore indented as deep.
 */
function indentAt(text: string, offset: number): string {
  for (const { kind, indent } of linesOf(text, offset)) if (kind !== 'blank or comment') return indent;
  return '';
}

function dominantLineEnding(text: string): string {
  const windows = countOf('\r\n', text);
  return windows > countOf('\n', text) - windows ? '\r\n' : '\n';
}

function countOf(part: string, text: string): number {
  let count = 0;
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + part.length)) count += 1;
  return count;
}

function sectionText(
  header: string,
  settings: Settings,
  indent: { header: string; settings: string },
  lineEnding: string,
): string {
  const lines = [`[${header}]`, ...Object.entries(settings).map(([key, value]) => `${key} = ${value}`)];
  for (const line of lines) {
    if (/[\r\n\0]/.test(line)) {
      const name = /^[\w-]*/.exec(line)?.[0] ?? '';
      throw new Error(
        `The ${name === '' ? 'section name' : `value of ${name}`} has a line break or NUL in it. Give it on one line.`,
      );
    }
  }
  return lines.map((line, number) => (number === 0 ? indent.header : indent.settings) + line).join(lineEnding);
}
