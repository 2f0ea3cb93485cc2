import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let directory = '';

/** A directory for each test of a file, as RUNNER_TEMP is for each job. */
export function useJobDirectory(): void {
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'job-'));
  });
  afterEach(() => {
    rmSync(directory, { recursive: true, force: true });
  });
}

/** The directory, or a path in it. */
export function inJob(...names: string[]): string {
  return join(directory, ...names);
}
