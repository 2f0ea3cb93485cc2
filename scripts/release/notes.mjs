// The notes of a release: what the changelog says of its version. Run by: node scripts/release/notes.mjs v1.2.3 < CHANGELOG.md
import { readFileSync } from 'node:fs';

const [tag = ''] = process.argv.slice(2);
const version = tag.replace(/^v/, '');
// A section ends at the next version, or where the links at the end of a changelog in this form begin.
const [, ...sections] = readFileSync(0, 'utf8').split(/^## |^(?=\[[^\]]+\]: )/m);
const found = sections.find((section) => section.startsWith(`[${version}]`));
const [heading = '', ...lines] = found?.split(/\r?\n/) ?? [];
const notes = lines.join('\n').trim();

if (found === undefined) fail(`has no section "## [${version}]"`);
else if (!/ - \d{4}-\d{2}-\d{2}$/.test(heading))
  fail(`has no date in "## ${heading}", such as "## [${version}] - 2026-01-31"`);
else if (notes === '') fail(`has nothing under "## ${heading}"`);
else process.stdout.write(`${notes}\n`);

function fail(why) {
  process.stderr.write(`The changelog ${why}.\n`);
  process.exitCode = 1;
}
