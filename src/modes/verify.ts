import { maskAccountsIn } from '../runner/masks';
import { callSettings, type Step } from '../runner/step';
import type { Identity } from '../aws/arn';
import { isTemporary, type Credentials } from '../aws/credentials';
import { ActionError } from '../errors/action-error';
import { connectIam } from '../iam/connect';
import { lineOf } from '../inputs/expectations';
import type { VerifyRequest } from '../inputs/request';
import { connectSts } from '../sts/connect';
import { decide, report } from './permissions';
import { callerOf } from './simulated-caller';
import { credentialsOf, nameOf } from './source';

/**
 * Whom the credentials belong to, if it is whom the inputs expect, and may do what they expect and no more.
 *
 * @throws ActionError `unexpected-identity` when it is someone else, `unexpected-permissions` when IAM decides
 *   otherwise than expected, `simulation-refused` when it cannot be asked
 */
export async function verify(request: VerifyRequest, step: Step): Promise<Identity> {
  const { expectations } = request;
  const credentials = await credentialsOf(request.source, request, step);
  const [identity, iam] = await Promise.all([
    identify(request, credentials, step),
    expectations.length > 0 ? connectIam(request.connection, credentials, callSettings(request, step)) : undefined,
  ]);
  if (!iam) return identity;
  if (request.maskAccountId) maskAccountsIn([identity.arn, ...expectations.map(lineOf)].join('\n'), step);
  const caller = callerOf(identity, isTemporary(credentials));
  report(await decide(expectations, caller, iam), identity, step);
  return identity;
}

async function identify(request: VerifyRequest, credentials: Credentials, step: Step): Promise<Identity> {
  const { source, connection, expectArn } = request;
  const sts = await connectSts(connection, credentials, callSettings(request, step));
  const identity = await sts.getCallerIdentity(`verify ${nameOf(source)} with STS`);
  if (expectArn === undefined || matches(expectArn, identity.arn)) return identity;
  throw new ActionError({
    code: 'unexpected-identity',
    tried: `verify ${nameOf(source)}`,
    why: `They belong to ${identity.arn}; expect-arn is ${expectArn}.`,
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
