import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder, installOnce } from './installed';

const run = promisify(execFile);

/** Installs from PyPI what `requirements/NAME.txt` lists, into an environment of its own. Needs Python 3 with venv. */
export async function installFromPyPI(name: string): Promise<void> {
  const folder = cacheFolder(name);
  const requirements = join(__dirname, 'requirements', `${name}.txt`);
  await installOnce(folder, readFileSync(requirements, 'utf8'), async () => {
    await run('python3', ['-m', 'venv', folder]);
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--requirement', requirements];
    await run(join(folder, 'bin/python'), pip);
  });
}
