// The packages that dist is built from, as SPDX, with whose repository this is, from the variables of the workflow. Needs
// no network. Run by: node scripts/release/sbom.mjs > sbom.spdx.json
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_REPOSITORY_OWNER: owner } = process.env;
if (!server || !repository || !owner) {
  throw new Error('GITHUB_SERVER_URL, GITHUB_REPOSITORY and GITHUB_REPOSITORY_OWNER must say whose repository this is');
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'sbom-'));
try {
  // With "--omit dev", npm would also omit what tools need, too: so the tools are taken out first.
  const { devDependencies, optionalDependencies, ...manifest } = JSON.parse(
    readFileSync(`${root}package.json`, 'utf8'),
  );
  const url = `${server}/${repository}`;
  const published = {
    ...manifest,
    homepage: `${url}#readme`,
    bugs: `${url}/issues`,
    repository: { type: 'git', url: `git+${url}.git` },
    author: { name: owner, url: `${server}/${owner}` },
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(published));
  copyFileSync(`${root}package-lock.json`, join(folder, 'package-lock.json'));
  npm('install', '--package-lock-only', '--offline', '--ignore-scripts');
  process.stdout.write(npm('sbom', '--package-lock-only', '--sbom-format', 'spdx'));
} finally {
  rmSync(folder, { recursive: true });
}

function npm(...args) {
  const { status, error, stdout } = spawnSync('npm', [...args, '--loglevel', 'error'], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`npm ${args.join(' ')} ended with ${status}`);
  return stdout;
}
