// The tags that follow a release: of v1.2.3 they are v1.2 and v1, unless a later version of theirs is out already. Run by:
// git tag --list | node scripts/release/moving-tags.mjs v1.2.3
import { readFileSync } from 'node:fs';

const VERSION = /^v(\d+)\.(\d+)\.(\d+)$/;

const [tag = ''] = process.argv.slice(2);
const version = numbersOf(tag);
if (!version) throw new Error(`"${tag}" is not a version such as v1.2.3`);
const [major, minor] = version;
const released = readFileSync(0, 'utf8').split(/\s+/).map(numbersOf).filter(Boolean);

const later = released.filter((other) => compare(other, version) > 0);
const sameMajor = later.filter((other) => other[0] === major);
if (!sameMajor.some((other) => other[1] === minor)) process.stdout.write(`v${major}.${minor}\n`);
if (sameMajor.length === 0) process.stdout.write(`v${major}\n`);

function numbersOf(text) {
  return VERSION.exec(text)?.slice(1).map(Number);
}

function compare(one, other) {
  return one.map((number, index) => number - other[index]).find((difference) => difference !== 0) ?? 0;
}
