import type { Step } from '../action/step';
import type { Identity } from '../aws/arn';
import { ActionError } from '../errors/action-error';
import type { VerifyRequest } from '../inputs/request';
import { explainSts } from '../sts/explain';
import { credentialsOf, nameOf } from './source';
import { connectSts } from './sts-calls';

/**
 * Whom the credentials belong to, if it is whom the inputs expect.
 *
 * @throws ActionError `unexpected-identity` when it is someone else
 */
export async function verify(request: VerifyRequest, step: Step): Promise<Identity> {
  const credentials = await credentialsOf(request.source, request, step);
  const sts = await connectSts(request, step, credentials);
  const identity = await sts.getCallerIdentity().catch((error: unknown) => {
    const tried = `verify ${nameOf(request.source)} with STS`;
    throw explainSts(error, { tried, region: request.connection.region });
  });
  if (request.expectArn === undefined || matches(request.expectArn, identity.arn)) return identity;
  throw new ActionError({
    code: 'unexpected-identity',
    tried: `verify ${nameOf(request.source)}`,
    why: `They belong to ${identity.arn}; expect-arn is ${request.expectArn}.`,
    fix: 'Check which credentials the step finds, or correct expect-arn. In it, * stands for any text, ? for one character.',
  });
}

function matches(pattern: string, arn: string): boolean {
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${expression}$`).test(arn);
}
