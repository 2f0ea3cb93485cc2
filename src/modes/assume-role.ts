import type { Step } from '../runner/step';
import { secretsOf } from '../aws/credentials';
import type { AssumeRoleRequest, Assuming, Chain, SessionSettings, SignedSessionSettings } from '../inputs/request';
import { credentialsOrigin } from './credentials-origin';
import type { Hop, Origin } from './origin';
import type { AssumedRole, Outcome } from '../delivery/outcome';
import { credentialsOf, nameOf } from './source';
import { webIdentityOrigin } from './web-identity-origin';

/** What the session of a role on the way is for: the next call, and nothing else. */
const ON_THE_WAY = { duration: 900, policies: { managed: [] }, plainCharacters: false } as const;
const UNTAGGED = { externalId: undefined, tags: [], transitiveTagKeys: [] } as const;

/** Assumes a role, or the roles of a chain, and returns the session of the last. */
export async function assumeRole(request: AssumeRoleRequest, step: Step): Promise<Outcome> {
  const { role, session } = await assumeChain(request.chain, await originOf(request, step), request, step);
  return { ...session, roleArns: { [role.name]: role.arn } };
}

/** What the roles are assumed from, ready for the first. */
async function originOf(request: AssumeRoleRequest, step: Step): Promise<Origin> {
  if (request.by === 'web identity') return webIdentityOrigin(request.token, request, step);
  const credentials = await credentialsOf(request.source, request, step);
  return credentialsOrigin({ credentials, name: nameOf(request.source), mfa: request.mfa }, request, step);
}

/**
 * Assumes the roles of a chain one after the other. What shapes the session is for the last; the source identity is set
 * with the first request that is signed, as AWS keeps it from there on.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 */
export async function assumeChain(chain: Chain, origin: Origin, request: Assuming, step: Step): Promise<AssumedRole> {
  const hops = hopsOf(chain, request);
  let from = origin;
  let assumed = await from.assume(hops[0]);
  for (const hop of hops.slice(1)) {
    const { credentials, identity } = assumed.session;
    secretsOf(credentials).forEach(step.runner.mask);
    from = credentialsOrigin({ credentials, identity, name: `the session of ${assumed.role.arn}` }, request, step);
    assumed = await from.assume(hop);
  }
  return assumed;
}

function hopsOf(chain: Chain, { by, session, signed }: Assuming): [Hop, ...Hop[]] {
  const firstSigned = by === 'web identity' ? 1 : 0;
  const [first, ...others] = chain.map((role, index): Hop => {
    const isLast = index === chain.length - 1;
    const sourceIdentity = index === firstSigned ? signed.sourceIdentity : undefined;
    return {
      role,
      session: isLast ? session : ({ ...ON_THE_WAY, sessionName: session.sessionName } satisfies SessionSettings),
      signed: { ...(isLast ? signed : UNTAGGED), sourceIdentity } satisfies SignedSessionSettings,
      place: chain.length === 1 ? '' : ` (role ${index + 1} of ${chain.length})`,
    };
  });
  if (!first) throw new Error('A chain has at least one role.');
  return [first, ...others];
}
