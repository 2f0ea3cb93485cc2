import type { RoleArn, RoleName } from '../aws/arn';
import { secretsOf } from '../aws/credentials';
import { isProof, type RoleIdentity, type StepSettings } from '../inputs/request';
import type { Step } from '../runner/step';
import { MIN_DURATION } from '../sts/session-parameters';
import type { AssumedRole, RoleAssumer, RoleToAssume } from './identity-source';
import { signedRequests } from './signed-requests';

/** What the session of a role on the way is for: the next call, and nothing else. */
const ON_THE_WAY = { duration: MIN_DURATION, policies: { inline: undefined, managed: [] }, plainCharacters: false };
const UNTAGGED = { externalId: undefined, tags: [], transitiveTagKeys: [] };

/**
 * Assumes the roles of a chain one after the other.
 *
 * @param source assumes the first
 */
export async function assumeChain(
  identity: RoleIdentity,
  source: RoleAssumer,
  settings: StepSettings,
  step: Step,
): Promise<AssumedRole> {
  const [first, ...others] = identity.chain;
  let assumed = await source.assume(roleToAssume(first, 0, identity));
  for (const [index, role] of others.entries()) {
    secretsOf(assumed.session.credentials).forEach(step.runner.mask);
    const signer = { ...assumed.session, name: `the session of ${assumed.role.arn}` };
    const next = signedRequests(signer, undefined, settings, step);
    assumed = await next.assume(roleToAssume(role, index + 1, identity));
  }
  return assumed;
}

/**
 * What is asked of a role of a chain. What shapes the session is for the last; the source identity is set with the first
 * request that is signed, as AWS keeps it from there on.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 */
export function roleToAssume(
  role: RoleArn | RoleName,
  index: number,
  { chain, source, session, signed }: RoleIdentity,
): RoleToAssume {
  const isLast = index === chain.length - 1;
  const isFirstSigned = index === (isProof(source) ? 1 : 0);
  return {
    role,
    isLast,
    session: isLast ? session : { ...ON_THE_WAY, sessionName: session.sessionName },
    signed: { ...(isLast ? signed : UNTAGGED), sourceIdentity: isFirstSigned ? signed.sourceIdentity : undefined },
    inChain: chain.length === 1 ? '' : ` (role ${index + 1} of ${chain.length})`,
  };
}
