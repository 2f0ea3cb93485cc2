import { systemClock } from '../network/clock';
import type { EndSignIns, UndoIdentities } from '../runner/undo';
/*
 * What the three programs of the action load: main, post, and the one behind profiles that renew themselves. It is one
 * bundle, so that no code is shipped twice.
 */
import { nameInCapitals } from '../runner/variable-names';

export { start } from './start';

/** Called where a session is due: else that program answers without this bundle. */
export const renew = async (path: string, env: NodeJS.ProcessEnv) => {
  nameInCapitals(env);
  const { renewProfile } = await import('./renew-profile');
  return renewProfile(path, { env, clock: systemClock });
};

/** Called where main left something in IAM. */
export const undoInIam: UndoIdentities = async (changes, credentials, step, reporter) => {
  const { undoIdentities } = await import('../provisioning/undo-identities');
  return undoIdentities(changes, credentials, step, reporter, async () => {
    const { obtainAgain } = await import('./obtain-again');
    return obtainAgain(step, reporter);
  });
};

/** Called where a person signed in. */
export const endSignIns: EndSignIns = async (...ending) => {
  const ends = await import('../identity-sources/end-sign-ins');
  return ends.endSignIns(...ending);
};
