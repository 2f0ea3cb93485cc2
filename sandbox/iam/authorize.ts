import { callerContext } from '../accounts/caller-context';
import { whyRefused } from '../accounts/permissions';
import { contextOf } from '../policy/context';
import { notAuthorized } from '../query/error';
import type { SignedCall } from '../query/service';

/** What an IAM operation is about. */
export interface IamResource {
  /** What policies name it by. */
  readonly arn: string;
  /** What a refusal calls it: `user mona`. */
  readonly label: string;
}

/** @throws AwsError AccessDenied when the caller's policies do not let it do this. */
export function authorize({ world, caller, region }: SignedCall, action: string, { arn, label }: IamResource): void {
  const context = contextOf(callerContext(caller, region, world.clock.now()));
  const reason = whyRefused(caller, { action, resource: arn, context });
  if (reason !== undefined) throw notAuthorized(caller.arn, action, label, reason);
}
