/** Whose runner runs the job. Those of Gitea and Forgejo give a job what GitHub's do. */
export type Forge = 'GitHub' | 'Gitea' | 'Forgejo';

/** Forgejo's runners may also say that they are Gitea's, which they come from. */
export function forgeOf({ GITEA_ACTIONS, FORGEJO_ACTIONS }: NodeJS.ProcessEnv): Forge {
  if (FORGEJO_ACTIONS) return 'Forgejo';
  return GITEA_ACTIONS ? 'Gitea' : 'GitHub';
}

/**
 * What a job needs to ask for ID tokens.
 * https://forgejo.org/docs/latest/user/actions/reference/#enable-openid-connect
 */
export function idTokenPermission(env: NodeJS.ProcessEnv): string {
  return forgeOf(env) === 'Forgejo' ? 'enable-openid-connect: true' : 'the permission id-token: write';
}

/** A token that may comment on pull requests, with what the job needs for that: the end of a sentence. */
export function commentToken(forge: Forge): string {
  const token = '${{ github.token }}';
  return forge === 'GitHub' ? `${token}, in a job that has the permission pull-requests: write` : token;
}

/** The pages of a run, by its ID. Those of Forgejo go by the number that it has in its repository. */
export function linkToRun(repository: string, env: NodeJS.ProcessEnv): string {
  const { GITHUB_SERVER_URL: server = 'https://github.com', GITHUB_RUN_ID, GITHUB_RUN_NUMBER } = env;
  const run = (forgeOf(env) === 'Forgejo' ? GITHUB_RUN_NUMBER : GITHUB_RUN_ID) ?? '';
  return `[run ${run}](${server}/${repository}/actions/runs/${run})`;
}
