import { runScript } from './script';

test.each<[tag: string, others: string, moved: string]>([
  ['v1.2.3', 'v1 v1.2 v1.2.2 v1.1.9 v0.9.0', 'v1.2 v1'],
  ['v1.0.0', '', 'v1.0 v1'],
  ['v1.2.10', 'v1.2.9', 'v1.2 v1'],
  ['v1.2.4', 'v1.3.0 v2.0.0', 'v1.2'],
  ['v1.3.1', 'v2.0.0 v2 v2.0', 'v1.3 v1'],
  ['v1.2.3', 'v1.2.4 v1.2.10', ''],
  ['v1.2.3', 'v1.3.0-rc.1 nightly', 'v1.2 v1'],
])('%s next to %s moves %s', (tag, others, moved) => {
  const { status, stdout, stderr } = runScript('moving-tags.mjs', tag, [...others.split(' '), tag, ''].join('\n'));
  expect({ status, moved: stdout.trim().replaceAll('\n', ' '), stderr }).toEqual({ status: 0, moved, stderr: '' });
});

test('what is not a version moves nothing', () => {
  const { status, stdout, stderr } = runScript('moving-tags.mjs', 'v1.2', 'v1.2');
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toContain('"v1.2" is not a version such as v1.2.3');
});
