import { existsSync } from 'node:fs';
import { pairs, type WorkflowRunner } from './workflow-runner';

/** The path of Forgejo's runner, where somebody has it: no registry does. */
const { FORGEJO_RUNNER: PROGRAM = '' } = process.env;
/** It has actions from servers only. For git, this one is the folder of the actions. */
const ACTIONS = 'https://actions.example.com';

/** Forgejo's, which runs jobs on the machine itself. Its cache listens on every address of the machine. */
export const FORGEJO_RUNNER: WorkflowRunner = {
  name: "Forgejo's runner",
  missing: existsSync(PROGRAM) ? undefined : 'which FORGEJO_RUNNER does not name on this machine',
  forge: 'https://forgejo.example.com',
  clonesActions: true,
  command: ({ event, workflow, job, secrets, variables, env, actionsFolder }) => [
    'env',
    ...['GIT_CONFIG_COUNT=1', `GIT_CONFIG_KEY_0=url.${actionsFolder}/.insteadOf`, `GIT_CONFIG_VALUE_0=${ACTIONS}/`],
    ...[PROGRAM, 'exec', '--event', event, '--workflows', workflow, '--json', '--image', '-self-hosted'],
    ...['--forgejo-instance', 'https://forgejo.example.com', '--default-actions-url', ACTIONS],
    ...(job === undefined ? [] : ['--job', job]),
    ...pairs('--secret', secrets),
    ...pairs('--var', variables),
    // Its daemon says so to every job; `exec` does not.
    ...pairs('--env', { ...env, GITEA_ACTIONS: 'true', FORGEJO_ACTIONS: 'true' }),
  ],
};
