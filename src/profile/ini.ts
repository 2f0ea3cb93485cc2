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
}

// The second spelling is the same mark in a file that could only be read byte by byte.
const BYTE_ORDER_MARK = /^(?:\uFEFF|\u00EF\u00BB\u00BF)/;
/** The mark as a comment. */
const MARK_IN_COMMENT = /^#(\uFEFF|\u00EF\u00BB\u00BF)(?:\r\n|\r|\n)/;

/**
 * Whether `text` has a section `[header]`, in any spelling that AWS's tools take for it: `[ profile  dev ]` and
 * `[profile "dev"]` are `profile dev`.
 */
export function hasSection(text: string, header: string): boolean {
  return sectionsNamed(linesOf(text), header).length > 0;
}

/**
 * Puts the section `[header]` with `settings` into `text`: in place of the section of that name, whose text is then
 * `replaced`, else at the top. At the top, a section can be removed again to the byte, whatever other runs
 * put in or took out meanwhile, and whether or not the file ends with a line ending. A byte order mark, with which most
 * of AWS's tools read nothing of a file, is in a comment until then.
 *
 * @throws Error when a setting or the header has a line break, when the section is there more than once, or when the
 * text leaves no room for a section.
 */
export function writeSection(
  original: string,
  header: string,
  settings: Settings,
): { text: string; replaced?: string } {
  const lineEnding = dominantLineEnding(original);
  const text = original.replace(BYTE_ORDER_MARK, (mark) => `#${mark}${lineEnding}`);
  const lines = linesOf(text);
  const [section, ...others] = sectionsNamed(lines, header);
  if (others.length > 0) {
    throw new Error(`It has the section [${header}] ${others.length + 1} times. Keep one of them.`);
  }
  const { start, end, next } = section ?? topOf(lines);
  const indent = { header: indentAt(lines, start), settings: indentAt(lines, next) };
  const ours = sectionText(header, settings, indent, lineEnding) + (section ? '' : lineEnding + lineEnding);
  return { text: text.slice(0, start) + ours + text.slice(end), replaced: section && text.slice(start, end) };
}

/** The lines below the header of the section `[header]`, each with the line ending before it; undefined without such a section. */
export function linesOfSection(text: string, header: string): string | undefined {
  const [section] = sectionsNamed(linesOf(text), header);
  return section && text.slice(section.start, section.end).replace(/^[^\r\n]*/, '');
}

/**
 * Takes the section `[header]` out of `text`, from its header to its last setting, with the blank line that
 * `writeSection` put behind it. Comments and further blank lines behind it stay. Without such a section the text stays
 * as it is.
 */
export function removeSection(text: string, header: string): string {
  const [section] = sectionsNamed(linesOf(text), header);
  if (section === undefined) return text;
  const rest = text.slice(0, section.start) + text.slice(section.next).replace(/^(?:\r\n|\r|\n)/, '');
  return withMark(rest);
}

/**
 * Puts back `original`, which `writeSection` returned as `replaced`, in place of the section `[header]`. A section that
 * is no longer there was removed by someone else, and stays so.
 */
export function restoreSection(text: string, header: string, original: string): string {
  const [section] = sectionsNamed(linesOf(text), header);
  if (section === undefined) return text;
  return withMark(text.slice(0, section.start) + original + text.slice(section.end));
}

/** Makes the byte order mark one again, where nothing of ours is above it. */
function withMark(text: string): string {
  return text.replace(MARK_IN_COMMENT, '$1');
}

function linesOf(text: string): Line[] {
  const first = BYTE_ORDER_MARK.exec(text)?.[0].length ?? 0;
  const lines: Line[] = [];
  for (const match of text.slice(first).matchAll(/([^\r\n]*)(?:\r\n|\r|\n|$)/g)) {
    const [whole, content = ''] = match;
    if (whole === '') break;
    const start = first + match.index;
    const header = /^\s*\[([^\]]*)\]/.exec(content)?.[1];
    lines.push({
      start,
      end: start + content.length,
      next: start + whole.length,
      kind: header !== undefined ? 'header' : /^\s*(?:[#;]|$)/.test(content) ? 'blank or comment' : 'setting',
      header: header === undefined ? undefined : plainName(header),
      indent: /^\s*/.exec(content)?.[0] ?? '',
    });
  }
  return lines;
}

/** `profile dev` for ` profile  "dev" `. */
function plainName(header: string): string {
  return header.trim().replace(/^(\S+)\s+(["']?)(.*)\2$/, '$1 $3');
}

function sectionsNamed(lines: readonly Line[], header: string): Span[] {
  const wanted = plainName(header);
  return lines.flatMap((line, index) => {
    if (line.header !== wanted) return [];
    const others = lines.slice(index + 1);
    const nextHeader = others.findIndex(({ kind }) => kind === 'header');
    const ours = nextHeader === -1 ? others : others.slice(0, nextHeader);
    const { end, next } = ours.findLast(({ kind }) => kind === 'setting') ?? line;
    return { start: line.start, end, next };
  });
}

/**
 * Where a new section goes: an empty span. Settings that come before the first header would become settings of a section put
 * above them, so it goes below.
 */
function topOf(lines: readonly Line[]): Span {
  const firstHeader = lines.findIndex(({ kind }) => kind === 'header');
  const preamble = firstHeader === -1 ? lines : lines.slice(0, firstHeader);
  const stray = preamble.findLast(({ kind }) => kind === 'setting');
  if (stray !== undefined && stray.next === stray.end) {
    throw new Error('Its last line belongs to no section and lacks a line ending. Remove that line.');
  }
  const top = stray?.next ?? 0;
  return { start: top, end: top, next: top };
}

/**
 * The indentation of the first header or setting from `offset` on. Python's parser, and so the AWS CLI, takes a line
 * that is indented deeper than the setting above it for a part of that setting, even a header; what is put in above a
 * line is therefore indented as deep.
 */
function indentAt(lines: readonly Line[], offset: number): string {
  return lines.find(({ start, kind }) => start >= offset && kind !== 'blank or comment')?.indent ?? '';
}

function dominantLineEnding(text: string): string {
  const all = text.split('\n').length - 1;
  const windows = text.split('\r\n').length - 1;
  return windows > all - windows ? '\r\n' : '\n';
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
