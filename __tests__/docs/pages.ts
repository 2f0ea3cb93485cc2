import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parse } from 'yaml';

export const ROOT = join(__dirname, '../..');

/** A Markdown page of the project, with its text outside and inside code blocks. */
export interface Page {
  /** Relative to the project. */
  readonly path: string;
  readonly text: string;
  readonly prose: string;
  readonly blocks: readonly Block[];
}

export interface Block {
  /** The heading above the block. */
  readonly heading: string;
  readonly language: string;
  readonly content: string;
}

interface Described {
  readonly description: string;
  readonly required?: boolean;
  readonly default?: string;
}

/** What `action.yml` declares. */
export interface Action {
  readonly inputs: Readonly<Record<string, Described>>;
  readonly outputs: Readonly<Record<string, Described>>;
}

export function action(): Action {
  return parse(readText('action.yml')) as Action;
}

export function readText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

export function page(path: string): Page {
  return parsePage(path, readText(path));
}

/** The text under a heading of the second level, up to the next one. */
export function section({ path, text }: Page, heading: string): Page {
  const found = text.split(/^## /m).find((part) => part.startsWith(`${heading}\n`));
  if (found === undefined) throw new Error(`${path} has no section "${heading}"`);
  return parsePage(path, found);
}

function parsePage(path: string, text: string): Page {
  const blocks: Block[] = [];
  let heading = '';
  const prose = text.replace(
    /^#{1,6} ([^\n]*)$|^( *)```(\w*)[^\n]*\n(.*?)^\2```$/gms,
    (all, title: string | undefined, indent: string, language: string, content: string) => {
      if (title !== undefined) {
        heading = title;
        return all;
      }
      blocks.push({ heading, language, content: content.replaceAll(new RegExp(`^${indent}`, 'gm'), '') });
      return '';
    },
  );
  return { path, text, prose, blocks };
}

/** The pages that users and contributors read. */
export function pages(): Page[] {
  const root = ['README.md', 'CHANGELOG.md', 'CODE_OF_CONDUCT.md', 'CONTRIBUTING.md', 'SECURITY.md'];
  return [...root, ...filesIn('docs', '.md')].map(page);
}

export function examples(): string[] {
  return filesIn('examples', '.yml');
}

/** The headings of a page, as they are written. */
export function headings({ prose }: Page, level: number): string[] {
  return [...prose.matchAll(new RegExp(`^#{${level}} (.*)$`, 'gm'))].map(([, heading = '']) => heading);
}

/** A heading of a page, with the anchor that GitHub gives it. */
interface Heading {
  readonly level: number;
  readonly heading: string;
  readonly anchor: string;
}

export function anchorsOf({ prose }: Page): Heading[] {
  const found = new Map<string, Heading>();
  for (const [, signs = '', heading = ''] of prose.matchAll(/^(#{1,6}) (.*)$/gm)) {
    const slug = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-');
    let anchor = slug;
    for (let number = 1; found.has(anchor); number += 1) anchor = `${slug}-${number}`;
    found.set(anchor, { level: signs.length, heading, anchor });
  }
  return [...found.values()];
}

/** The files in a folder whose names end so. */
export function filesIn(folder: string, ending: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => relative(ROOT, join(ROOT, folder, name)).replaceAll('\\', '/'))
    .sort();
}
