import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { checkOut, folderOf } from '../../try/checkout';

const folder = mkdtempSync(join(tmpdir(), 'checkout-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const FILES = ['app/main.js', '.github/workflows/deploy.yml', 'ignored.txt', 'node_modules/one/index.js'];

function copyOf(name: string, prepare: (repository: string) => void): string[] {
  const [repository, workspace] = [join(folder, name), join(folder, `${name}-workspace`)];
  for (const file of FILES) {
    mkdirSync(dirname(join(repository, file)), { recursive: true });
    writeFileSync(join(repository, file), '');
  }
  prepare(repository);
  mkdirSync(workspace);
  checkOut(repository, workspace);
  return FILES.filter((file) => existsSync(join(workspace, file)));
}

test('a checkout copies what git does not ignore, or all but packages where there is no git', () => {
  const ofGit = copyOf('git', (repository) => {
    execFileSync('git', ['init', '--quiet'], { cwd: repository });
    writeFileSync(join(repository, '.gitignore'), 'ignored.txt\nnode_modules\n');
  });
  expect(ofGit).toEqual(FILES.slice(0, 2));
  expect(copyOf('plain', () => undefined)).toEqual(FILES.slice(0, 3));
});

test.each([
  ['/app/.github/workflows/deploy.yml', '/app'],
  ['/app/examples/deploy.yml', '/app/examples'],
  ['/app/workflows/deploy.yml', '/app/workflows'],
])('%s belongs to %s', (file, of) => {
  expect(folderOf(file)).toBe(of);
});
