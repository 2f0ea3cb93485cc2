import { join } from 'node:path';
import { buildWithGo, HAS_GO } from './go';
import { cacheFolder } from './installed';
import { pairs, type WorkflowRunner } from './workflow-runner';

const NAME = 'gitea-runner';
const FOLDER = cacheFolder(NAME);

/** Builds Gitea's runner into a folder that git ignores, once. Needs Go. */
export async function installGiteaRunner(): Promise<void> {
  if (HAS_GO) await buildWithGo(FOLDER, join(__dirname, 'clients', NAME), { name: 'gitea.com/gitea/runner' });
}

/** Gitea's, which runs jobs on the machine itself, and has its actions from a server of Gitea. */
export const GITEA_RUNNER: WorkflowRunner = {
  name: "Gitea's runner",
  missing: HAS_GO ? undefined : 'for which this machine has no Go',
  forge: 'https://gitea.example.com',
  clonesActions: true,
  command: ({ event, workflow, job, secrets, variables, env, actionsFolder, cache }) => [
    join(FOLDER, 'go'),
    ...['exec', '--event', event, '--workflows', workflow, '--json', '--image', '-self-hosted'],
    ...['--gitea-instance', 'https://gitea.example.com', '--default-actions-url', actionsFolder],
    ...['--artifact-server-path', cache, '--artifact-server-addr', '127.0.0.1', '--artifact-server-port', '0'],
    ...(job === undefined ? [] : ['--job', job]),
    ...pairs('--secret', secrets),
    ...pairs('--var', variables),
    // Its daemon says so to every job; `exec` does not.
    ...pairs('--env', { ...env, GITEA_ACTIONS: 'true' }),
  ],
};
