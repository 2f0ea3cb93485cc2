import type { SignedCall } from '../query/service';

/**
 * A thing as a call sees it: IAM is eventually consistent, so what was just made may be there for one that reads and
 * not yet for one that writes.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
 */
export function seen<T extends { readonly writableAt: Date }>(
  thing: T | undefined,
  { params, world }: SignedCall,
): T | undefined {
  const reads = /^(?:Get|List|Simulate)/.test(params.Action ?? '');
  return thing && (reads || thing.writableAt <= world.clock.now()) ? thing : undefined;
}
