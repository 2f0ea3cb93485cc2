import { execFile } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram, installOnce } from './installed';

const run = promisify(execFile);

/** Whether there is Go on this machine, which builds what comes as source. */
export const HAS_GO = findProgram('go') !== undefined;

/** Builds the programs of Go packages, each with its version, into a folder. */
export function installWithGo(folder: string, packages: readonly string[]): Promise<void> {
  return installOnce(folder, packages.join('\n'), async () => {
    for (const name of packages) await run('go', ['install', name], { env: { ...process.env, GOBIN: folder } });
  });
}

/**
 * Builds the program in a folder into another folder, once for each of its `*.mod`, which name the versions of what it
 * uses. Each is called as its `*.mod`.
 *
 * @param settings.name that of the program's package, where its `*.mod` has it from elsewhere
 * @param settings.system for which it is built: this one if omitted
 */
export function buildWithGo(
  folder: string,
  source: string,
  { name = '.', system }: { readonly name?: string; readonly system?: 'windows' } = {},
): Promise<void> {
  const files = readdirSync(source).sort();
  const all = files.map((file) => readFileSync(join(source, file), 'utf8')).join('\n');
  return installOnce(folder, all, async () => {
    for (const file of files.filter((each) => each.endsWith('.mod'))) {
      const program = join(folder, file.replace('.mod', system === 'windows' ? '.exe' : ''));
      const env = { ...process.env, ...(system && { GOOS: system, CGO_ENABLED: '0' }) };
      const args = ['build', '-trimpath', '-buildvcs=false', `-modfile=${file}`, '-o', program, name];
      await run('go', args, { cwd: source, env });
    }
  });
}
