import type { Identity } from '../../aws/arn';
import { isRefusal } from '../../aws/failure';
import { ActionError } from '../../errors/action-error';
import type { Iam } from '../../iam/connect';
import type { Purpose } from '../../iam/explain';
import { simulatePrincipalPolicy, type Decision } from '../../iam/simulate-principal-policy';
import { byResource, EVERY_RESOURCE, lineOf, type Expectation } from '../../inputs/expectations';
import type { Step } from '../../runner/step';
import { simulationOf } from './explain-simulation';
import type { Caller } from './simulated-caller';

interface Decided {
  readonly expectation: Expectation;
  readonly decision: Decision;
}

/** What IAM decides on each expectation. */
export async function decide(expectations: readonly Expectation[], caller: Caller, iam: Iam): Promise<Decided[]> {
  const mfa = caller.isUserSession;
  const decideFor = async (principal: string) => {
    const purpose = simulationOf(principal, caller, expectations);
    const simulate = (group: readonly Expectation[]) => {
      const actions = group.map(({ action }) => action);
      const resource = group[0]?.resource ?? EVERY_RESOURCE;
      return simulatePrincipalPolicy(iam, { principal, actions, resource, mfa }, purpose);
    };
    const decided = await Promise.all(byResource(expectations).map((group) => decideTogether(group, simulate)));
    return expectations.flatMap((expectation) => decided.flat().filter((each) => each.expectation === expectation));
  };
  try {
    return await decideFor(caller.arn);
  } catch (error) {
    const mayHavePath = isRefusal(error, 'NoSuchEntity') || isRefusal(error, 'AccessDenied');
    const arn = mayHavePath ? await arnOfRole(caller, iam, simulationOf(caller.arn, caller, expectations)) : undefined;
    if (arn === undefined || arn === caller.arn) throw error;
    return decideFor(arn);
  }
}

/**
 * AWS refuses to simulate some actions in one request ("require different authorization information"), and does not say
 * before which they are. Then each is simulated by itself.
 */
async function decideTogether(
  group: readonly Expectation[],
  simulate: (group: readonly Expectation[]) => Promise<Decision[]>,
): Promise<Decided[]> {
  try {
    const decisions = await simulate(group);
    return decisions.flatMap((decision) =>
      group.filter(({ action }) => action === decision.action).map((expectation) => ({ expectation, decision })),
    );
  } catch (error) {
    if (group.length === 1 || !isRefusal(error, 'InvalidInput')) throw error;
    return (await Promise.all(group.map((each) => decideTogether([each], simulate)))).flat();
  }
}

/**
 * The whole ARN of the caller's role, if it may be looked up. IAM does not know a role without its path, or refuses
 * before it looks, as the caller's policy names the role with its path.
 */
async function arnOfRole({ roleName }: Caller, iam: Iam, purpose: Purpose): Promise<string | undefined> {
  if (roleName === undefined) return undefined;
  try {
    return (await iam.ask('GetRole', { RoleName: roleName }, purpose)).Role?.Arn;
  } catch (error) {
    if (isRefusal(error, 'AccessDenied')) return undefined;
    throw error;
  }
}

/** Tells what is as expected. @throws ActionError `unexpected-permissions` with all that is not */
export function report(decided: readonly Decided[], { arn = 'the caller' }: Identity, { runner }: Step): void {
  const isMet = ({ expectation: { expected }, decision }: Decided) =>
    (decision.outcome === 'allowed') === (expected === 'allowed');
  for (const { expectation, decision } of decided.filter(isMet)) {
    runner.info(`${expectation.expected} as expected: ${lineOf(expectation)}${unknownIn(decision)}`);
  }
  const wrong = decided.filter((each) => !isMet(each));
  if (wrong.length === 0) return;
  throw new ActionError({
    code: 'unexpected-permissions',
    tried: `verify what ${arn} may do: ${wrong.length} of ${decided.length} expectations are not met`,
    why: wrong.map((each) => `\n- ${inWords(each)}`).join(''),
    fix: 'Correct the policies of the caller, or the lines in expect-allowed and expect-denied.',
  });
}

function inWords({ expectation, decision }: Decided): string {
  const { outcome, policies, withheldBy } = decision;
  const by = policies.length > 0 ? ` by ${policies.join(', ')}` : '';
  const limits = withheldBy.map((limit) => `; its ${limit} does not allow it`).join('');
  const where = expectation.resource === EVERY_RESOURCE ? 'on every resource' : 'there';
  const found = {
    allowed: `allowed${by}`,
    explicitDeny: `explicitly denied${by}${limits}`,
    implicitDeny: `implicitly denied${limits || `: nothing allows it ${where}`}`,
  };
  return `${lineOf(expectation)}: expected ${expectation.expected}, but ${found[outcome]}${unknownIn(decision)}`;
}

/** A condition on what the simulation does not know may be why it decided so. */
function unknownIn({ unknownKeys }: Decision): string {
  return unknownKeys.length > 0 ? ` (not known to the simulation: ${unknownKeys.join(', ')})` : '';
}
