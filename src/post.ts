import { undo } from './runner/undo';

void undo(process.env, async (...undoing) => {
  const { undoIdentities } = await import('./action');
  return undoIdentities(...undoing);
});
