import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** Runs a script of `scripts/release` for a tag, as the release does. */
export function runScript(name: string, tag: string, input: string, env = process.env) {
  const script = join(__dirname, '../../scripts/release', name);
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, tag], { input, env, encoding: 'utf8' });
  return { status, stdout, stderr };
}
