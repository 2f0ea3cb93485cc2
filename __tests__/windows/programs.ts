import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { buildWithGo, HAS_GO } from '../conformance/go';
import { cacheFolder } from '../conformance/installed';
import { commandOf, spawnOptions, windowsPath } from './windows';

const HOLD = cacheFolder('windows-hold');
const CLIENTS = ['go-v1', 'go-v2'];
const folderOf = (client: string) => cacheFolder(`windows-${client}`);

/** Programs of Windows that ask AWS, with the SDKs for Go, who they are: by name, their paths. */
export const GO_CLIENTS = {
  'SDK for Go v1': join(folderOf('go-v1'), 'go.exe'),
  'SDK for Go v2, the oldest': join(folderOf('go-v2'), 'oldest.exe'),
  'SDK for Go v2, the newest': join(folderOf('go-v2'), 'go.exe'),
} as const;

/** Builds the programs of these tests for Windows, into folders that git ignores, once. */
export async function installPrograms(): Promise<void> {
  if (!HAS_GO) return;
  await buildWithGo(HOLD, join(__dirname, 'programs/hold'), { system: 'windows' });
  const sources = join(__dirname, '../conformance/clients');
  for (const client of CLIENTS) await buildWithGo(folderOf(client), join(sources, client), { system: 'windows' });
}

/**
 * Has another process hold a file open.
 *
 * @param others what others may do with it meanwhile
 * @returns what ends it
 */
export async function holdOpen(file: string, others: 'read' | 'write' | 'nothing'): Promise<() => Promise<void>> {
  const child = spawn(...commandOf(join(HOLD, 'go.exe'), [windowsPath(file), others]), {
    ...spawnOptions({ env: {}, cwd: __dirname }),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  const [said] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
  if (said.trim() !== 'held') throw new Error(`Could not hold ${file}: ${said}`);
  return async () => {
    child.stdin.end();
    await ended;
  };
}
