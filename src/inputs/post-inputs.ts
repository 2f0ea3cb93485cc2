import type { Connection } from '../aws/connection';
import type { RetryLimits } from '../network/retry';
import { Inputs } from './inputs';
import { Problems } from './problems';
import { readSettings } from './step-inputs';

/** How the post step reaches AWS and GitHub. */
export interface PostSettings {
  readonly connection: Connection;
  readonly retry: RetryLimits;
  /** May write Actions secrets. A secret. */
  readonly githubToken: string | undefined;
  /** The repository for which things were made: `owner/name`. */
  readonly repository: string;
}

/**
 * Reads from the inputs of the step, which post gets again, how AWS and GitHub are reached: the token is a secret, and
 * the URL of a proxy may hold one, so that main does not keep them in its state. Main found the inputs to be right.
 */
export function readPostSettings(env: NodeJS.ProcessEnv): PostSettings {
  const problems = new Problems();
  const inputs = new Inputs(env, problems);
  const { connection, retry } = readSettings({ inputs, env, problems, warnings: [] });
  return { connection, retry, githubToken: inputs.text('github-token'), repository: env.GITHUB_REPOSITORY ?? '' };
}
