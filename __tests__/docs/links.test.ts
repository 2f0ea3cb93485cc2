import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { anchorsOf, page, pages, ROOT, type Page } from './pages';

/** GitHub's pages on a workflow, from the README: whoever owns the repository. */
const BADGE = /^\.\.\/\.\.\/actions\/workflows\/([\w-]+\.yml)(?:\/badge\.svg\?branch=main)?$/;

test.each(pages().map((each) => [each.path, each] as const))('the links in %s lead somewhere', (_, each) => {
  const wrong = linksIn(each).filter((link) => !leadsSomewhere(each, link));
  expect(wrong).toEqual([]);
});

test('there are links to check', () => {
  expect(pages().flatMap(linksIn).length).toBeGreaterThan(50);
});

/** Links within the project, without those in code. */
function linksIn({ prose }: Page): string[] {
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !link.startsWith('https:'));
}

function leadsSomewhere(from: Page, link: string): boolean {
  const [, workflow] = BADGE.exec(link) ?? [];
  if (workflow !== undefined) return existsSync(join(ROOT, '.github/workflows', workflow));
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? from.path : join(dirname(from.path), path);
  if (!existsSync(join(ROOT, target))) return false;
  return anchor === undefined || anchorsOf(page(target)).some((heading) => heading.anchor === anchor);
}
