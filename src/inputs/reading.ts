import type { Inputs } from './inputs';
import type { Problems } from './problems';

/** What the readers of inputs share. */
export interface Reading {
  readonly inputs: Inputs;
  readonly env: NodeJS.ProcessEnv;
  readonly problems: Problems;
  /** What is worth saying although it is not wrong. */
  readonly warnings: string[];
}
