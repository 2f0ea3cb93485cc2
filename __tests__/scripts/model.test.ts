import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from '../docs/pages';

/** Runs the search of the model where no program is found with which it could search. */
function model(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'scripts/model.mjs'), ...args], {
    encoding: 'utf8',
    env: { PATH: '' },
  });
  return { status, stdout, stderr };
}

test('the search of the model says what there is to choose, and searches nothing', () => {
  const { status, stdout } = model('--help');
  expect(status).toBe(0);
  for (const option of ['--long', '--trail', '--help']) expect(stdout).toContain(`  ${option} `);
  expect(stdout).not.toMatch(/Skipped|passed,/);
});

test('an option that there is not is no reason to search', () => {
  const { status, stdout, stderr } = model('--lnog');
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toContain('--lnog');
  expect(stderr).toContain('--long');
});

test('without Spin, each search is skipped by its name', () => {
  const { status, stdout } = model('drift');
  expect(status).toBe(0);
  expect(stdout).toMatch(/^Skipped: .*drift.*: Spin is not installed$/m);
  expect(stdout).toMatch(/^0 passed, 0 failed, \d+ skipped$/m);
});
