import { assumeChain } from '../identity-sources/chain';
import { openSource } from '../identity-sources/open-source';
import { identityOf, workAs } from '../identity-sources/work-as';
import type { AssumeRoleRequest } from '../inputs/request';
import type { Step } from '../runner/step';
import { sessionWork, type Work } from './work';

/** Assumes a role, or the roles of a chain: the session is that of the last. A person who signs in has a role already. */
export async function assumeOneRole(request: AssumeRoleRequest, step: Step): Promise<Work> {
  const { identity } = request;
  if (!identity.chain) {
    const signer = await workAs(identity, request, step);
    const session = {
      credentials: signer.credentials,
      identity: await identityOf(signer, request, step),
      roleArns: {},
    };
    return sessionWork(session, request, step);
  }
  const source = await openSource(identity, request, step);
  const { role, session } = await assumeChain(identity, source, request, step);
  const signer = { ...session, name: `the session of ${role.arn}` };
  return sessionWork(
    { ...session, identity: await identityOf(signer, request, step), roleArns: { [role.name]: role.arn } },
    request,
    step,
  );
}
