import type { renewSession as renew } from './renew-session';
import type { undoIdentities as undo } from '../provisioning/undo-identities';

export { start } from './start';

/** For the program behind profiles that renew themselves, which shares this code, too. */
export const renewSession: typeof renew = async (...renewing) => {
  const { renewSession } = await import('./renew-session');
  return renewSession(...renewing);
};

/** For the post step, which shares this code with main rather than bring it along once more. */
export const undoIdentities: typeof undo = async (...undoing) => {
  const { undoIdentities } = await import('../provisioning/undo-identities');
  return undoIdentities(...undoing);
};
