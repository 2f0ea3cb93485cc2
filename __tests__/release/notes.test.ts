import { runScript } from './script';

const CHANGELOG = `# Changelog

## [Unreleased]

## [1.10.0] - 2026-02-01

### Added

- A mode.

## [1.1.0] - 2026-01-31

### Fixed

- An error, reported as \`[1.0.0]\`.

## [1.0.0]

- The first.

## [0.9.0] - 2025-12-31

[1.10.0]: https://example.com/1.10.0
`;

test.each([
  ['v1.10.0', '### Added\n\n- A mode.\n'],
  ['v1.1.0', '### Fixed\n\n- An error, reported as `[1.0.0]`.\n'],
])('the notes of %s are its part of the changelog', (tag, stdout) => {
  expect(runScript('notes.mjs', tag, CHANGELOG)).toEqual({ status: 0, stdout, stderr: '' });
  expect(runScript('notes.mjs', tag, CHANGELOG.replaceAll('\n', '\r\n')).stdout).toBe(stdout);
});

test.each([
  ['v1.2.0', 'The changelog has no section "## [1.2.0]".\n'],
  ['v1.0', 'The changelog has no section "## [1.0]".\n'],
  ['v1.0.0', 'The changelog has no date in "## [1.0.0]", such as "## [1.0.0] - 2026-01-31".\n'],
  ['v0.9.0', 'The changelog has nothing under "## [0.9.0] - 2025-12-31".\n'],
])('%s is not ready to be released', (tag, stderr) => {
  expect(runScript('notes.mjs', tag, CHANGELOG)).toEqual({ status: 1, stdout: '', stderr });
});
