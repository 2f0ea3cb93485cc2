import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { installOnce } from './installed';

/** Whether there is Go on this machine, which builds what comes as source. */
export const HAS_GO = spawnSync('go', ['version'], { stdio: 'ignore' }).status === 0;

/** Builds the programs of Go packages, each with its version, into a folder. */
export function installWithGo(folder: string, packages: readonly string[]): Promise<void> {
  return installOnce(folder, packages.join('\n'), async () => {
    for (const name of packages) {
      await promisify(execFile)('go', ['install', name], { env: { ...process.env, GOBIN: folder } });
    }
  });
}
