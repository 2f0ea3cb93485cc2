import { anchorsOf, headings, page, pages, type Page } from './pages';
import { writtenBetween } from './written';

/** Above this many lines, a page has a table of contents. */
const LONG = 150;

const withContents = pages().filter(({ text }) => text.includes('<!-- contents -->'));

test('every long page has a table of contents', () => {
  const long = pages().filter(({ text }) => text.split('\n').length > LONG);
  expect(long.map(({ path }) => path)).toEqual(
    expect.arrayContaining(['README.md', 'docs/troubleshooting.md', 'docs/identities.md']),
  );
  expect(withContents).toEqual(expect.arrayContaining(long));
});

test.each(withContents.map(({ path }) => path))('the table of contents of %s names its headings', (path) => {
  const expected = contents(page(path));
  expect(writtenBetween(path, 'contents', expected)).toBe(expected);
});

test('the README stays short', () => {
  const { text } = page('README.md');
  expect(text.split('\n').length).toBeLessThanOrEqual(300);
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(20 * 1024);
  expect(headings(page('README.md'), 3)).toHaveLength(6);
});

/** The headings of the second and third level, each a link. */
function contents(of: Page): string {
  return anchorsOf(of)
    .filter(({ level }) => level === 2 || level === 3)
    .map(({ level, heading, anchor }) => `${level === 3 ? '  ' : ''}- [${heading}](#${anchor})`)
    .join('\n');
}
