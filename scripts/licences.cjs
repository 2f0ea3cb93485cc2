// The licences of the packages that are in a bundle.
const { readdirSync, readFileSync } = require('node:fs');
const { join } = require('node:path');

/** Those under which a package may go to every user, as SPDX names them. */
const ALLOWED = new Set(['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT']);

const FOLDER = /node_modules\/(?:.+\/node_modules\/)?(?:@[^/]+\/)?[^/]+(?=\/)/;

/** What webpack adds to a bundle. ncc, which brings webpack along, has no text of its licence. */
const RUNTIME = /(?:^|\/)webpack\/(?:bootstrap|runtime\/)/;
const RUNTIME_FOLDER = 'scripts/webpack';

/**
 * The folders of the packages of which a bundle has code.
 *
 * @param {string[]} maps the source maps of its files
 */
function packagesIn(maps) {
  const sources = maps.flatMap((map) => JSON.parse(map).sources);
  return [...new Set(sources.flatMap((source) => folderOf(source.replaceAll('\\', '/')) ?? []))];
}

function folderOf(source) {
  return RUNTIME.test(source) ? RUNTIME_FOLDER : FOLDER.exec(source)?.[0];
}

/**
 * What goes with a bundle: each text of a licence once, under the names of all packages that have it, and what kind it is.
 *
 * @param {string} root in which the folders are
 * @param {string[]} folders of the packages
 * @throws {Error} where a package may not be bundled, or has no text of its licence
 */
function licencesOf(root, folders) {
  const packages = folders.map((folder) => readPackage(join(root, folder)));
  const names = new Map();
  for (const one of packages.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (!ALLOWED.has(one.kind)) {
      throw new Error(`${one.name} has the licence ${one.kind}; what is bundled has one of ${[...ALLOWED].join(', ')}`);
    }
    const text = `${one.kind}\n${textOf(one, packages)}`;
    names.set(text, [...(names.get(text) ?? []), one.name]);
  }
  return [...names].map(([text, all]) => `${[...new Set(all)].join('\n')}\n${text}\n`).join('\n');
}

function readPackage(folder) {
  const { name, license, repository } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => /^(?:licen[cs]e|copying)(?:\.(?:md|txt))?$/i.test(entry));
  return {
    name,
    kind: license,
    repository: repository?.url ?? repository,
    text: file && readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim(),
  };
}

/** Some packages come without the file: what is from one repository is under one licence. */
function textOf({ name, kind, repository, text }, packages) {
  const isSame = (other) => repository !== undefined && other.repository === repository && other.kind === kind;
  const found = text ?? packages.find((other) => other.text && isSame(other))?.text;
  if (found === undefined) throw new Error(`${name} has no text of its licence, nor has another of its repository`);
  return found;
}

module.exports = { licencesOf, packagesIn };
