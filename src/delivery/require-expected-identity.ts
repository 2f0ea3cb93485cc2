import type { Identity } from '../aws/arn';
import { ActionError } from '../errors/action-error';
import type { StepSettings } from '../inputs/request';
import { fitsPattern } from '../policy/policy-document';

/**
 * Lets a step go on only as whom it is expected to work as.
 *
 * @param name what the credentials are called in messages
 * @throws ActionError `unexpected-identity`
 */
export function requireExpectedIdentity(
  { arn }: Identity,
  { expectArn }: StepSettings,
  name = 'the credentials',
): void {
  if (expectArn === undefined || (arn !== undefined && fitsPattern(arn, expectArn))) return;
  throw new ActionError({
    code: 'unexpected-identity',
    tried: `accept ${name}`,
    why: `The identity is ${arn ?? 'one that the service at sts-endpoint does not name'}; expect-arn is ${expectArn}.`,
    fix: 'Check which credentials the step finds, or correct expect-arn. In it, * stands for any text, ? for one character.',
  });
}
