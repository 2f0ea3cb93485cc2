/** Whose runner runs the job. Those of Gitea and Forgejo give a job what GitHub's do. */
type Forge = 'GitHub' | 'Gitea' | 'Forgejo';

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
