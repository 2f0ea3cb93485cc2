// Tells what dist was built from, so that nothing tests a dist that was built from something else.
const { createHash } = require('node:crypto');
const { readdirSync, readFileSync } = require('node:fs');
const { join } = require('node:path');

/** The packages that make dist, though none of them is in it. */
const BUILDERS = new Set(['@vercel/ncc', 'terser', 'typescript']);
const SCRIPTS = [
  'scripts/build.mjs',
  'scripts/licences.cjs',
  'scripts/tsconfig.bundle.json',
  'scripts/webpack/LICENSE',
];

/**
 * A digest of all that dist is built from: the sources, the packages in it, and what builds it. Whether lines end as on
 * Windows makes no difference.
 *
 * @param {string} root the folder of the project
 */
function sourceDigest(root) {
  const read = (name) => readFileSync(join(root, name), 'utf8').replaceAll('\r\n', '\n');
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .map((name) => `src/${name.replaceAll('\\', '/')}`)
    .filter((name) => name.endsWith('.ts'))
    .sort();
  const { packages } = JSON.parse(read('package-lock.json'));
  const built = Object.entries(packages)
    .map(([path, { version, integrity, dev, optional }]) => [
      path.replace(/^.*node_modules\//, ''),
      path,
      version,
      integrity,
      dev || optional,
    ])
    .filter(([name, path, , , elsewhere]) => path !== '' && (!elsewhere || BUILDERS.has(name)));
  const parts = [...sources, ...SCRIPTS].map((name) => [name, read(name)]);
  return createHash('sha256')
    .update(JSON.stringify([parts, built]))
    .digest('hex');
}

/**
 * @param {string} root the folder of the project
 * @throws Error when its dist was built from something else
 */
function requireCurrentDist(root) {
  let built = '';
  try {
    built = readFileSync(join(root, 'dist', DIGEST_FILE), 'utf8').trim();
  } catch {
    // There is none, as before the first build.
  }
  if (built === sourceDigest(root)) return;
  throw new Error('What dist is built from has changed since it was built: run "npm run build".');
}

/** The file of dist that holds the digest. */
const DIGEST_FILE = 'source.sha256';

module.exports = { sourceDigest, requireCurrentDist, DIGEST_FILE };
