import { secretsOf } from '../aws/credentials';
import {
  isToken,
  type Chain,
  type RoleSource,
  type SessionSettings,
  type SignedSessionSettings,
  type StepSettings,
} from '../inputs/request';
import type { Step } from '../runner/step';
import { MIN_DURATION } from '../sts/session-parameters';
import type { AssumedRole, RoleAssumer, RoleToAssume } from './role-assumer';
import { signedRequests } from './signed-requests';

/** What the session of a role on the way is for: the next call, and nothing else. */
const ON_THE_WAY = {
  duration: MIN_DURATION,
  policies: { inline: undefined, managed: [] },
  plainCharacters: false,
} as const;
const UNTAGGED = { externalId: undefined, tags: [], transitiveTagKeys: [] } as const;

/**
 * Assumes the roles of a chain one after the other. What shapes the session is for the last; the source identity is set
 * with the first request that is signed, as AWS keeps it from there on.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 *
 * @param opened assumes the first role
 */
export async function assumeChain(
  chain: Chain,
  opened: RoleAssumer,
  how: RoleSource,
  settings: StepSettings,
  step: Step,
): Promise<AssumedRole> {
  const [first, ...others] = rolesToAssume(chain, how);
  let assumed = await opened.assume(first);
  for (const role of others) {
    const { credentials, identity } = assumed.session;
    secretsOf(credentials).forEach(step.runner.mask);
    const signer = { credentials, identity, name: `the session of ${assumed.role.arn}` };
    assumed = await signedRequests(signer, undefined, settings, step).assume(role);
  }
  return assumed;
}

/** What is asked of each role of a chain. */
export function rolesToAssume(
  chain: Chain,
  { source, session, signed }: RoleSource,
): [RoleToAssume, ...RoleToAssume[]] {
  const firstSigned = isToken(source) ? 1 : 0;
  const [first, ...others] = chain.map((role, index): RoleToAssume => {
    const isLast = index === chain.length - 1;
    const sourceIdentity = index === firstSigned ? signed.sourceIdentity : undefined;
    return {
      role,
      session: isLast ? session : ({ ...ON_THE_WAY, sessionName: session.sessionName } satisfies SessionSettings),
      signed: { ...(isLast ? signed : UNTAGGED), sourceIdentity } satisfies SignedSessionSettings,
      position: chain.length === 1 ? '' : ` (role ${index + 1} of ${chain.length})`,
    };
  });
  if (!first) throw new Error('A chain has at least one role.');
  return [first, ...others];
}
