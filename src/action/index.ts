import type { undoIdentities as undo } from '../provisioning/undo-identities';

export { start } from './start';

/** For the post step, which shares this code with main rather than bring it along once more. */
export const undoIdentities: typeof undo = async (...undoing) => {
  const { undoIdentities } = await import('../provisioning/undo-identities');
  return undoIdentities(...undoing);
};
