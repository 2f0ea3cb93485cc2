import type { Runner } from './runner';

/** A runner to whom nothing is said: for work of a program that is no main step. */
export const silentRunner: Omit<Runner, 'mask'> = {
  exportVariable: () => undefined,
  setOutput: () => undefined,
  saveState: () => undefined,
  info: () => undefined,
  group: () => undefined,
  notice: () => undefined,
  warning: () => undefined,
  fail: () => undefined,
  hide: (text) => text,
  summarize: () => Promise.resolve(),
};
