import { callerContext } from '../accounts/caller';
import { whyRefused } from '../accounts/permissions';
import type { Tags } from '../accounts/tags';
import { requestTagContext, tagContext } from '../accounts/tags';
import { contextOf, type ContextValues } from '../policy/context';
import { notAuthorized } from '../query/error';
import type { SignedCall } from '../query/service';

/** What an IAM operation is about. */
export interface IamResource {
  /** What policies name it by. */
  readonly arn: string;
  /** What a refusal calls it: `user mona`; by default its ARN. */
  readonly label?: string;
  readonly tags?: Tags | undefined;
}

/**
 * @param context condition keys of this operation
 * @param action by default the one that is called
 * @throws Refusal AccessDenied when the caller's policies do not let it do this.
 */
export function authorize(
  { params, world, caller, region }: SignedCall,
  { arn, label = arn, tags = {} }: IamResource,
  context: ContextValues = {},
  action = `iam:${params.Action ?? ''}`,
): void {
  const values = {
    ...callerContext(caller, region, world.clock.now()),
    ...tagContext('aws:ResourceTag', tags),
    ...tagContext('iam:ResourceTag', tags),
    ...context,
  };
  const reason = whyRefused(caller, { action, resource: arn, context: contextOf(values) });
  if (reason !== undefined) throw notAuthorized(caller.arn, action, label, reason);
}

/**
 * Whether the caller may make something, with these tags: those need a permission of their own.
 * @throws Refusal AccessDenied
 */
export function authorizeCreation(
  call: SignedCall,
  arn: string,
  {
    tags,
    tagAction,
    context = {},
  }: { readonly tags: Tags; readonly tagAction: string; readonly context?: ContextValues },
): void {
  const values = { ...context, ...requestTagContext(tags) };
  authorize(call, { arn }, values);
  if (Object.keys(tags).length > 0) authorize(call, { arn }, values, tagAction);
}
