/*
 * What the three programs of the action load: main, post, and the one behind profiles that renew themselves. It is one
 * bundle, so that no code is shipped twice.
 */
import type { renewSession as renew } from '../credential-process/renew-session';
import type { UndoIdentities } from '../runner/undo';

export { start } from './start';

/** Called where a session is due: else that program answers without this bundle. */
export const renewSession = async (path: string, env: NodeJS.ProcessEnv): ReturnType<typeof renew> => {
  const [{ renewSession }, { renewedCredentials }] = await Promise.all([
    import('../credential-process/renew-session'),
    import('./renewed-credentials'),
  ]);
  return renewSession(path, env, renewedCredentials);
};

/** Called where main left something in IAM. */
export const undoIdentities: UndoIdentities = async (...undoing) => {
  const { undoIdentities } = await import('../provisioning/undo-identities');
  return undoIdentities(...undoing);
};
