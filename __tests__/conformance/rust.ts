import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram, installOnce } from './installed';

/** Whether there is Cargo on this machine, which builds programs in Rust. */
export const HAS_CARGO = findProgram('cargo') !== undefined;

/** Builds the program in a folder into another folder, where it is in `release`. */
export function buildWithCargo(folder: string, source: string): Promise<void> {
  const files = ['Cargo.toml', 'Cargo.lock', 'src/main.rs'].map((file) => readFileSync(join(source, file), 'utf8'));
  return installOnce(folder, files.join('\n'), () =>
    promisify(execFile)('cargo', ['build', '--quiet', '--locked', '--release', '--target-dir', folder], {
      cwd: source,
    }),
  );
}
