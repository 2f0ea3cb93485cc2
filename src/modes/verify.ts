import { maskAccountsIn } from '../runner/masks';
import type { Step } from '../runner/step';
import type { Identity } from '../aws/arn';
import { isTemporary, type Credentials } from '../aws/credentials';
import { retryOf } from '../aws/failure';
import { ActionError } from '../errors/action-error';
import { lineOf } from '../inputs/expectations';
import type { VerifyRequest } from '../inputs/request';
import { call } from '../network/call';
import { explainSts } from '../sts/explain';
import { callSettings } from './call-settings';
import { decide, report, type IamCalls } from './permissions';
import { callerOf } from './simulated-caller';
import { credentialsOf, nameOf } from './source';
import { connectSts } from './sts-calls';

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
    expectations.length > 0 ? connectIam(request, credentials, step) : undefined,
  ]);
  if (!iam) return identity;
  if (request.maskAccountId) maskAccountsIn([identity.arn, ...expectations.map(lineOf)].join('\n'), step);
  const caller = callerOf(identity, isTemporary(credentials));
  report(await decide(expectations, caller, iam, request.connection.region), identity, step);
  return identity;
}

async function identify(request: VerifyRequest, credentials: Credentials, step: Step): Promise<Identity> {
  const { source, connection, expectArn } = request;
  const sts = await connectSts(request, step, credentials);
  const identity = await sts.getCallerIdentity().catch((error: unknown) => {
    throw explainSts(error, { tried: `verify ${nameOf(source)} with STS`, region: connection.region });
  });
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

/** Loads the code of IAM and opens a connection to it, while STS says whose the credentials are. */
async function connectIam(request: VerifyRequest, credentials: Credentials, step: Step): Promise<IamCalls> {
  const { iamClient, send, simulatePrincipalPolicy } = await import('../iam');
  const client = iamClient(request.connection, credentials);
  const make = <T>(operation: string, ask: (signal: AbortSignal) => Promise<T>) =>
    call(operation, ask, retryOf, callSettings(request, step));
  return {
    simulate: (simulation) =>
      make('SimulatePrincipalPolicy', (signal) => simulatePrincipalPolicy(client, simulation, signal)),
    async arnOfRole(name) {
      const { Role } = await make('GetRole', (signal) => send(client, 'GetRole', { RoleName: name }, signal));
      return Role?.Arn;
    },
  };
}
