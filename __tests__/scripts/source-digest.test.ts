import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const { DIGEST_FILE, requireCurrentDist, sourceDigest } = createRequire(__filename)(
  '../../scripts/source-digest.cjs',
) as {
  readonly DIGEST_FILE: string;
  readonly requireCurrentDist: (root: string) => void;
  readonly sourceDigest: (root: string) => string;
};

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'digest-'));
  write('src/main.ts', 'start();\n');
  write('src/action/run.ts', 'run();\n');
  write('scripts/build.mjs', 'build();\n');
  write('scripts/licences.cjs', '');
  write('scripts/tsconfig.bundle.json', '{}\n');
  write('scripts/webpack/LICENSE', 'MIT\n');
  writeLock({});
  write(join('dist', DIGEST_FILE), `${sourceDigest(root)}\n`);
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

function write(path: string, text: string): void {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

function writeLock(changed: Readonly<Record<string, object>>): void {
  const packages = {
    '': { name: 'action' },
    'node_modules/yaml': { version: '2.0.0', integrity: 'sha512-a' },
    'node_modules/jest': { version: '30.0.0', integrity: 'sha512-b', dev: true },
    'node_modules/terser': { version: '5.0.0', integrity: 'sha512-c', dev: true },
    ...changed,
  };
  write('package-lock.json', JSON.stringify({ packages }));
}

test('what was built from these sources is current', () => {
  expect(() => {
    requireCurrentDist(root);
  }).not.toThrow();
});

test.each<[what: string, change: () => void]>([
  [
    'a source',
    () => {
      write('src/main.ts', 'start(1);\n');
    },
  ],
  [
    'a new source',
    () => {
      write('src/action/new.ts', '');
    },
  ],
  [
    'the name of a source',
    () => {
      renameSync(join(root, 'src/action/run.ts'), join(root, 'src/action/go.ts'));
    },
  ],
  [
    'a source that is gone',
    () => {
      rmSync(join(root, 'src/action/run.ts'));
    },
  ],
  [
    'what builds it',
    () => {
      write('scripts/build.mjs', 'build(1);\n');
    },
  ],
  [
    'a package in it',
    () => {
      writeLock({ 'node_modules/yaml': { version: '2.0.1', integrity: 'sha512-d' } });
    },
  ],
  [
    'a package that builds it',
    () => {
      writeLock({ 'node_modules/terser': { version: '5.0.1', integrity: 'sha512-e', dev: true } });
    },
  ],
  [
    'dist, which is gone',
    () => {
      rmSync(join(root, 'dist'), { recursive: true });
    },
  ],
])('a change to %s is noticed, with what to do', (_, change) => {
  change();
  expect(() => {
    requireCurrentDist(root);
  }).toThrow('has changed since it was built: run "npm run build"');
});

test.each<[what: string, change: () => void]>([
  [
    'other line endings',
    () => {
      write('src/main.ts', 'start();\r\n');
    },
  ],
  [
    'another version of a package that tests use',
    () => {
      writeLock({ 'node_modules/jest': { version: '31.0.0', dev: true } });
    },
  ],
  [
    'a file that is no source',
    () => {
      write('src/main.ts.orig', 'start();\n');
    },
  ],
])('%s make no difference', (_, change) => {
  change();
  expect(() => {
    requireCurrentDist(root);
  }).not.toThrow();
});
