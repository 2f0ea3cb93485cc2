import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { HAS_GO, installWithGo } from './go';
import { cacheFolder } from './installed';
import { pairs, type WorkflowRunner } from './workflow-runner';

/** What runs workflows, and the jq that GitHub's runners have. */
const PROGRAMS = ['github.com/nektos/act@v0.2.89', 'github.com/itchyny/gojq/cmd/gojq@v0.12.17'];
/** Programs that jobs find besides those of this machine. */
export const ACT_FOLDER = cacheFolder('act');

/** Installs act into a folder that git ignores, once. Needs Go. */
export async function installAct(): Promise<void> {
  if (!HAS_GO) return;
  await installWithGo(ACT_FOLDER, PROGRAMS);
  rmSync(join(ACT_FOLDER, 'jq'), { force: true });
  symlinkSync('gojq', join(ACT_FOLDER, 'jq'));
}

/** Stands for GitHub's runner. */
export const ACT: WorkflowRunner = {
  name: 'act',
  missing: HAS_GO ? undefined : 'for which this machine has no Go',
  forge: 'https://github.com',
  clonesActions: false,
  command: ({ event, workflow, job, payloadFile, inputs, secrets, variables, env, matrix, actions, cache }) => [
    join(ACT_FOLDER, 'act'),
    ...[event, '--actor', 'mona', '--workflows', workflow, '--eventpath', payloadFile, '--json'],
    ...['--platform', 'ubuntu-latest=-self-hosted', '--platform', 'self-hosted=-self-hosted'],
    ...['--no-cache-server', '--action-cache-path', cache],
    ...(job === undefined ? [] : ['--job', job]),
    ...Object.entries(matrix).flatMap(([name, value]) => ['--matrix', `${name}:${value}`]),
    ...[...actions].flatMap(([name, folder]) => ['--local-repository', `${name}=${folder}`]),
    ...pairs('--input', inputs),
    ...pairs('--secret', secrets),
    ...pairs('--var', variables),
    ...pairs('--env', env),
  ],
};
