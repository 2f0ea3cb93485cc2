import type { Identity } from '../../aws/arn';
import { isTemporary } from '../../aws/credentials';
import type { Report } from '../../delivery/report';
import { requireExpectedIdentity } from '../../delivery/require-expected-identity';
import { identityOutputs } from '../../delivery/variables-and-outputs';
import { connectIam } from '../../iam/connect';
import type { Signer } from '../../identity-sources/identity-source';
import { identityOf, workAs } from '../../identity-sources/work-as';
import { lineOf } from '../../inputs/expectations';
import type { VerifyRequest } from '../../inputs/request';
import { maskAccountsIn } from '../../runner/masks';
import { callSettings, type Step } from '../../runner/step';
import { identityReport } from '../identity-report';
import type { Work } from '../work';
import { decide, report } from './permissions';
import { callerOf } from './simulated-caller';

/**
 * Finds out whom the credentials belong to, if it is whom the inputs expect, and whether they may do what the inputs
 * expect and no more. Nothing is delivered but what was found.
 *
 * @throws ActionError `unexpected-identity` when it is someone else, `unexpected-permissions` when IAM decides
 *   otherwise than expected, `simulation-refused` when it cannot be asked
 */
export async function verify(request: VerifyRequest, step: Step): Promise<Work> {
  const { mode, expectations } = request;
  const signer = await workAs(request.identity, request, step);
  const [identity, iam] = await Promise.all([
    expectedIdentity(signer, request, step),
    expectations.length > 0
      ? connectIam(request.connection, signer.credentials, callSettings(request, step))
      : undefined,
  ]);
  if (iam) {
    if (request.maskAccountId) maskAccountsIn([identity.arn, ...expectations.map(lineOf)].join('\n'), step);
    const caller = callerOf(identity, isTemporary(signer.credentials));
    report(await decide(expectations, caller, iam), identity, step);
  }
  return {
    identities: [identity],
    async finish(deliver) {
      await deliver({ outputs: identityOutputs({ mode, identity }) });
      return verifiedReport(identity, request);
    },
  };
}

async function expectedIdentity(signer: Signer, request: VerifyRequest, step: Step): Promise<Identity> {
  const identity = await identityOf(signer, request, step);
  requireExpectedIdentity(identity, request, signer.name);
  return identity;
}

/** Whom the credentials belong to, and what was verified of them: all of it is as expected. */
export function verifiedReport(identity: Identity, request: VerifyRequest): Report {
  return identityReport(identity, request.connection, {
    credentials: 'verified, and not exported',
    more: (['allowed', 'denied'] as const).flatMap((expected) => {
      const lines = request.expectations.filter((each) => each.expected === expected).map(lineOf);
      const cell = lines.map((line) => `\`${line.replaceAll('|', '\\|')}\``).join('<br>');
      return lines.length > 0 ? [[`Expected, and ${expected}`, cell] as const] : [];
    }),
  });
}
