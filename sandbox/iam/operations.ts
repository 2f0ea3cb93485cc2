import type { Result, SignedCall } from '../query/service';

/** Operations of IAM by name; all of them are signed. */
export type Operations = Readonly<Record<string, (call: SignedCall) => Result>>;
