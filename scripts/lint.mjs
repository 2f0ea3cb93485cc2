// ESLint and Prettier over the whole project, at the same time: each keeps one core busy. Prettier remembers which files
// it found well formatted. ESLint remembers nothing: its rules look at types, which a change of another file changes.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

const clean = await Promise.all([
  run('eslint/bin/eslint.js', '.', '--max-warnings', '0'),
  run(
    'prettier/bin/prettier.cjs',
    '--check',
    '--log-level',
    'warn',
    '--cache',
    '--cache-location',
    '.cache/prettier',
    '.',
  ),
]);
process.exitCode = clean.every(Boolean) ? 0 : 1;

async function run(program, ...args) {
  const child = spawn(process.execPath, [join(root, 'node_modules', program), ...args], {
    cwd: root,
    stdio: 'inherit',
  });
  const [status] = await once(child, 'exit');
  return status === 0;
}
